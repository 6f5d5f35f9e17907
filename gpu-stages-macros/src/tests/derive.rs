//! The snapshot of the derive, and what it does with anything else.

use super::{folder, input, robustness};
use crate::derive;
use expect_test::expect_file;
use quote::{ToTokens, quote};
use syn::File;

#[test]
fn derive() {
    let items = input("derive").items.into_iter();
    let expanded = items.map(|item| derive::device_visible(item.to_token_stream()));
    let file: File = syn::parse2(expanded.collect()).expect("the expansion is items");
    let expanded = prettyplease::unparse(&file);
    expect_file![folder().join("derive.expanded.rs")].assert_eq(&expanded);
}

/// Whatever is written, there is an answer: an implementation or errors, never both.
#[test]
fn derive_survives() {
    for item in input("derive").items {
        for variant in robustness::variants(&item.to_token_stream()) {
            let answer = derive::device_visible(variant).to_string();
            let has_errors = answer.contains("compile_error");
            assert_ne!(has_errors, answer.contains("unsafe impl"), "{answer}");
        }
    }
}

#[test]
fn only_structs() {
    for item in [
        quote!(
            enum E {
                A,
            }
        ),
        quote!(union U { a: u8 }),
        quote!(struct),
        quote!(
            fn f() {}
        ),
        quote!(),
    ] {
        let answer = derive::device_visible(item).to_string();
        assert!(!answer.contains("unsafe impl"), "{answer}");
    }
}
