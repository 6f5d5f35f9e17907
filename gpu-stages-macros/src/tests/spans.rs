//! Editors can navigate: every word of the user is in the output, with its location.

use super::{pipelines, programs};
use crate::compile;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use std::collections::BTreeSet;
use syn::Ident;

/// A word and its location: line and column.
type Word = (String, usize, usize);

fn words(tokens: TokenStream, found: &mut BTreeSet<Word>) {
    for token in tokens {
        match token {
            // Editors do not look up keywords, and the macro adds and removes some.
            TokenTree::Ident(ident) if syn::parse_str::<Ident>(&ident.to_string()).is_err() => {}
            TokenTree::Ident(ident) => {
                let start = ident.span().start();
                found.insert((ident.to_string(), start.line, start.column));
            }
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The words of the body of a function.
fn body_words(function: &TokenStream) -> BTreeSet<Word> {
    let braces = function
        .clone()
        .into_iter()
        .filter_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        });
    let mut found = BTreeSet::new();
    let body = braces.last().expect("the body").stream();
    words(without_stages(body), &mut found);
    found
}

/// `tokens` without `#[stage(...)]`, which is for the macro alone.
fn without_stages(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let is_stage = matches!(&token, TokenTree::Group(group)
            if group.delimiter() == Delimiter::Bracket && group.stream().to_string().starts_with("stage"));
        if is_stage {
            kept.pop();
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

fn output_words(options: TokenStream, function: TokenStream) -> BTreeSet<Word> {
    let mut found = BTreeSet::new();
    words(compile::gpu_pipeline(options, function), &mut found);
    found
}

/// Every word of the user is there, at its location. Generated names may replace a resource: `__x` or `__x_facts` for
/// `x`.
#[test]
fn a_pipeline_keeps_the_words_of_the_user() {
    for (options, function) in pipelines().into_iter().chain(programs()) {
        let output = output_words(options, function.clone());
        for (word, line, column) in body_words(&function) {
            let names = [word.clone(), format!("__{word}"), format!("__{word}_facts")];
            assert!(
                names
                    .iter()
                    .any(|name| output.contains(&(name.clone(), line, column))),
                "`{word}` of line {line} is lost in {function}"
            );
        }
    }
}

/// The same beside errors, with the words themselves.
#[test]
fn errors_keep_the_words_of_the_user() {
    for (_, function) in pipelines().into_iter().chain(programs()) {
        let output = output_words(quote!(until = never), function.clone());
        let lost: Vec<_> = body_words(&function).difference(&output).cloned().collect();
        assert!(lost.is_empty(), "{lost:?} of {function}");
    }
}

/// What is being written is no Rust yet: signature and words are there all the same.
#[test]
fn a_body_being_written_keeps_the_words_of_the_user() {
    for body in [
        "h_in.",
        "up.",
        "up.upload(&h_in, &mut d_in)?; h_in.",
        "up.upl up.upload(&h_in, &mut d_in)?;",
        "let part = &h_in. ; Ok(())",
        "for x in h_in. { up. }",
        "if h_in. { up.upload(&h_in, &) } Ok(())",
        "#![allow] up.",
        "match h_in { 0 => up. }",
    ] {
        // Lexed in one piece, so that every word has its place.
        let source = format!(
            "async fn f(#[queue] up: Queue, #[reads] h_in: HostBuffer<u8>, #[writes] d_in: Device) \
             -> Result<()> {{ {body} }}"
        );
        let function: TokenStream = source.parse().expect("tokens");
        let answer = compile::gpu_pipeline(quote!(), function.clone());
        let text = answer.to_string();
        assert!(text.contains("compile_error"), "{text}");
        for part in [
            "up : & Queue",
            "Readable < HostBuffer < u8 >",
            "let mut h_in",
        ] {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
        let mut output = BTreeSet::new();
        words(answer, &mut output);
        let lost: Vec<_> = body_words(&function).difference(&output).cloned().collect();
        assert!(lost.is_empty(), "{lost:?} of {function}");
    }
}
