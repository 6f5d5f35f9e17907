//! The captures in the future's type.
//!
//! The call only borrows queues and resources until it returns: a future that borrows nothing else is `'static`.

use super::elision::Mentioned;
use crate::syntax::{Param, Pipeline, Plain, ScheduleAt, bound, mentions};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use std::collections::BTreeSet;
use syn::visit::Visit;
use syn::{
    GenericParam, Generics, Lifetime, Receiver, ReceiverKind, Type, TypeParam, TypeParamBound,
    WherePredicate,
};

/// `+ use<'a, T>`, `+ 'static` or `+ Captures<&'a ()>`.
pub fn captures(
    pipeline: &Pipeline,
    types: &[Type],
    output: &Type,
    generics: &Generics,
) -> TokenStream {
    let captured = captured_lifetimes(pipeline, types, output);
    if is_method(pipeline) {
        let borrows_self = borrows_self(pipeline, &captured);
        of_method(pipeline, &captured.lifetimes, borrows_self, generics)
    } else {
        of_function(&captured.lifetimes, generics)
    }
}

/// Whether the future keeps an argument. It drops values at its end, as any `async fn` does, so it keeps them all. It
/// does not keep what the body does not mention, if that is a reference, or used by a declaration.
pub fn is_captured(pipeline: &Pipeline, plain: &Plain) -> bool {
    let names = bound(&plain.pat);
    let mut names = names.iter().map(|(name, _)| name.to_string());
    names.any(|name| pipeline.body_mentions(&name))
        || !(matches!(plain.ty, Type::Reference(_)) || is_declared_with(pipeline, plain))
}

/// Whether the expression of a declaration mentions an argument.
pub fn is_declared_with(pipeline: &Pipeline, plain: &Plain) -> bool {
    let declarations = pipeline.params.iter().filter_map(Param::declaration);
    let values = declarations.filter_map(|declaration| declaration.value.as_ref());
    let names = bound(&plain.pat);
    let mut names = names.iter().map(|(name, _)| name.to_string());
    names.any(|name| {
        let mut values = values.clone();
        values.any(|value| mentions(value.to_token_stream(), &name))
    })
}

fn captured_lifetimes(pipeline: &Pipeline, types: &[Type], output: &Type) -> Mentioned {
    let mut captured = Mentioned::default();
    for (param, ty) in pipeline.params.iter().zip(types) {
        match param {
            Param::Plain(plain) if !is_captured(pipeline, plain) => {}
            _ => captured.visit_type(ty),
        }
    }
    captured.visit_type(output);
    captured
}

/// A function with `self` or `Self`: its `impl` block may have generics that the macro does not see.
pub fn is_method(pipeline: &Pipeline) -> bool {
    let says_self = |ty: &Type| mentions(ty.to_token_stream(), "Self");
    let mut types = pipeline
        .params
        .iter()
        .map(Param::ty)
        .chain([&pipeline.output]);
    let is_associated = matches!(pipeline.options.schedule, Some(ScheduleAt::Associated(_)));
    is_associated
        || pipeline.receiver.is_some()
        || types.any(says_self)
        || pipeline.body_mentions("Self")
}

fn borrows_self(pipeline: &Pipeline, captured: &Mentioned) -> bool {
    let is_borrowed = pipeline.receiver.as_ref().is_some_and(is_reference);
    is_borrowed && (captured.anonymous || pipeline.body_mentions("self"))
}

fn is_reference(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => {
            let mut mentioned = Mentioned::default();
            mentioned.visit_type(ty);
            mentioned.anonymous || !mentioned.lifetimes.is_empty()
        }
        _ => false,
    }
}

/// A function names exactly what it captures.
fn of_function(lifetimes: &BTreeSet<Lifetime>, generics: &Generics) -> TokenStream {
    let lifetimes = lifetimes.iter().map(ToTokens::to_token_stream);
    let types = generics.params.iter().filter_map(|param| match param {
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(param) => Some(param.ident.to_token_stream()),
        GenericParam::Const(param) => Some(param.ident.to_token_stream()),
    });
    let captured = lifetimes.chain(types);
    quote_spanned!(Span::mixed_site()=> + use<#(#captured),*>)
}

/// A method cannot name its captures: it would have to name the parameters of its `impl` block too.
fn of_method(
    pipeline: &Pipeline,
    lifetimes: &BTreeSet<Lifetime>,
    borrows_self: bool,
    generics: &Generics,
) -> TokenStream {
    let glue = Span::mixed_site();
    let library = &pipeline.options.library;
    let mut captured: Vec<TokenStream> = lifetimes
        .iter()
        .map(|lifetime| quote_spanned!(glue=> &#lifetime ()))
        .collect();
    if borrows_self {
        captured.push(quote_spanned!(glue=> &'_ ()));
    }
    match &captured[..] {
        [] if generics
            .type_params()
            .all(|param| is_static(param, generics)) =>
        {
            quote_spanned!(glue=> + 'static)
        }
        [] => TokenStream::new(),
        [lifetime] => quote_spanned!(glue=> + #library::rt::Captures<#lifetime>),
        lifetimes => quote_spanned!(glue=> + #library::rt::Captures<(#(#lifetimes),*)>),
    }
}

/// Whether a type parameter is declared `'static`.
fn is_static(param: &TypeParam, generics: &Generics) -> bool {
    let predicates = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let of_param = predicates.filter_map(|predicate| match predicate {
        WherePredicate::Type(bounded) => match &bounded.bounded_ty {
            Type::Path(path) if path.path.is_ident(&param.ident) => Some(&bounded.bounds),
            _ => None,
        },
        _ => None,
    });
    let mut bounds = of_param.chain([&param.bounds]).flatten();
    bounds.any(
        |bound| matches!(bound, TypeParamBound::Lifetime(lifetime) if lifetime.ident == "static"),
    )
}
