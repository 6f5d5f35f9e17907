//! Syntax to model: the stages, and how each uses which resource.

mod awaits;
mod locals;
mod mentions;
mod name;
mod opaque;

use crate::model::{
    Access, Blocking, Mention, Model, Names, Place, Resource, ResourceId, Right, Stage, Take,
    Taken, Usage, Work,
};
use crate::syntax::{Mode, Pipeline, Statement, is_list, is_moved, is_scalar, listed};
pub use awaits::awaits;
pub use mentions::{mentions as of_stmt, of_expr};
use std::collections::{BTreeMap, BTreeSet};

/// Classifies every statement of `pipeline`. It reports no errors: the checks do.
pub fn lower(pipeline: &Pipeline, names: &Names) -> Model {
    let mentions = mentions(pipeline, names);
    let resources: Vec<Resource> = pipeline
        .resources()
        .enumerate()
        .map(|(index, (mode, declaration))| Resource {
            name: declaration.name.clone(),
            mode,
            has_parts: is_list(&declaration.ty) || is_used_in_parts(ResourceId(index), &mentions),
            is_listed: listed(&declaration.ty).is_some(),
            may_be_copied: !is_scalar(&declaration.ty) && !is_moved(&declaration.ty),
        })
        .collect();
    let mut stages: Vec<Stage> = Vec::new();
    for (index, mentions) in mentions.into_iter().enumerate() {
        let mut stage = stage(pipeline, &resources, index, mentions);
        let number = stages.iter().filter(|stage| stage.name.is_some()).count() + 1;
        if stage.work.place != Place::Plain {
            let called = name::name(pipeline, names, index, stage.work.place);
            stage.name = Some(called.unwrap_or_else(|| format!("stage {number}")));
        }
        stages.push(stage);
    }
    Model {
        resources,
        queues: pipeline.queues().map(|queue| queue.name.clone()).collect(),
        stages,
    }
}

/// The mentions of each statement.
fn mentions(pipeline: &Pipeline, names: &Names) -> Vec<Vec<Mention>> {
    let statements = pipeline.statements.iter();
    let mut mentions: Vec<Vec<Mention>> = statements
        .map(|statement| {
            let mut mentions = opaque::declared(statement, names);
            mentions.extend(mentions::mentions(&statement.stmt, names));
            if is_on_device(&mentions) {
                whole_buffers(&mut mentions, names);
            }
            mentions
        })
        .collect();
    let seen_by_devices: BTreeSet<ResourceId> = mentions
        .iter()
        .filter(|mentions| is_on_device(mentions))
        .flatten()
        .filter_map(Mention::resource)
        .collect();
    let moved: BTreeSet<ResourceId> = pipeline
        .resources()
        .enumerate()
        .filter(|(_, (_, declaration))| is_moved(&declaration.ty))
        .map(|(index, _)| ResourceId(index))
        .collect();
    for mention in mentions.iter_mut().flatten() {
        let Some(resource) = mention.resource() else {
            continue;
        };
        match mention.usage {
            Usage::Facts if !seen_by_devices.contains(&resource) => mention.usage = Usage::Length,
            // A copy. If the type turns out to be no `Copy`, rustc says so.
            Usage::Moved if !moved.contains(&resource) => mention.usage = Usage::Read,
            _ => {}
        }
    }
    mentions
}

/// On a device, what is written as an element of a buffer is a range of it.
fn whole_buffers(mentions: &mut [Mention], names: &Names) {
    for mention in mentions {
        let is_buffer = mention.resource().is_some_and(|id| names.is_buffer(id));
        mention.in_part &= !is_buffer;
    }
}

fn is_on_device(mentions: &[Mention]) -> bool {
    mentions.iter().any(|mention| mention.queue().is_some())
}

/// Whether a device stage uses a field or an element of the resource.
fn is_used_in_parts(resource: ResourceId, mentions: &[Vec<Mention>]) -> bool {
    let on_device = mentions.iter().filter(|mentions| is_on_device(mentions));
    let mut mentions = on_device.flatten();
    mentions.any(|mention| mention.resource() == Some(resource) && mention.in_part)
}

