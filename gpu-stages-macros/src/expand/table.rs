//! The schedule as a table in the function's documentation.

use crate::model::{Model, Place, Right, Stage};
use crate::schedule::Plan;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A section for the end of the documentation.
pub fn table(model: &Model, plan: &Plan) -> TokenStream {
    let mut lines = vec![
        String::new(),
        " # Schedule".to_owned(),
        String::new(),
        " | stage | runs on | reads | writes | waits for |".to_owned(),
        " |---|---|---|---|---|".to_owned(),
    ];
    for (stage, after) in model.stages.iter().zip(&plan.after) {
        if let Some(name) = &stage.name {
            lines.push(row(model, stage, name, after));
        }
    }
    quote_spanned!(Span::mixed_site()=> #(#[doc = #lines])*)
}

fn row(model: &Model, stage: &Stage, name: &str, after: &[usize]) -> String {
    let place = match stage.work.place {
        Place::Device(queue) => {
            let opaque = if stage.work.is_opaque { ", opaque" } else { "" };
            format!("queue `{}`{opaque}", model.queues[queue.0])
        }
        Place::Host | Place::Plain if stage.blocking.is_some() => "host, blocking".to_owned(),
        Place::Host | Place::Plain => "host".to_owned(),
    };
    let reads = accessed(model, stage, Right::Read);
    let writes = accessed(model, stage, Right::Write);
    let after = after
        .iter()
        .filter_map(|stage| model.stages[*stage].name.as_deref());
    format!(
        " | {} | {place} | {reads} | {writes} | {} |",
        code(name),
        list(after)
    )
}

fn accessed(model: &Model, stage: &Stage, right: Right) -> String {
    let accesses = stage.work.accesses.iter();
    let accesses = accesses.filter(|access| access.right == right);
    let names = accesses.map(|access| model.resources[access.resource.0].name.to_string());
    list(names)
}

fn list(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<String> = names.map(|name| code(name.as_ref())).collect();
    names.join(", ")
}

/// A name in a cell of the table.
fn code(name: &str) -> String {
    format!("`{}`", name.replace('|', "\\|").replace('`', "'"))
}
