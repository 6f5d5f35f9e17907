//! Parameters.

use crate::diagnostics::Errors;
use crate::model::{Mention, Model, QueueId, ResourceId};
use crate::syntax::{Mode, Param, Pipeline, listed, text};
use syn::Type;

/// The most resources that can be acquired in one step.
const MOST: usize = 32;

/// There is something to synchronise.
pub fn has_resource(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    if model.resources.is_empty() {
        errors.report(
            &pipeline.name,
            format!("`{}` has no resource", pipeline.name),
            "declare what its stages work on: `#[reads]`, `#[writes]`, `#[updates]` or `#[owns]` before a \
             parameter",
        );
    }
}

/// There is something to do.
pub fn has_stage(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    if has_no_stage(model) && !model.resources.is_empty() {
        errors.report(
            &pipeline.name,
            format!("`{}` has no stage", pipeline.name),
            "use its resources: every top-level statement that does is a stage",
        );
    }
}

/// All resources can be acquired in one step.
pub fn all_fit(model: &Model, errors: &mut Errors) {
    if let Some(resource) = model.resources.get(MOST) {
        errors.report(
            &resource.name,
            format!("a pipeline has at most {MOST} resources"),
            "one resource may hold many buffers: make a tuple, an array or a `Vec` of some of them",
        );
    }
}

/// A declaration names the buffer's own type.
pub fn no_references(pipeline: &Pipeline, errors: &mut Errors) {
    for param in &pipeline.params {
        let Some(declaration) = param.declaration() else {
            continue;
        };
        if let Type::Reference(reference) = &declaration.ty {
            let itself = match &*reference.elem {
                Type::Slice(slice) => {
                    let element = text(&slice.elem);
                    format!("the buffer's own type, such as `HostBuffer<{element}>`")
                }
                ty => format!("the type itself, `{}`", text(ty)),
            };
            errors.report(
                reference,
                format!("`{}` is declared as a reference", declaration.name),
                format!(
                    "write {itself}: the declaration says how it is used, and the caller passes a reference"
                ),
            );
        }
    }
}

/// A list is of resources that are acquired.
pub fn lists_are_acquired(pipeline: &Pipeline, errors: &mut Errors) {
    for param in &pipeline.params {
        let help = match param {
            Param::Resource(Mode::Reads | Mode::Writes | Mode::Updates, _) => continue,
            Param::Resource(Mode::Owns, _) => "own a `Vec` of them",
            Param::Queue(_) => "declare each queue by itself: a stage is on one of them",
            Param::Plain(_) => "declare what it is, or pass a `Vec`",
        };
        if listed(param.ty()).is_some() {
            errors.report(
                param.ty(),
                "only `#[reads]`, `#[writes]` and `#[updates]` take a list of resources",
                help,
            );
        }
    }
}

/// What is declared is used.
pub fn all_used(model: &Model, errors: &mut Errors) {
    // One error says it all.
    if has_no_stage(model) {
        return;
    }
    let mentions = || model.stages.iter().flat_map(|stage| &stage.mentions);
    for (index, resource) in model.resources.iter().enumerate() {
        if !mentions().any(|mention| mention.resource() == Some(ResourceId(index))) {
            errors.report(
                &resource.name,
                format!("the resource `{}` is never used", resource.name),
                "remove it: acquiring it would hold up others",
            );
        }
    }
    for (index, queue) in model.queues.iter().enumerate() {
        let is_it = |mention: &Mention| mention.queue() == Some(QueueId(index));
        if !mentions().any(is_it) {
            errors.report(
                queue,
                format!("the queue `{queue}` is never used"),
                "remove it, or enqueue on it",
            );
        }
    }
}

fn has_no_stage(model: &Model) -> bool {
    model.stages.iter().all(|stage| stage.mentions.is_empty())
}
