//! Snapshots: `snapshots/<name>.rs` expands to `snapshots/<name>.expanded.rs`.
//!
//! `UPDATE_EXPECT=1 cargo test -p gpu-stages-macros` writes them anew.

use crate::compile;
use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::path::Path;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, File, ImplItem, Item, Meta};

/// Replaces every function under `#[gpu_pipeline]` by what it becomes.
struct Expand;

impl VisitMut for Expand {
    fn visit_item_mut(&mut self, item: &mut Item) {
        let Item::Fn(function) = item else {
            return visit_mut::visit_item_mut(self, item);
        };
        if let Some(options) = taken(&mut function.attrs) {
            let expanded = compile::gpu_pipeline(options, function.to_token_stream());
            *item = syn::parse2(expanded).expect("the expansion is one function");
        }
    }

    fn visit_impl_item_mut(&mut self, item: &mut ImplItem) {
        let ImplItem::Fn(function) = item else {
            return;
        };
        if let Some(options) = taken(&mut function.attrs) {
            let expanded = compile::gpu_pipeline(options, function.to_token_stream());
            *item = syn::parse2(expanded).expect("the expansion is one method");
        }
    }
}

/// Takes `#[gpu_pipeline(options)]` out of `attrs`.
fn taken(attrs: &mut Vec<Attribute>) -> Option<TokenStream> {
    let position = attrs
        .iter()
        .position(|attr| attr.path().is_ident("gpu_pipeline"))?;
    Some(match attrs.remove(position).meta {
        Meta::List(list) => list.tokens,
        _ => quote!(),
    })
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots");
    let source = std::fs::read_to_string(folder.join(format!("{name}.rs"))).expect("the input");
    let mut file: File = syn::parse_str(&source).expect("the input is Rust");
    Expand.visit_file_mut(&mut file);
    let expanded = prettyplease::unparse(&file);
    expect_file![folder.join(format!("{name}.expanded.rs"))].assert_eq(&expanded);
}

macro_rules! snapshots {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*
    };
}

snapshots! {
    straight_line
    method
    generics
    lifetimes
    owned
    loops
    blocking
    exits
    facts
    parts
    options
    awaits
    macros
}
