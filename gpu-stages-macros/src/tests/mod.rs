//! The macro run in-process.

mod derive;
mod expansion;
mod robustness;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::path::{Path, PathBuf};
use syn::{Attribute, File, ImplItem, Item, Meta};

/// Where the inputs of the tests lie.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots")
}

fn input(name: &str) -> File {
    let source = std::fs::read_to_string(folder().join(format!("{name}.rs"))).expect("the input");
    syn::parse_str(&source).expect("the input is Rust")
}

/// Takes `#[gpu_pipeline(options)]` out of `attrs`.
fn options(attrs: &mut Vec<Attribute>) -> Option<TokenStream> {
    let is_it = |attr: &Attribute| attr.path().is_ident("gpu_pipeline");
    let position = attrs.iter().position(is_it)?;
    Some(match attrs.remove(position).meta {
        Meta::List(list) => list.tokens,
        _ => quote!(),
    })
}

/// All pipelines among the inputs: options and function.
fn pipelines() -> Vec<(TokenStream, TokenStream)> {
    let mut found = Vec::new();
    for name in expansion::NAMES {
        for item in input(name).items {
            match item {
                Item::Fn(mut function) => {
                    found.extend(
                        options(&mut function.attrs).map(|it| (it, function.to_token_stream())),
                    );
                }
                Item::Impl(block) => {
                    for item in block.items {
                        if let ImplItem::Fn(mut function) = item {
                            let options = options(&mut function.attrs);
                            found.extend(options.map(|it| (it, function.to_token_stream())));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    assert!(!found.is_empty());
    found
}
