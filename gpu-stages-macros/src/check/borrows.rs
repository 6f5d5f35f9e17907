//! A borrow of a resource ends with its stage.

use super::names::bindings;
use crate::diagnostics::Errors;
use crate::lower::of_expr;
use crate::model::{Capture, Model, Names, Place, ResourceId, Stage, Subject, Usage};
use crate::syntax::{Pipeline, is_called, is_mentioned, plain_name, root, text};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, Ident, Pat, Stmt};

/// A reference into a resource is not used when its stage is over.
pub fn end_with_stage(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    let bindings = bindings(pipeline);
    for (index, statement) in pipeline.statements.iter().enumerate() {
        let Some((alias, value)) = alias(&statement.stmt) else {
            continue;
        };
        // Only rustc knows what a name means that is bound twice.
        let is_bound_once = bindings.iter().filter(|bound| *bound == alias).count() == 1;
        if !is_bound_once || model.stages[index].work.place != Place::Host {
            continue;
        }
        let late = borrowed(value, names).into_iter().find_map(|(id, name)| {
            Some((first_late_use(pipeline, model, index, alias, id)?, name))
        });
        if let Some((late, name)) = late {
            let stmt = &pipeline.statements[late].stmt;
            let used = find(stmt.to_token_stream(), alias).unwrap_or_else(|| name.clone());
            errors.report(
                used,
                format!("`{alias}` borrows `{name}` from a stage that is over"),
                help(value, &name, is_on_device(&model.stages[late])),
            );
        }
    }
}

/// How to do without a reference to `name`.
fn help(value: &Expr, name: &Ident, on_device: bool) -> String {
    match value {
        Expr::Reference(_) if on_device => {
            let borrow = text(value);
            format!("write `{borrow}` here, or put both statements into one block")
        }
        Expr::Reference(_) => {
            format!("copy the data instead of taking a reference, or use `{name}` here")
        }
        _ => "make it in the statement that uses it, or put both statements into one block"
            .to_owned(),
    }
}

/// `let alias = value;`
fn alias(stmt: &Stmt) -> Option<(&Ident, &Expr)> {
    let Stmt::Local(local) = stmt else {
        return None;
    };
    let mut pat = &local.pat;
    if let Pat::Type(typed) = pat {
        pat = &typed.pat;
    }
    match pat {
        Pat::Ident(pat) if pat.subpat.is_none() => Some((&pat.ident, &local.init.as_ref()?.expr)),
        _ => None,
    }
}

/// The resources that `value` certainly keeps a reference to: it is `&x.part`, a closure or an async block.
fn borrowed(value: &Expr, names: &Names) -> Vec<(ResourceId, Ident)> {
    match value {
        Expr::Reference(lent) => {
            let name = plain_name(root(&lent.expr));
            let named = name.and_then(|name| match names.subject(name)? {
                Subject::Resource(id) => Some((id, name.clone())),
                Subject::Queue(_) => None,
            });
            named.into_iter().collect()
        }
        Expr::Closure(_) | Expr::Async(_) => of_expr(value, names)
            .into_iter()
            // The rule on captures reports resources that would be moved.
            .filter(|mention| mention.capture == Capture::Borrowed && mention.usage != Usage::Facts)
            .filter_map(|mention| Some((mention.resource()?, mention.ident)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The first statement that uses `alias` while the host no longer holds `id`. Statement `index` defines `alias`.
fn first_late_use(
    pipeline: &Pipeline,
    model: &Model,
    index: usize,
    alias: &Ident,
    id: ResourceId,
) -> Option<usize> {
    let mut declarations = pipeline.resources().map(|(_, declaration)| declaration);
    let is_device_buffer = is_called(&declarations.nth(id.0)?.ty, "DeviceBuffer");
    let text = alias.to_string();
    (index + 1..pipeline.statements.len()).find(|later| {
        let is_view = is_on_device(&model.stages[*later]) && is_device_buffer;
        let is_over = is_view || !is_held(&model.stages, id, index, *later);
        is_over && is_mentioned(&text, &pipeline.statements[*later])
    })
}

/// Whether the host holds resource `id` from stage `index` up to stage `later`.
fn is_held(stages: &[Stage], id: ResourceId, index: usize, later: usize) -> bool {
    let uses = |stage: &Stage| stage.access(id).is_some();
    let mut between = stages[index + 1..=later].iter();
    let goes_to_device = between.any(|stage| is_on_device(stage) && uses(stage));
    !goes_to_device && stages[later..].iter().any(uses)
}

fn is_on_device(stage: &Stage) -> bool {
    matches!(stage.work.place, Place::Device(_))
}

/// The first token that is `name`.
fn find(tokens: TokenStream, name: &Ident) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == *name => Some(ident),
        TokenTree::Group(group) => find(group.stream(), name),
        _ => None,
    })
}
