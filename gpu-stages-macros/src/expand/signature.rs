//! The function's header.

use super::acquire::passed;
use super::captures::{captures, is_captured};
use super::elision::{Mentioned, Namer, resolve};
use crate::syntax::{Param, Pipeline};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::visit::Visit;
use syn::{GenericParam, Generics, Ident, Lifetime, LifetimeParam, Pat, Type};

/// The header of the generated function.
pub struct Signature {
    /// `fn name<..>(..) -> impl Future<..> + use<..> where ..`
    pub tokens: TokenStream,
    /// The declared return type.
    pub output: Type,
    /// Moves the plain arguments into the future, whether the body mentions them or not.
    pub arguments: TokenStream,
}

/// The header for `pipeline`.
pub fn signature(pipeline: &Pipeline) -> Signature {
    let mut namer = Namer::default();
    let types = named_types(pipeline, &mut namer);
    let output = output(pipeline, &types);
    let generics = generics(&pipeline.generics, namer);
    let captures = captures(pipeline, &types, &output, &generics);
    let inputs = inputs(pipeline, &types);

    let name = &pipeline.name;
    let (impl_generics, _, bounds) = generics.split_for_impl();
    Signature {
        tokens: quote_spanned! {Span::mixed_site()=>
            fn #name #impl_generics (#(#inputs),*)
                -> impl ::core::future::Future<Output = #output> #captures
            #bounds
        },
        arguments: arguments(pipeline),
        output,
    }
}

/// The types of the parameters, without anonymous lifetimes and types.
fn named_types(pipeline: &Pipeline, namer: &mut Namer) -> Vec<Type> {
    let mut types = Vec::new();
    for (index, param) in pipeline.params.iter().enumerate() {
        let mut ty = param.ty().clone();
        namer.name(&param_name(param, index), &mut ty);
        types.push(ty);
    }
    types
}

/// The name of a parameter in the header. A pattern gets a generated name.
fn param_name(param: &Param, index: usize) -> Ident {
    match param {
        Param::Queue(declaration) | Param::Resource(_, declaration) => declaration.name.clone(),
        Param::Plain(plain) => match &plain.pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.ident.clone(),
            _ => format_ident!("__arg{index}", span = Span::mixed_site()),
        },
    }
}

/// The return type. As in an `async fn`, its anonymous lifetime is the only lifetime of the arguments. The references
/// to queues and resources that the macro adds do not count.
fn output(pipeline: &Pipeline, types: &[Type]) -> Type {
    let mut output = pipeline.output.clone();
    if pipeline.receiver.is_none() {
        let mut arguments = Mentioned::default();
        for (param, ty) in pipeline.params.iter().zip(types) {
            if matches!(param, Param::Plain(_)) {
                arguments.visit_type(ty);
            }
        }
        let mut lifetimes = arguments.lifetimes.iter();
        if let (Some(only), None) = (lifetimes.next(), lifetimes.next()) {
            resolve(&mut output, only);
        }
    }
    output
}

/// The generics of the user, and the generated names.
fn generics(written: &Generics, namer: Namer) -> Generics {
    let mut generics = written.clone();
    let lifetime = |lifetime: Lifetime| GenericParam::Lifetime(LifetimeParam::new(lifetime));
    let lifetimes = namer.lifetimes.into_iter().map(lifetime);
    // Lifetimes come first.
    generics.params = lifetimes.chain(generics.params).collect();
    generics
        .params
        .extend(namer.types.into_iter().map(GenericParam::Type));
    generics
}

/// The arguments that the caller passes.
fn inputs(pipeline: &Pipeline, types: &[Type]) -> Vec<TokenStream> {
    let receiver = pipeline.receiver.iter().map(ToTokens::to_token_stream);
    let params = pipeline.params.iter().zip(types).enumerate();
    let params = params.filter_map(|(index, (param, ty))| {
        let attrs = match param {
            Param::Plain(plain) => &plain.attrs,
            Param::Queue(declaration) | Param::Resource(_, declaration) => {
                if declaration.value.is_some() {
                    return None;
                }
                &declaration.attrs
            }
        };
        let name = param_name(param, index);
        let passed = passed(&pipeline.options.library, param, ty);
        Some(quote!(#(#attrs)* #name: #passed))
    });
    receiver.chain(params).collect()
}

/// `let (mut n, (a, b)) = (n, __arg1);`
fn arguments(pipeline: &Pipeline) -> TokenStream {
    let glue = Span::mixed_site();
    let mut patterns = Vec::new();
    let mut names = Vec::new();
    for (index, param) in pipeline.params.iter().enumerate() {
        match param {
            Param::Plain(plain) if is_captured(pipeline, plain) => {
                let name = param_name(param, index);
                patterns.push(match &plain.pat {
                    // A parameter without a name is kept too.
                    Pat::Wild(_) => name.to_token_stream(),
                    pattern => pattern.to_token_stream(),
                });
                names.push(name);
            }
            _ => {}
        }
    }
    let is_marked_unused = |name: &Ident| name.to_string().starts_with('_');
    let allow = names
        .iter()
        .any(is_marked_unused)
        .then(|| quote_spanned!(glue=> #[allow(clippy::used_underscore_binding)]));
    match (&patterns[..], &names[..]) {
        ([], _) => TokenStream::new(),
        ([pattern], [name]) => quote_spanned!(glue=> #allow let #pattern = #name;),
        _ => quote_spanned!(glue=> #allow let (#(#patterns),*) = (#(#names),*);),
    }
}
