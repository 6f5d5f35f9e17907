//! Spans of generated code.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The span of generated code that replaces a token of the user.
pub fn glue(user: Span) -> Span {
    Span::mixed_site().located_at(user)
}

/// The span of generated code around tokens of the user.
pub fn at_first(user: impl ToTokens) -> Span {
    let first = user.into_token_stream().into_iter().next();
    let glue = Span::mixed_site();
    first.map_or(glue, |token| glue.located_at(token.span()))
}

/// `tokens` located at `span`. They resolve as before: `$crate` is the crate of its macro.
pub fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(span));
        token
    });
    respanned.collect()
}
