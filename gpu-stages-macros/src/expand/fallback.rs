//! The expansion of a pipeline with errors.
//!
//! Callers still find a function of the right type. An editor finds the user's body. The compiler does not run it, so
//! that no mistake is reported twice.

use super::placed::placed;
use super::{schedule, signature};
use crate::syntax::{Param, Pipeline, listed};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// An item that is no function, with the errors.
pub fn unread(item: TokenStream, errors: Option<TokenStream>) -> TokenStream {
    quote!(#item #errors)
}

/// A function with errors. It comes before the errors: an editor uses the first occurrence of a token.
pub fn fallback(
    pipeline: &Pipeline,
    body: &TokenStream,
    errors: Option<TokenStream>,
) -> TokenStream {
    let (attrs, vis) = (&pipeline.attrs, &pipeline.vis);
    let header = signature::signature(pipeline).tokens;
    let schedule = placed(pipeline, &schedule::unknown(pipeline)).beside;
    let declared = declared(pipeline);
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)*
        #[allow(unused, unexpected_cfgs, clippy::all, clippy::pedantic)]
        #vis #header {
            #[cfg(rust_analyzer)]
            let _ = async move {
                #declared
                #body
            };
            async move { ::core::unreachable!() }
        }
        #schedule
        #errors
    }
}

/// The declared parameters as the body sees them.
fn declared(pipeline: &Pipeline) -> TokenStream {
    let declarations = pipeline.params.iter().filter_map(Param::declaration);
    let names = declarations.clone().map(|declaration| &declaration.name);
    let types = declarations.map(|declaration| match listed(&declaration.ty) {
        None => declaration.ty.to_token_stream(),
        Some(part) => quote!(&mut [#part]),
    });
    quote_spanned! {Span::mixed_site()=>
        #(let mut #names: #types = ::core::unimplemented!();)*
    }
}
