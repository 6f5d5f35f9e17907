//! The function's header, and what its future captures.

use super::acquire;
use super::elision::{Mentioned, Namer, resolve};
use crate::syntax::{Param, Pipeline, Plain, Statement, is_mentioned};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::visit::Visit;
use syn::{GenericParam, Generics, Ident, Pat, PatIdent, ReceiverKind, Stmt, Type};

/// The header of the generated function.
pub struct Signature {
    /// `fn name<..>(..) -> impl Future<..> + use<..> where ..`
    pub tokens: TokenStream,
    /// The declared return type.
    pub output: Type,
    /// Moves the plain arguments into the future, whether the body mentions them or not.
    pub arguments: TokenStream,
}

/// Reads the header off `pipeline`.
pub fn signature(pipeline: &Pipeline) -> Signature {
    let glue = Span::mixed_site();
    let mut namer = Namer::default();
    let params = named(pipeline, &mut namer);
    let output = output(pipeline, &params);
    let generics = generics(&pipeline.generics, namer);
    let captures = captures(pipeline, &params, &output, &generics);

    let name = &pipeline.name;
    let (params_of_type, _, bounds) = generics.split_for_impl();
    let params_of_type = generics
        .lt_token
        .map(|_| params_with_bounds(&generics))
        .unwrap_or_else(|| params_of_type.into_token_stream());
    let receiver = &pipeline.receiver;
    let comma = receiver.is_some().then(|| quote!(,));
    let inputs = inputs(pipeline, &params);
    Signature {
        tokens: quote_spanned! {glue=>
            fn #name #params_of_type (#receiver #comma #(#inputs),*)
                -> impl ::core::future::Future<Output = #output> #captures
            #bounds
        },
        arguments: arguments(pipeline),
        output,
    }
}
