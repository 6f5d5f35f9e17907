//! The body does what the declarations say.

use crate::diagnostics::Errors;
use crate::model::{Mention, Model, Resource, ResourceId, Right, Usage};
use crate::syntax::{Mode, Pipeline, is_called};

/// Types whose methods are known.
const KNOWN: [&str; 3] = ["HostBuffer", "String", "Vec"];

/// Methods of these types, and of slices, that write.
const WRITING: [&str; 24] = [
    "append",
    "as_mut_slice",
    "chunks_exact_mut",
    "chunks_mut",
    "clear",
    "clone_from_slice",
    "copy_from_slice",
    "drain",
    "extend_from_slice",
    "fill",
    "first_mut",
    "get_mut",
    "insert",
    "iter_mut",
    "last_mut",
    "pop",
    "push",
    "push_str",
    "resize",
    "reverse",
    "sort",
    "sort_unstable",
    "swap",
    "truncate",
];

/// A `#[reads]` resource is not written. The methods of unknown types are left to rustc.
pub fn reads_stay(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for (id, resource) in declared(model, Mode::Reads) {
        let declaration = pipeline.resources().nth(id.0);
        let is_known = declaration.is_some_and(|(_, declaration)| {
            KNOWN.iter().any(|name| is_called(&declaration.ty, name))
        });
        let writes = |mention: &&Mention| {
            let is_write = match &mention.usage {
                Usage::Exclusive | Usage::Assigned => true,
                Usage::Method(method) => {
                    is_known && !mention.in_part && WRITING.iter().any(|name| method == name)
                }
                _ => false,
            };
            mention.resource() == Some(id) && is_write
        };
        let mentions = model.stages.iter().flat_map(|stage| &stage.mentions);
        for mention in mentions.filter(writes) {
            errors.report(
                &mention.ident,
                format!("`{}` is declared `#[reads]` and cannot be written", resource.name),
                "declare it `#[updates]` to change it in place, or `#[writes]` to make a new version",
            );
        }
    }
}

/// `#[writes]` is written. Other rules report the resources `explained` at their uses.
pub fn writes_write(model: &Model, explained: &[ResourceId], errors: &mut Errors) {
    for (id, resource) in declared(model, Mode::Writes) {
        if is_used(model, id) && !is_written(model, id) && !explained.contains(&id) {
            let name = &resource.name;
            errors.report(
                name,
                format!("`{name}` is declared `#[writes]` and never written"),
                "declare it `#[reads]` to use its contents, or write to it with `&mut`",
            );
        }
    }
}

/// The same of `#[updates]`.
pub fn updates_write(model: &Model, explained: &[ResourceId], errors: &mut Errors) {
    for (id, resource) in declared(model, Mode::Updates) {
        if is_used(model, id) && !is_written(model, id) && !explained.contains(&id) {
            let name = &resource.name;
            errors.report(
                name,
                format!("`{name}` is declared `#[updates]` and never written"),
                "declare it `#[reads]`, so that several calls can read it at the same time",
            );
        }
    }
}

fn declared(model: &Model, mode: Mode) -> impl Iterator<Item = (ResourceId, &Resource)> {
    let resources = model.resources.iter().enumerate();
    resources
        .filter(move |(_, resource)| resource.mode == mode)
        .map(|(index, resource)| (ResourceId(index), resource))
}

pub fn is_written(model: &Model, id: ResourceId) -> bool {
    let mut accesses = model.stages.iter().filter_map(|stage| stage.access(id));
    accesses.any(|access| access.right == Right::Write)
}

/// Whether some stage uses the contents of a resource.
fn is_used(model: &Model, id: ResourceId) -> bool {
    let uses_contents = |mention: &Mention| {
        let is_length = matches!(mention.usage, Usage::Facts | Usage::Length);
        mention.resource() == Some(id) && !is_length
    };
    let mut mentions = model.stages.iter().flat_map(|stage| &stage.mentions);
    mentions.any(uses_contents)
}
