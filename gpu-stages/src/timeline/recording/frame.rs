//! [`Frame`]: one call.

use super::stage::StageRun;
use crate::observe::Outcome;
use std::time::Duration;

/// One call of a pipeline, or one acquisition through the manual interface.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(in crate::timeline) number: u64,
    pub(in crate::timeline) pipeline: &'static str,
    pub(in crate::timeline) called: Duration,
    pub(in crate::timeline) returned: Option<Duration>,
    pub(in crate::timeline) ended: Option<Duration>,
    pub(in crate::timeline) outcome: Outcome,
    pub(in crate::timeline) stages: Vec<StageRun>,
    pub(in crate::timeline) left_out: u64,
}

impl Frame {
    /// The frames of a timeline are counted from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The pipeline's name; `manual` for the manual interface.
    pub fn pipeline(&self) -> &'static str {
        self.pipeline
    }

    /// When the function was called. Its resources were acquired then.
    pub fn called(&self) -> Duration {
        self.called
    }

    /// When the body ended: it returned, failed, panicked or was dropped.
    pub fn returned(&self) -> Option<Duration> {
        self.returned
    }

    /// When the future resolved, with everything that it had enqueued complete; or when it was dropped.
    pub fn ended(&self) -> Option<Duration> {
        self.ended
    }

    /// How the call ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Its stages, in the order in which they ran.
    pub fn stages(&self) -> &[StageRun] {
        &self.stages
    }

    /// The number of stages, waits and commands that are not kept because there were too many.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The last time that is known of it, on the host or on a device.
    pub(super) fn last(&self) -> Duration {
        let stages = self.stages.iter().flat_map(|stage| {
            let commands = stage.commands.iter();
            let commands = commands.flat_map(|it| [Some(it.enqueued), it.began, it.ended]);
            let waits = stage.waits.iter().flat_map(|it| [Some(it.began), it.ended]);
            commands
                .chain(waits)
                .chain([Some(stage.entered), stage.began, stage.left])
        });
        let own = [Some(self.called), self.returned, self.ended];
        stages.chain(own).flatten().max().unwrap_or(self.called)
    }
}
