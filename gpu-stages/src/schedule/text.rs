//! The schedule as text: a line that sums up, and the table.

use super::description::Schedule;
use super::stage::Stage;
use super::table::{Row, lines};
use std::fmt;

/// One line that sums up, and a table with a row for each stage, which is Markdown as well.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", summary(self))?;
        let rows: Vec<Row> = self.stages.iter().map(|stage| row(self, stage)).collect();
        for line in lines(&rows) {
            writeln!(f, "{line}")?;
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

fn row(schedule: &Schedule, stage: &Stage) -> Row {
    let after = stage.sources().into_iter().map(|(source, resources)| {
        let name = schedule.stages.get(source).map_or("?", |stage| stage.name);
        (name.to_owned(), strings(&resources))
    });
    Row {
        name: stage.name.to_owned(),
        queue: stage.queue.map(str::to_owned),
        is_opaque: stage.is_opaque,
        is_blocking: stage.is_blocking,
        reads: strings(stage.reads),
        writes: strings(stage.writes),
        earlier: strings(stage.earlier),
        after: after.collect(),
        barrier: stage.barrier,
        marker: stage.marker,
        releases: strings(stage.ready),
    }
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().copied().map(str::to_owned).collect()
}
