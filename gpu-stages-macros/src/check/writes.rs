//! Declarations say what the body does.

use crate::diagnostics::Errors;
use crate::model::{Mention, Model, Resource, ResourceId, Right, Stage, Usage};
use crate::syntax::Mode;

/// `#[reads]` is not written.
pub fn reads_stay(model: &Model, errors: &mut Errors) {
    for (id, resource) in declared(model, Mode::Reads) {
        let writes = |mention: &&Mention| {
            mention.resource() == Some(id)
                && matches!(mention.usage, Usage::Exclusive | Usage::Assigned)
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

/// `#[writes]` is written, and not read before.
pub fn writes_come_first(model: &Model, errors: &mut Errors) {
    for (id, resource) in declared(model, Mode::Writes) {
        let name = &resource.name;
        let Some((stage, mention)) = first_use(model, id) else {
            continue;
        };
        if !is_written(model, id) {
            errors.report(
                name,
                format!("`{name}` is declared `#[writes]` and never written"),
                "declare it `#[reads]` to use what is there, or write to it with `&mut`",
            );
        } else if stage
            .access(id)
            .is_some_and(|access| access.right == Right::Read)
        {
            errors.report(
                &mention.ident,
                format!("`{name}` is read before it is written"),
                "`#[writes]` gives a new version whose contents are stale: write it first, or declare it \
                 `#[updates]` to go on with the old contents",
            );
        }
    }
}

/// `#[updates]` is written.
pub fn updates_write(model: &Model, errors: &mut Errors) {
    for (id, resource) in declared(model, Mode::Updates) {
        if first_use(model, id).is_some() && !is_written(model, id) {
            let name = &resource.name;
            errors.report(
                name,
                format!("`{name}` is declared `#[updates]` and never written"),
                "declare it `#[reads]`: readers run side by side",
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

fn is_written(model: &Model, id: ResourceId) -> bool {
    let mut accesses = model.stages.iter().filter_map(|stage| stage.access(id));
    accesses.any(|access| access.right == Right::Write)
}

/// The first stage that uses the contents of a resource, and where it does.
fn first_use(model: &Model, id: ResourceId) -> Option<(&Stage, &Mention)> {
    let uses_contents = |mention: &&Mention| {
        let is_length = matches!(mention.usage, Usage::Facts | Usage::Length);
        mention.resource() == Some(id) && !is_length
    };
    model.stages.iter().find_map(|stage| {
        let mention = stage.mentions.iter().find(uses_contents)?;
        Some((stage, mention))
    })
}
