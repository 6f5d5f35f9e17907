//! Attributes of the macro and of others.

use crate::syntax::{is_pipeline, mentions};
use proc_macro2::{Group, TokenTree};
use quote::ToTokens;
use syn::{AttrStyle, Attribute, Meta};

/// `attrs` in the form that is written before an item: `#![allow(..)]` in a body has the same meaning.
pub fn outer(mut attrs: Vec<Attribute>) -> Vec<Attribute> {
    for attr in &mut attrs {
        attr.style = AttrStyle::Outer;
    }
    attrs
}

/// The name of an attribute of one word.
pub fn word(attr: &Attribute) -> Option<String> {
    attr.path().get_ident().map(ToString::to_string)
}

/// Whether the attribute is a bare path, such as `#[reads]`.
pub fn is_bare(attr: &Attribute) -> bool {
    matches!(attr.meta, Meta::Path(_))
}

/// Removes further `#[gpu_pipeline]` attributes from `attrs`, and returns them.
pub fn take_again(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    partition(attrs, is_pipeline)
}

/// Takes the attributes that put an `async fn` into a span out of `attrs`, conditional ones too.
pub fn take_spans(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    partition(attrs, |attr| {
        let conditional = attr.path().is_ident("cfg_attr");
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == INSTRUMENT)
            || (conditional && mentions(attr.meta.to_token_stream(), INSTRUMENT))
    })
}

/// The attribute of `tracing` that puts a function into a span.
const INSTRUMENT: &str = "instrument";

/// Whether `#[instrument]` has changed this body: it was written above `#[gpu_pipeline]`.
pub fn is_instrumented(body: &Group) -> bool {
    body.stream().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident.to_string().starts_with("__tracing_"),
        TokenTree::Group(group) => is_instrumented(&group),
        _ => false,
    })
}

/// Takes the attributes called `name` out of `attrs`.
pub fn take(attrs: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    partition(attrs, |attr| attr.path().is_ident(name))
}

fn partition(attrs: &mut Vec<Attribute>, is_taken: impl Fn(&Attribute) -> bool) -> Vec<Attribute> {
    let (taken, left) = std::mem::take(attrs).into_iter().partition(is_taken);
    *attrs = left;
    taken
}
