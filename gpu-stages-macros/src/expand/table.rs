//! The schedule as a table in the function's documentation.

use crate::model::Model;
use crate::schedule::Summary;
use crate::table;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A section for the end of the documentation.
pub fn table(model: &Model, summaries: &[Summary]) -> TokenStream {
    let rows = summaries.iter();
    let rows: Vec<table::Row> = rows
        .map(|summary| table::row(model, summaries, summary))
        .collect();
    let mut lines = vec![String::new(), " # Schedule".to_owned(), String::new()];
    lines.extend(table::lines(&rows).iter().map(|line| format!(" {line}")));
    quote_spanned!(Span::mixed_site()=> #(#[doc = #lines])*)
}
