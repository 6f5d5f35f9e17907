//! Errors: what is wrong, where, and how to fix it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use std::fmt::Display;

/// The errors of one pipeline, all of which are reported.
#[derive(Default)]
pub struct Errors {
    found: Vec<syn::Error>,
}

impl Errors {
    /// Reports `message` at `at`, and how to fix it.
    pub fn report(&mut self, at: impl ToTokens, message: impl Display, help: impl Display) {
        let text = format!("{message}\n\nhelp: {help}");
        self.found.push(syn::Error::new_spanned(at, text));
    }

    /// Reports `message` at `at`, how to fix it, and the first occurrence.
    pub fn report_again(
        &mut self,
        at: impl ToTokens,
        message: impl Display,
        help: impl Display,
        first: impl ToTokens,
    ) {
        self.report(at, message, help);
        let first = syn::Error::new_spanned(first, "the first one is here");
        self.found.push(first);
    }

    /// Reports an error of the parser.
    pub fn syntax(&mut self, error: syn::Error) {
        self.found.push(error);
    }

    /// The errors as tokens; `None` when there are none.
    pub fn into_tokens(self) -> Option<TokenStream> {
        if self.found.is_empty() {
            return None;
        }
        Some(
            self.found
                .iter()
                .map(syn::Error::to_compile_error)
                .collect(),
        )
    }
}

/// The candidate that `word` most resembles, if a typing error explains the difference.
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 2 && *distance < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of letters to insert, delete or replace (Levenshtein) to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
