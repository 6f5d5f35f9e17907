//! Snapshots: `snapshots/<name>.rs` expands to `snapshots/<name>.expanded.rs`.
//!
//! `UPDATE_EXPECT=1 cargo test -p gpu-stages-macros` writes them anew.

use super::{folder, input};
use crate::compile;
use expect_test::expect_file;
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{File, ImplItem, Item, ItemImpl};

/// Replaces every function under `#[gpu_pipeline]` by what it becomes.
struct Expand;

impl VisitMut for Expand {
    fn visit_file_mut(&mut self, file: &mut File) {
        let items = std::mem::take(&mut file.items);
        for mut item in items {
            let Item::Fn(function) = &mut item else {
                visit_mut::visit_item_mut(self, &mut item);
                file.items.push(item);
                continue;
            };
            match super::options(&mut function.attrs) {
                Some(options) => {
                    let expanded = compile::gpu_pipeline(options, function.to_token_stream());
                    let expanded: File = syn::parse2(expanded).expect("the expansion is items");
                    file.items.extend(expanded.items);
                }
                None => file.items.push(item),
            }
        }
    }

    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        let items = std::mem::take(&mut block.items);
        for mut item in items {
            let options = match &mut item {
                ImplItem::Fn(function) => super::options(&mut function.attrs),
                _ => None,
            };
            match options {
                Some(options) => {
                    let expanded = compile::gpu_pipeline(options, item.to_token_stream());
                    let expanded: ItemImpl = syn::parse_quote!(impl Any { #expanded });
                    block.items.extend(expanded.items);
                }
                None => block.items.push(item),
            }
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
