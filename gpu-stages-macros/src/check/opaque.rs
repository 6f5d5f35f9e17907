//! Opaque stages.

use crate::diagnostics::{Errors, nearest};
use crate::model::{Model, Usage};
use crate::syntax::{Opaque, Pipeline};
use syn::Ident;

/// An opaque stage names declared parameters: a queue as `queue`, resources in `reads` and `writes`.
pub fn names_fit(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for opaque in declared(pipeline) {
        if let Some(queue) = &opaque.queue {
            is_queue(queue, model, errors);
        }
        for name in opaque.reads.iter().chain(&opaque.writes) {
            is_resource(name, model, errors);
        }
        once(&opaque.reads, "reads", errors);
        once(&opaque.writes, "writes", errors);
        for name in opaque.reads.iter().filter(|it| opaque.writes.contains(it)) {
            errors.report(
                name,
                format!("`{name}` is in `reads` and in `writes`"),
                "remove it from `reads`: `writes` includes reading",
            );
        }
    }
}

/// An opaque stage uses at least one resource: without one, no later stage could wait for it.
pub fn uses_something(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        let Some(opaque) = statement.opaque() else {
            continue;
        };
        let Some(queue) = &opaque.queue else { continue };
        if opaque.names_nothing && stage.work.accesses.is_empty() {
            errors.report(
                queue,
                format!("this stage on `{queue}` uses no resource, so that no later stage could wait for it"),
                "declare its resources, `reads(a)` and `writes(b)`; the hidden memory of a library is a resource as well",
            );
        }
    }
}

/// A stage does not write a resource that it declares in `reads`.
pub fn reads_stay(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        let Some(opaque) = statement.opaque() else {
            continue;
        };
        let is_write = |usage: &Usage| matches!(usage, Usage::Exclusive | Usage::Assigned);
        let seen = stage.mentions.iter().filter(|it| !it.is_declared);
        for mention in seen.filter(|mention| is_write(&mention.usage)) {
            let name = &mention.ident;
            if opaque.reads.contains(name) {
                errors.report(
                    name,
                    format!("`{name}` is written here, and the stage declares `reads({name})`"),
                    format!("declare `writes({name})`, or write `&{name}` here"),
                );
            }
        }
    }
}

fn declared(pipeline: &Pipeline) -> impl Iterator<Item = &Opaque> {
    let statements = pipeline.statements.iter();
    statements.filter_map(|statement| statement.opaque())
}

fn is_queue(name: &Ident, model: &Model, errors: &mut Errors) {
    if model.queues.contains(name) {
        return;
    }
    let queues: Vec<String> = model.queues.iter().map(Ident::to_string).collect();
    if model.resources.iter().any(|it| it.name == *name) {
        errors.report(
            name,
            format!("`{name}` is a resource, not a queue"),
            format!("name it in `reads({name})` or `writes({name})`, and set `queue` to a `#[queue]` parameter"),
        );
    } else {
        errors.report(
            name,
            format!("the pipeline has no queue `{name}`"),
            advice(
                name,
                &queues,
                "declare the queue as a parameter, `#[queue] q: Queue`",
            ),
        );
    }
}

fn is_resource(name: &Ident, model: &Model, errors: &mut Errors) {
    let names = model.resources.iter().map(|it| it.name.to_string());
    let resources: Vec<String> = names.collect();
    if resources.iter().any(|it| name == it) {
        return;
    }
    if model.queues.contains(name) {
        errors.report(
            name,
            format!("`{name}` is a queue, not a resource"),
            format!("write `queue = {name}`; `reads` and `writes` name resources"),
        );
    } else {
        let help =
            "declare it as a parameter, with `#[reads]`, `#[writes]`, `#[updates]` or `#[owns]`";
        errors.report(
            name,
            format!("the pipeline has no resource `{name}`"),
            advice(name, &resources, help),
        );
    }
}

/// The nearest of `known`, or `otherwise`.
fn advice(name: &Ident, known: &[String], otherwise: &str) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match nearest(&name.to_string(), &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_owned(),
    }
}

fn once(names: &[Ident], list: &str, errors: &mut Errors) {
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            errors.report(
                name,
                format!("`{name}` is named twice in `{list}`"),
                "remove one of them",
            );
        }
    }
}
