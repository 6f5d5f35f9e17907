//! [`Frame`]: the calls of one frame, and what limits them beside their resources and queues.

use super::timed::Timed;

/// The calls of one frame: one call of a pipeline, or several that are made one after another and awaited together.
///
/// Queues and resources of several calls are the same if they have the same name.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(super) calls: Vec<Timed>,
    pub(super) shared: Vec<Shared>,
    pub(super) host_threads: Option<usize>,
}

/// An engine that several queues share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub name: String,
    pub queues: Vec<String>,
    pub capacity: usize,
}

impl Frame {
    /// A frame that is one call.
    pub fn of(call: Timed) -> Self {
        Frame {
            calls: vec![call],
            shared: Vec::new(),
            host_threads: None,
        }
    }

    /// Adds a call, which is made after those that the frame has.
    #[must_use]
    pub fn and(mut self, call: Timed) -> Self {
        self.calls.push(call);
        self
    }

    /// These queues share an engine that works for `capacity` of them at a time, such as the one copy engine of a card
    /// or its compute engine. A capacity of 0 counts as 1.
    ///
    /// # Panics
    ///
    /// If no call so far uses such a queue.
    #[track_caller]
    #[must_use]
    pub fn sharing(mut self, name: &str, queues: &[&str], capacity: usize) -> Self {
        for queue in queues {
            let mut known = self.calls.iter().flat_map(Timed::queues);
            assert!(
                known.any(|it| it == *queue),
                "no stage is on a queue `{queue}`"
            );
        }
        self.shared.push(Shared {
            name: name.to_owned(),
            queues: queues.iter().map(|queue| (*queue).to_owned()).collect(),
            capacity: capacity.max(1),
        });
        self
    }

    /// Host stages run on this many threads; 0 counts as 1. Without it, each has a thread when it needs one.
    #[must_use]
    pub fn host_threads(mut self, count: usize) -> Self {
        self.host_threads = Some(count.max(1));
        self
    }

    /// Whether queues, resources and the number of frames in flight are all that limits the frame. The order in which
    /// frames get a shared engine, a host thread or a resource's metadata is not part of the graph.
    pub(super) fn is_fully_modelled(&self) -> bool {
        let stages = self.calls.iter().flat_map(|call| call.schedule.stages);
        let asks = stages.into_iter().any(|stage| !stage.facts.is_empty());
        self.shared.is_empty() && self.host_threads.is_none() && !asks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Schedule, Stage};
    use std::time::Duration;

    const PLAIN: &[Stage] = &[Stage::new("s").on("q")];
    const ASKING: &[Stage] = &[Stage::new("s").facts(&["x"])];

    fn frame(stages: &'static [Stage]) -> Frame {
        let schedule = Schedule::new("one", stages).queues(&["q"]).reads(&["x"]);
        Frame::of(Timed::new(schedule, [Duration::from_secs(1)]))
    }

    #[test]
    fn zero_threads_and_a_capacity_of_zero_count_as_one() {
        let frame = frame(PLAIN).sharing("engine", &["q"], 0);
        assert_eq!(frame.shared[0].capacity, 1);
        assert_eq!(frame.host_threads(0).host_threads, Some(1));
    }

    #[test]
    fn queues_of_every_call_can_be_shared() {
        let call = frame(PLAIN).calls.remove(0);
        let frame = Frame::of(call.clone()).and(call.passing("q", "r"));
        assert_eq!(
            frame.sharing("engine", &["r", "q"], 2).shared[0].queues,
            ["r", "q"]
        );
    }

    #[test]
    fn engines_threads_and_metadata_are_not_part_of_the_graph() {
        let plain = frame(PLAIN);
        assert!(plain.is_fully_modelled());
        assert!(
            !plain
                .clone()
                .sharing("engine", &["q"], 1)
                .is_fully_modelled()
        );
        assert!(!plain.host_threads(8).is_fully_modelled());
        assert!(!frame(ASKING).is_fully_modelled());
    }
}
