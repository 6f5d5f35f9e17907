//! The function's header.

use super::acquire::passed;
use super::captures::{captures, is_captured, is_declared_with};
use super::elision::{Mentioned, Namer, resolve};
use crate::syntax::{Param, Pipeline, Plain, bound, is_cfg, is_lint};
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
    /// Takes arguments apart that declarations use in parts.
    pub taken_apart: TokenStream,
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

    let (fn_token, name) = (pipeline.fn_token, &pipeline.name);
    let (impl_generics, _, bounds) = generics.split_for_impl();
    Signature {
        // With a `fn` of the macro, rustc would not report an unused function.
        tokens: quote_spanned! {Span::mixed_site()=>
            #fn_token #name #impl_generics (#(#inputs),*)
                -> impl ::core::future::Future<Output = #output> #captures
            #bounds
        },
        taken_apart: taken_apart(pipeline),
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

/// Whether the call itself takes a pattern apart: a declaration uses what it binds.
fn is_taken_apart(pipeline: &Pipeline, plain: &Plain) -> bool {
    !matches!(plain.pat, Pat::Ident(_)) && is_declared_with(pipeline, plain)
}

/// `let (a, b) = __arg1;` at the call, for the expressions of declarations.
fn taken_apart(pipeline: &Pipeline) -> TokenStream {
    let params = pipeline.params.iter().enumerate();
    let patterns = params.filter_map(|(index, param)| match param {
        Param::Plain(plain) if is_taken_apart(pipeline, plain) => {
            let (pat, name) = (&plain.pat, param_name(param, index));
            Some(quote_spanned!(Span::mixed_site()=> #[allow(unused)] let #pat = #name;))
        }
        _ => None,
    });
    patterns.collect()
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
        let is_value = matches!(param.declaration(), Some(declared) if declared.value.is_some());
        let attrs = param.attrs().iter().filter(|attr| {
            // A lint is about the variable that the body sees.
            !(is_bound_again(pipeline, param) && is_lint(attr))
        });
        let name = param_name(param, index);
        let passed = passed(&pipeline.options.library, param, ty);
        (!is_value).then(|| quote!(#(#attrs)* #name: #passed))
    });
    receiver.chain(params).collect()
}

/// Whether the future has a variable for a plain argument.
fn is_bound_again(pipeline: &Pipeline, param: &Param) -> bool {
    matches!(param, Param::Plain(plain) if is_captured(pipeline, plain))
}

/// `let (mut n, (a, b)) = (n, __arg1);`, and a statement of its own for an argument with attributes.
fn arguments(pipeline: &Pipeline) -> TokenStream {
    let glue = Span::mixed_site();
    let mut patterns = Vec::new();
    let mut names = Vec::new();
    let mut separate = TokenStream::new();
    for (index, param) in pipeline.params.iter().enumerate() {
        let Param::Plain(plain) = param else { continue };
        if !is_captured(pipeline, plain) {
            continue;
        }
        let name = param_name(param, index);
        if is_taken_apart(pipeline, plain) {
            let names_bound = bound(&plain.pat).into_iter();
            let used = names_bound.filter(|(name, _)| pipeline.body_mentions(&name.to_string()));
            for (name, is_mut) in used {
                let mutability = is_mut.then(|| quote_spanned!(glue=> mut));
                patterns.push(quote!(#mutability #name));
                names.push(name);
            }
            continue;
        }
        let pattern = match &plain.pat {
            // A parameter without a name is kept too.
            Pat::Wild(_) => name.to_token_stream(),
            pattern => pattern.to_token_stream(),
        };
        if plain.attrs.is_empty() {
            patterns.push(pattern);
            names.push(name);
        } else {
            let attrs = plain
                .attrs
                .iter()
                .filter(|attr| is_lint(attr) || is_cfg(attr));
            separate.extend(quote_spanned!(glue=> #(#attrs)* let #pattern = #name;));
        }
    }
    let is_marked_unused = |name: &Ident| name.to_string().starts_with('_');
    let allow = names
        .iter()
        .any(is_marked_unused)
        .then(|| quote_spanned!(glue=> #[allow(clippy::used_underscore_binding)]));
    let together = match (&patterns[..], &names[..]) {
        ([], _) => TokenStream::new(),
        ([pattern], [name]) => quote_spanned!(glue=> #allow let #pattern = #name;),
        _ => quote_spanned!(glue=> #allow let (#(#patterns),*) = (#(#names),*);),
    };
    quote!(#together #separate)
}
