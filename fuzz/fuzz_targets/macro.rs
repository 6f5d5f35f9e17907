//! The macro accepts any input without a panic, and its output for Rust is Rust.
//!
//! The input is a file of functions, or the attribute's options in the first line and tokens in the rest.
//!
//! `cargo +nightly fuzz run macro fuzz/corpus/macro ui-tests/pass gpu-stages-macros/src/tests/snapshots --
//! -max_total_time=600`
#![no_main]

#[path = "../../gpu-stages-macros/src/check/mod.rs"]
mod check;
#[path = "../../gpu-stages-macros/src/compile.rs"]
mod compile;
#[path = "../../gpu-stages-macros/src/derive/mod.rs"]
mod derive;
#[path = "../../gpu-stages-macros/src/diagnostics.rs"]
mod diagnostics;
#[path = "../../gpu-stages-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../gpu-stages-macros/src/lower/mod.rs"]
mod lower;
#[path = "../../gpu-stages-macros/src/macros/mod.rs"]
mod macros;
#[path = "../../gpu-stages-macros/src/model.rs"]
mod model;
#[path = "../../gpu-stages-macros/src/parse/mod.rs"]
mod parse;
#[path = "../../gpu-stages-macros/src/schedule/mod.rs"]
mod schedule;
#[path = "../../gpu-stages-macros/src/syntax/mod.rs"]
mod syntax;
#[path = "../../gpu-stages-macros/src/table.rs"]
mod table;

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;
use quote::ToTokens;

/// The output for Rust is Rust.
fn compile(options: TokenStream, item: TokenStream) {
    let answer = compile::gpu_pipeline(options, item.clone());
    if syn::parse2::<syn::ItemFn>(item.clone()).is_ok() {
        assert!(syn::parse2::<syn::File>(answer).is_ok(), "{item}");
    }
    let _ = derive::device_visible(item);
}

fuzz_target!(|text: &str| {
    if let Ok(file) = syn::parse_file(text) {
        for item in file.items {
            compile(TokenStream::new(), item.into_token_stream());
        }
    }
    let (options, item) = text.split_once('\n').unwrap_or(("", text));
    if let (Ok(options), Ok(item)) = (options.parse(), item.parse()) {
        compile(options, item);
    }
});
