//! Snapshots: `snapshots/<name>.rs` expands to `snapshots/<name>.expanded.rs`.
//!
//! `UPDATE_EXPECT=1 cargo test -p gpu-stages-macros` writes them anew.

use super::{folder, input};
use crate::compile;
use expect_test::expect_file;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItem, Item};

/// Replaces every function under `#[gpu_pipeline]` by what it becomes.
struct Expand;

impl VisitMut for Expand {
    fn visit_item_mut(&mut self, item: &mut Item) {
        let Item::Fn(function) = item else {
            return visit_mut::visit_item_mut(self, item);
        };
        if let Some(options) = super::options(&mut function.attrs) {
            let expanded = compile::gpu_pipeline(options, function.to_token_stream());
            *item = syn::parse2(expanded).expect("the expansion is one function");
        }
    }

    fn visit_impl_item_mut(&mut self, item: &mut ImplItem) {
        let ImplItem::Fn(function) = item else {
            return;
        };
        if let Some(options) = super::options(&mut function.attrs) {
            let expanded = compile::gpu_pipeline(options, function.to_token_stream());
            *item = syn::parse2(expanded).expect("the expansion is one method");
        }
    }
}

fn check(name: &str) {
    let mut file = input(name);
    Expand.visit_file_mut(&mut file);
    let expanded = prettyplease::unparse(&file);
    expect_file![folder().join(format!("{name}.expanded.rs"))].assert_eq(&expanded);
}

macro_rules! snapshots {
    ($($name:ident)*) => {
        /// The inputs.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(#[test] fn $name() { check(stringify!($name)); })*
    };
}

snapshots! {
    awaits
    blocking
    exits
    facts
    generics
    lifetimes
    lists
    loops
    macros
    method
    opaque
    options
    owned
    parts
    straight_line
}
