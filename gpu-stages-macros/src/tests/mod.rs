//! The macro run in-process.

mod cost;
mod derive;
mod executed;
mod expansion;
mod reference;
mod robustness;
mod rules;
mod spans;

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

/// A function and the options of its `#[gpu_pipeline]`.
type Input = (TokenStream, TokenStream);

/// The pipelines among the inputs of the snapshots.
fn pipelines() -> Vec<Input> {
    let found: Vec<_> = expansion::NAMES
        .iter()
        .flat_map(|name| among(input(name).items))
        .collect();
    assert!(!found.is_empty());
    found
}

/// The pipelines of the programs that must compile.
fn programs() -> Vec<Input> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["ui-tests/pass", "examples", "examples/process_one"] {
        for entry in std::fs::read_dir(workspace.join(folder)).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).expect("the program");
                let file: File = syn::parse_str(&source).expect("the program is Rust");
                found.extend(among(file.items));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The pipelines among `items`.
fn among(items: Vec<Item>) -> Vec<Input> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Fn(mut function) => {
                let options = options(&mut function.attrs);
                found.extend(options.map(|it| (it, function.to_token_stream())));
            }
            Item::Impl(block) => {
                for item in block.items {
                    if let ImplItem::Fn(mut function) = item {
                        let options = options(&mut function.attrs);
                        found.extend(options.map(|it| (it, function.to_token_stream())));
                    }
                }
            }
            Item::Mod(module) => {
                let items = module.content.map(|(_, items)| items);
                found.extend(among(items.unwrap_or_default()));
            }
            _ => {}
        }
    }
    found
}
