//! The schedule as the cells of a table, for documentation and messages: the table that `SCHEDULE` prints.

use crate::model::{Model, Place, ResourceId, Right};
use crate::schedule::Summary;

/// What the columns say.
pub const HEADER: [&str; 8] = [
    "#",
    "stage",
    "runs on",
    "reads",
    "writes",
    "waits for",
    "on the queue",
    "hands on",
];

/// The cells of one line.
pub type Row = [String; HEADER.len()];

/// The row of stage `number`.
pub fn row(model: &Model, summaries: &[Summary], number: usize) -> Row {
    let summary = &summaries[number];
    let stage = &model.stages[summary.statement];
    let place = match stage.work.place {
        Place::Device(queue) => {
            let opaque = if stage.work.is_opaque { ", opaque" } else { "" };
            format!("queue {}{opaque}", model.queues[queue.0])
        }
        Place::Host | Place::Plain if stage.blocking.is_some() => "host, blocking".to_owned(),
        Place::Host | Place::Plain => "host".to_owned(),
    };
    [
        number.to_string(),
        stage_name(model, summary),
        place,
        resources(model, stage.accessed(Right::Read)),
        resources(model, stage.accessed(Right::Write)),
        waits(model, summaries, summary),
        on_queue(summary),
        resources(model, summary.ready.iter().copied()),
    ]
}

/// What a stage waits for: `earlier calls (a, b), up.upload (c)`.
pub fn waits(model: &Model, summaries: &[Summary], summary: &Summary) -> String {
    let mut waits = Vec::new();
    if !summary.earlier.is_empty() {
        let resources = resources(model, summary.earlier.iter().copied());
        waits.push(format!("earlier calls ({resources})"));
    }
    // The waits for one stage stand together.
    for of_one in summary.after.chunk_by(|(a, _), (b, _)| a == b) {
        let name = stage_name(model, &summaries[of_one[0].0]);
        let resources = resources(model, of_one.iter().map(|(_, resource)| *resource));
        waits.push(format!("{name} ({resources})"));
    }
    waits.join(", ")
}

fn on_queue(summary: &Summary) -> String {
    let barrier = summary.barrier.then_some("barrier");
    let marker = summary.marker.then_some("marker");
    barrier
        .into_iter()
        .chain(marker)
        .collect::<Vec<_>>()
        .join(", ")
}

fn resources(model: &Model, resources: impl Iterator<Item = ResourceId>) -> String {
    let names = resources.map(|resource| model.resources[resource.0].name.to_string());
    names.collect::<Vec<_>>().join(", ")
}

/// The name of the stage. What means something in Markdown is escaped.
fn stage_name(model: &Model, summary: &Summary) -> String {
    let stage = &model.stages[summary.statement];
    let mut cell = String::new();
    for letter in stage.name.iter().flat_map(|name| name.chars()) {
        match letter {
            '|' | '[' | ']' | '<' | '`' | '*' | '\\' => cell.extend(['\\', letter]),
            letter if letter.is_control() => cell.push(' '),
            letter => cell.push(letter),
        }
    }
    cell
}
