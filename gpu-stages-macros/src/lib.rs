//! The attribute `#[gpu_pipeline]` of `gpu-stages`: a small compiler.
//!
//! Use it through `gpu_stages::gpu_pipeline`.

mod check;
mod compile;
mod diagnostics;
mod expand;
mod lower;
mod macros;
mod model;
mod parse;
mod schedule;
mod syntax;

use proc_macro::TokenStream;

/// Compiles.
#[proc_macro_attribute]
pub fn gpu_pipeline(options: TokenStream, item: TokenStream) -> TokenStream {
    compile::gpu_pipeline(options.into(), item.into()).into()
}

#[cfg(test)]
mod tests;
