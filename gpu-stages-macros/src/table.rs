//! The schedule as the rows of a table, for documentation and messages.

// The path is written out for the fuzz target, which includes this file by its path.
#[path = "table/printed.rs"]
mod printed;

use crate::model::{Model, Place, ResourceId, Right};
use crate::schedule::Summary;
pub use printed::{Row, lines};

/// The row of the stage that `summary` is of.
pub fn row(model: &Model, summaries: &[Summary], summary: &Summary) -> Row {
    let stage = &model.stages[summary.statement];
    // The waits for one stage stand together.
    let after = summary.after.chunk_by(|(a, _), (b, _)| a == b);
    let after = after.map(|of_one| {
        let name = name(model, &summaries[of_one[0].0]);
        let resources = of_one.iter().map(|(_, resource)| *resource);
        (name, names(model, resources))
    });
    Row {
        name: name(model, summary),
        queue: match stage.work.place {
            Place::Device(queue) => Some(model.queues[queue.0].to_string()),
            Place::Host | Place::Plain => None,
        },
        is_opaque: stage.work.is_opaque,
        is_blocking: stage.blocking.is_some(),
        reads: names(model, stage.accessed(Right::Read)),
        writes: names(model, stage.accessed(Right::Write)),
        earlier: names(model, summary.earlier.iter().copied()),
        after: after.collect(),
        barrier: summary.barrier,
        marker: summary.marker,
        releases: names(model, summary.ready.iter().copied()),
    }
}

fn name(model: &Model, summary: &Summary) -> String {
    let stage = &model.stages[summary.statement];
    stage.name.clone().unwrap_or_default()
}

fn names(model: &Model, resources: impl Iterator<Item = ResourceId>) -> Vec<String> {
    resources
        .map(|resource| model.resources[resource.0].name.to_string())
        .collect()
}