fn stage(
    pipeline: &Pipeline,
    resources: &[Resource],
    index: usize,
    mentions: Vec<Mention>,
) -> Stage {
    let statement = &pipeline.statements[index];
    let place = place(statement, &mentions);
    let accesses = accesses(&mentions, resources);
    let work = Work {
        place,
        facts: facts(&mentions, place, &accesses),
        awaits: !awaits(statement).is_empty(),
        is_opaque: statement.opaque().is_some() && matches!(place, Place::Device(_)),
        is_last: index + 1 == pipeline.statements.len(),
        accesses,
    };
    Stage {
        name: None,
        taken: taken(&mentions, &work, resources),
        blocking: statement.blocking().map(|word| Blocking {
            declared_at: word.segments[0].ident.span(),
            locals: locals::kept(pipeline, index),
        }),
        work,
        mentions,
    }
}

/// Where a statement runs: on the first queue it mentions, else on the host.
fn place(statement: &Statement, mentions: &[Mention]) -> Place {
    if let Some(queue) = mentions.iter().find_map(Mention::queue) {
        return Place::Device(queue);
    }
    let is_access = |mention: &Mention| mention.usage != Usage::Facts;
    if statement.stage.is_some() || mentions.iter().any(is_access) {
        Place::Host
    } else {
        Place::Plain
    }
}

/// The accesses that follow from the mentions: one to each resource of which more than metadata is used.
fn accesses(mentions: &[Mention], resources: &[Resource]) -> Vec<Access> {
    let mut rights: BTreeMap<ResourceId, Right> = BTreeMap::new();
    for mention in mentions {
        let Some(resource) = mention.resource() else {
            continue;
        };
        if let Some(right) = right(&mention.usage, resources[resource.0].mode) {
            let known = rights.entry(resource).or_insert(right);
            *known = right.max(*known);
        }
    }
    rights
        .into_iter()
        .map(|(resource, right)| Access { resource, right })
        .collect()
}

/// The access that a mention needs; `None` if it only reads metadata.
fn right(usage: &Usage, mode: Mode) -> Option<Right> {
    match usage {
        Usage::Facts => None,
        Usage::Shared | Usage::Lent | Usage::Length | Usage::Read => Some(Right::Read),
        Usage::Exclusive | Usage::Assigned => Some(Right::Write),
        // `&self` and `&mut self` look alike at the call.
        Usage::Method(_) | Usage::Called | Usage::Moved | Usage::Hidden => Some(match mode {
            Mode::Reads => Right::Read,
            Mode::Writes | Mode::Updates | Mode::Owns => Right::Write,
        }),
    }
}

/// The resources whose metadata the statement cannot read from a guard: it holds no guard, or it borrows the guard
/// mutably.
fn facts(mentions: &[Mention], place: Place, accesses: &[Access]) -> Vec<ResourceId> {
    let mut asked: Vec<ResourceId> = mentions
        .iter()
        .filter(|mention| mention.usage == Usage::Facts)
        .filter_map(Mention::resource)
        .filter(
            |resource| match accesses.iter().find(|access| access.resource == *resource) {
                None => true,
                Some(access) => matches!(place, Place::Device(_)) && access.right == Right::Write,
            },
        )
        .collect();
    asked.sort();
    asked.dedup();
    asked
}

/// The resources that the statement reaches through a variable: on a device those with several parts, otherwise those
/// that it writes and mentions more than once.
fn taken(mentions: &[Mention], work: &Work, resources: &[Resource]) -> Vec<Taken> {
    let is_on_device = matches!(work.place, Place::Device(_));
    let mentions_of = |resource: ResourceId| {
        let mentions = mentions.iter().filter(|mention| !mention.is_declared);
        mentions.filter(move |mention| mention.resource() == Some(resource))
    };
    let is_repeated = |resource: ResourceId| {
        let uses = mentions_of(resource);
        // On a device, metadata is not read through the view.
        let uses = uses.filter(|mention| !is_on_device || mention.usage != Usage::Facts);
        uses.count() > 1
    };
    let take = |access: &Access| {
        let is_seen = mentions_of(access.resource).next().is_some();
        let has_parts = is_on_device && is_seen && resources[access.resource.0].has_parts;
        let how = match access.right {
            Right::Read if has_parts => Take::Views,
            Right::Write if has_parts => Take::ViewsMut,
            Right::Write if is_repeated(access.resource) => Take::Place,
            _ => return None,
        };
        let resource = access.resource;
        Some(Taken { resource, how })
    };
    work.accesses.iter().filter_map(take).collect()
}
