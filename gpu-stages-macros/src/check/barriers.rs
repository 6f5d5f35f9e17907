//! `max_barriers = n`. The one rule about the schedule.

use crate::diagnostics::Errors;
use crate::model::{Model, Place};
use crate::schedule::Summary;
use crate::syntax::Pipeline;
use crate::table::row;
use std::fmt::Write;

/// The schedule needs no more barriers than are allowed.
pub fn at_most(pipeline: &Pipeline, model: &Model, summaries: &[Summary], errors: &mut Errors) {
    let Some((most, at)) = &pipeline.options.max_barriers else {
        return;
    };
    let barriers = summaries.iter().filter(|summary| summary.barrier);
    let needed = barriers.clone().count();
    if needed <= *most {
        return;
    }
    let mut message =
        format!("the schedule needs {needed} barriers, `max_barriers` allows {most}\n");
    for summary in barriers {
        let stage = &model.stages[summary.statement];
        let (Place::Device(queue), Some(name)) = (stage.work.place, &stage.name) else {
            continue;
        };
        let queue = &model.queues[queue.0];
        let waits = row(model, summaries, summary).waits();
        // Writing to a string does not fail.
        let _ = write!(message, "\nnote: `{name}` on `{queue}` waits for {waits}");
    }
    errors.report(
        at,
        message,
        format!(
            "put stages that wait for each other on one queue, where they are in order without a barrier; let \
             resources be used for the first time in one stage, which has one barrier for all; or allow \
             `max_barriers = {needed}`"
        ),
    );
}
