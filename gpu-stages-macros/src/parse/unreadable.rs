//! Declarations that are no attributes.

use crate::diagnostics::Errors;
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Meta;

/// Reports declarations that are no attributes, such as `#[reads, writes]`, and assumes that the body may do
/// anything.
pub fn readable(item: TokenStream, errors: &mut Errors) -> TokenStream {
    let trees = item.into_iter().map(|tree| match tree {
        TokenTree::Group(list) if list.delimiter() == Delimiter::Parenthesis => {
            let mut readable = Group::new(Delimiter::Parenthesis, in_list(list.stream(), errors));
            readable.set_span(list.span());
            readable.into()
        }
        tree => tree,
    });
    trees.collect()
}

fn in_list(params: TokenStream, errors: &mut Errors) -> TokenStream {
    let mut after_sign = false;
    let trees = params.into_iter().map(|tree| {
        let is_attribute = std::mem::replace(&mut after_sign, false);
        match tree {
            TokenTree::Group(attr) if is_attribute && is_unreadable(attr.stream()) => {
                errors.report(
                    attr.stream(),
                    "a parameter can have one declaration only",
                    "write `#[reads]`, `#[writes]`, `#[updates]`, which reads and writes, `#[owns]` or `#[queue]`",
                );
                let assumed = Ident::new("updates", attr.span());
                let mut readable = Group::new(Delimiter::Bracket, assumed.into_token_stream());
                readable.set_span(attr.span());
                readable.into()
            }
            tree => {
                after_sign = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '#');
                tree
            }
        }
    });
    trees.collect()
}

/// Whether an attribute begins with a declaration and cannot be read.
fn is_unreadable(attr: TokenStream) -> bool {
    let word = attr.clone().into_iter().next();
    let words = ["owns", "queue", "reads", "updates", "writes"];
    let is_it = |word: &Ident| words.iter().any(|it| word == it);
    matches!(word, Some(TokenTree::Ident(word)) if is_it(&word))
        && syn::parse2::<Meta>(attr).is_err()
}
