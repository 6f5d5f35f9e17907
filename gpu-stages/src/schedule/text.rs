//! The schedule as an aligned table.

use super::{Schedule, Stage, list};
use std::fmt;

const HEADER: [&str; 8] = [
    "#",
    "stage",
    "runs on",
    "reads",
    "writes",
    "waits for",
    "on the queue",
    "hands on",
];

type Row = [String; HEADER.len()];

/// One line that sums up, and a table with a row for each stage, which is Markdown as well.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", summary(self))?;
        let stages = self.stages.iter().enumerate();
        let rows = stages.map(|(index, stage)| row(self, index, stage));
        let rows: Vec<Row> = [HEADER.map(str::to_owned)]
            .into_iter()
            .chain(rows)
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: [usize; HEADER.len()] =
            std::array::from_fn(|column| width(column).unwrap_or_default());
        for (index, row) in rows.iter().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")?;
            if index == 0 {
                for width in widths {
                    write!(f, "|{}", "-".repeat(width + 2))?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

fn summary(schedule: &Schedule) -> String {
    let count = |number: usize, what: &str| {
        let plural = if number == 1 { "" } else { "s" };
        format!("{number} {what}{plural}")
    };
    let has_host = schedule.stages.iter().any(|stage| stage.queue.is_none());
    let lanes = match (has_host, schedule.queues.len()) {
        (_, 0) => "the host".to_owned(),
        (true, queues) => format!("the host and {}", count(queues, "queue")),
        (false, queues) => count(queues, "queue"),
    };
    format!(
        "{}: {} on {lanes}; {}, {}",
        schedule.name,
        count(schedule.stages.len(), "stage"),
        count(schedule.barriers(), "barrier"),
        count(schedule.markers(), "marker"),
    )
}

fn row(schedule: &Schedule, index: usize, stage: &Stage) -> Row {
    let place = match stage.queue {
        Some(queue) if stage.is_opaque => format!("queue {queue}, opaque"),
        Some(queue) => format!("queue {queue}"),
        None if stage.is_blocking => "host, blocking".to_owned(),
        None => "host".to_owned(),
    };
    [
        index.to_string(),
        cell(stage.name),
        place,
        list(stage.reads.iter().copied()),
        list(stage.writes.iter().copied()),
        waits(schedule, stage),
        on_queue(stage),
        list(stage.ready.iter().copied()),
    ]
}

/// `earlier calls (a, b), up.upload (c)`
fn waits(schedule: &Schedule, stage: &Stage) -> String {
    let mut waits = Vec::new();
    if !stage.earlier.is_empty() {
        let resources = list(stage.earlier.iter().copied());
        waits.push(format!("earlier calls ({resources})"));
    }
    for (source, resources) in stage.sources() {
        let name = schedule.stages.get(source).map_or("?", |stage| stage.name);
        waits.push(format!("{} ({})", cell(name), list(resources)));
    }
    waits.join(", ")
}

fn on_queue(stage: &Stage) -> String {
    let barrier = stage.barrier.then_some("barrier");
    let marker = stage.marker.then_some("marker");
    list(barrier.into_iter().chain(marker))
}

/// A name in a cell of the table. What means something in Markdown is escaped.
fn cell(name: &str) -> String {
    let mut cell = String::new();
    for letter in name.chars() {
        match letter {
            '|' | '[' | ']' | '<' | '`' | '*' | '\\' => cell.extend(['\\', letter]),
            letter if letter.is_control() => cell.push(' '),
            letter => cell.push(letter),
        }
    }
    cell
}
