//! Attributes: whose they are and where they stand.

use crate::syntax::is_pipeline;
use syn::{AttrStyle, Attribute, Meta};

/// `attrs` as they are written before an item: `#![allow(..)]` inside a body means the same as outside.
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

/// Takes out of `attrs` what would make a pipeline of the function once more.
pub fn take_again(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    partition(attrs, is_pipeline)
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
