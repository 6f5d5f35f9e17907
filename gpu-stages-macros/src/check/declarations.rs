//! Parameters.

use crate::diagnostics::Errors;
use crate::model::{Mention, Model, QueueId, ResourceId};
use crate::syntax::{Mode, Param, Pipeline, is_list, listed, resource_in, text};
use syn::Type;

/// The most resources that can be acquired in one step.
const MOST: usize = 32;

/// There is something to synchronise.
pub fn has_resource(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    if model.resources.is_empty() {
        errors.report(
            &pipeline.name,
            format!("`{}` has no resource", pipeline.name),
            "declare the resources of its stages: `#[reads]`, `#[writes]`, `#[updates]` or `#[owns]` before a parameter",
        );
    }
}

/// There is something to do.
pub fn has_stage(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    if has_no_stage(model) && !model.resources.is_empty() {
        errors.report(
            &pipeline.name,
            format!("`{}` has no stage", pipeline.name),
            "use its resources: each top-level statement that uses one is a stage",
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

/// A declared type is no reference.
pub fn no_references(pipeline: &Pipeline, errors: &mut Errors) {
    for param in &pipeline.params {
        let Some(declaration) = param.declaration() else {
            continue;
        };
        if let Type::Reference(reference) = &declaration.ty {
            // The rule on resources reports this.
            if resource_in(&declaration.ty).is_some() {
                continue;
            }
            let itself = match &*reference.elem {
                Type::Slice(slice) => {
                    let element = text(&slice.elem);
                    format!("the type of the buffer, such as `HostBuffer<{element}>`")
                }
                ty => format!("the type of the value, `{}`", text(ty)),
            };
            errors.report(
                reference,
                format!("`{}` is declared as a reference", declaration.name),
                format!(
                    "write {itself}: the attribute declares the use, and the caller passes a reference"
                ),
            );
        }
    }
}

/// A declared type is that of the value, not of its resource.
pub fn no_resources(pipeline: &Pipeline, errors: &mut Errors) {
    for (_, declaration) in pipeline.resources() {
        let Some((resource, value)) = resource_in(&declaration.ty) else {
            continue;
        };
        let (name, value) = (&declaration.name, text(value));
        let word = text(&resource.ident);
        let (ty, passed) = if is_list(&declaration.ty) {
            (format!("[{value}]"), format!("`&[&{word}<{value}>]`"))
        } else {
            (value.clone(), format!("`&{word}<{value}>`"))
        };
        errors.report(
            &declaration.ty,
            format!("`{name}` is declared as a `{word}`, which the body does not see"),
            format!("write the type of the value, `{ty}`: the caller passes {passed}"),
        );
    }
}

/// Only acquired resources are lists.
pub fn lists_are_acquired(pipeline: &Pipeline, errors: &mut Errors) {
    for param in &pipeline.params {
        let help = match param {
            Param::Resource(Mode::Reads | Mode::Writes | Mode::Updates, _) => continue,
            Param::Resource(Mode::Owns, _) => "declare a `Vec` of the values",
            Param::Queue(_) => "declare each queue as a parameter",
            Param::Plain(_) => "declare the resources, or pass a `Vec`",
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

/// Every declared parameter is used.
pub fn all_used(model: &Model, errors: &mut Errors) {
    // The rule on stages reports this once.
    if has_no_stage(model) {
        return;
    }
    let mentions = || model.stages.iter().flat_map(|stage| &stage.mentions);
    for (index, resource) in model.resources.iter().enumerate() {
        if !mentions().any(|mention| mention.resource() == Some(ResourceId(index))) {
            errors.report(
                &resource.name,
                format!("the resource `{}` is never used", resource.name),
                "remove it: acquiring an unused resource delays other calls",
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
