//! The schedule as a table in the function's documentation.

use crate::model::Model;
use crate::schedule::Summary;
use crate::table::{HEADER, Row, row};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A section for the end of the documentation.
pub fn table(model: &Model, summaries: &[Summary]) -> TokenStream {
    let mut lines = vec![String::new(), " # Schedule".to_owned(), String::new()];
    let rows = (0..summaries.len()).map(|number| row(model, summaries, number));
    let rows: Vec<Row> = [HEADER.map(str::to_owned)]
        .into_iter()
        .chain(rows)
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Row = std::array::from_fn(|column| "-".repeat(width(column).unwrap_or_default()));
    lines.push(line(&rows[0], &widths));
    lines.push(format!(" |-{}-|", widths.join("-|-")));
    lines.extend(rows[1..].iter().map(|row| line(row, &widths)));
    quote_spanned!(Span::mixed_site()=> #(#[doc = #lines])*)
}

/// A line of the table, as wide as the rules beneath its header.
fn line(row: &Row, rules: &Row) -> String {
    let cells = row.iter().zip(rules);
    let cells = cells.map(|(cell, rule)| format!(" | {cell:width$}", width = rule.len()));
    format!("{} |", cells.collect::<String>())
}
