//! [`Layout`]: the stages of a frame as nodes of a graph, and the edges that follow from the calls and their resources.

use super::depths::Depths;
use super::frame::Frame;
use super::graph::{Cause, Edge, Graph, MOST};
use super::timed::Timed;
use super::uses::{EarlierUse, Resource, Use};
use crate::schedule::Stage;

#[cfg(test)]
mod tests;

/// The node where a frame begins, and with it all its calls.
pub(super) const BEGIN: usize = 0;

/// A stage of a frame.
#[derive(Debug)]
pub(super) struct StageNodes {
    pub call: usize,
    /// Its queue's number; none on the host.
    pub queue: Option<usize>,
    /// The node where the call goes on to the next stage: on a queue, this stage is enqueued. On the host, it has
    /// ended.
    pub issued: usize,
    /// The node where the stage ends.
    pub end: usize,
    pub time: u64,
}

/// The parts of a frame's graph that do not depend on depths.
#[derive(Debug)]
pub(super) struct Layout {
    /// The names of the queues.
    pub queues: Vec<String>,
    pub resources: Vec<Resource>,
    pub stages: Vec<StageNodes>,
    /// The index of the first stage of each call, and the number of all stages.
    calls: Vec<usize>,
    /// The node where a frame ends. It is the last one.
    pub end: usize,
    steps: Vec<Edge>,
}

/// A call would wait for itself, or for a later one.
#[derive(Debug)]
pub(super) struct SelfWait;

impl Layout {
    pub fn of(frame: &Frame) -> Self {
        let mut layout = Layout {
            queues: Vec::new(),
            resources: Resource::all(&frame.calls),
            stages: Vec::new(),
            calls: vec![0],
            end: 0,
            steps: Vec::new(),
        };
        let mut nodes = BEGIN + 1;
        for (index, call) in frame.calls.iter().enumerate() {
            layout.add_stages(index, call, &mut nodes);
            layout.calls.push(layout.stages.len());
        }
        layout.end = nodes;
        for (index, call) in frame.calls.iter().enumerate() {
            layout.add_steps(index, call);
        }
        layout
    }

    pub fn nodes(&self) -> usize {
        self.end + 1
    }

    fn add_stages(&mut self, call: usize, timed: &Timed, nodes: &mut usize) {
        for (stage, &time) in timed.schedule.stages.iter().zip(&timed.times) {
            let queue = stage.queue.map(|queue| self.queue(timed.argument(queue).0));
            let issued = *nodes;
            let end = issued + usize::from(queue.is_some());
            *nodes = end + 1;
            self.stages.push(StageNodes {
                call,
                queue,
                issued,
                end,
                time,
            });
        }
    }

    fn queue(&mut self, name: &str) -> usize {
        let known = self.queues.iter().position(|it| it == name);
        known.unwrap_or_else(|| {
            self.queues.push(name.to_owned());
            self.queues.len() - 1
        })
    }

    /// The stages of a call, in order.
    fn of_call(&self, call: usize) -> &[StageNodes] {
        &self.stages[self.calls[call]..self.calls[call + 1]]
    }

    /// Adds the order within one call.
    fn add_steps(&mut self, index: usize, timed: &Timed) {
        let mut steps = Vec::new();
        let mut step = |from, to, time| {
            steps.push(Edge {
                from,
                to,
                time,
                frames: 0,
                cause: Cause::Step,
            });
        };
        let mut issued = BEGIN;
        let all = self.of_call(index);
        for (number, nodes) in all.iter().enumerate() {
            step(issued, nodes.issued, nodes.time_to_issue());
            if nodes.queue.is_some() {
                step(nodes.issued, nodes.end, nodes.time);
            }
            let stage = &timed.schedule.stages[number];
            for (other, earlier) in timed.schedule.stages[..number].iter().enumerate() {
                // A stage after a host stage is enqueued after its end: that is a step already.
                let is_command = all[other].queue.is_some();
                if is_command && (conflict(earlier, stage) || all[other].queue == nodes.queue) {
                    step(all[other].end, nodes.end, nodes.time);
                }
            }
            step(nodes.end, self.end, 0);
            issued = nodes.issued;
        }
        step(issued, self.end, 0);
        self.steps.extend(steps);
    }

    /// The graph at these depths. The only order of frames on a queue that it has is that of one and the same stage.
    pub fn graph(&self, depths: &Depths) -> Result<Graph, SelfWait> {
        let count = |depth: Option<usize>| depth.map(|it| (it as u64).min(MOST));
        let mut edges = self.steps.clone();
        for (number, resource) in self.resources.iter().enumerate() {
            let cause = |earlier: &EarlierUse<'_>| match earlier.frames {
                _ if earlier.is_reuse && resource.has_versions => Cause::Slot(number),
                0 => Cause::Step,
                _ => Cause::Turn(number),
            };
            for (used, earlier) in resource.uses(count(depths.of_resource(&resource.name))) {
                self.add_grants(used, &earlier, cause, &mut edges)?;
                self.add_conflicts(used, &earlier, cause, &mut edges)?;
            }
        }
        for stage in &self.stages {
            edges.extend(stage.queue.map(|queue| Edge {
                from: stage.end,
                to: stage.end,
                time: stage.time,
                frames: 1,
                cause: Cause::Queue(queue),
            }));
        }
        edges.extend(count(depths.frames()).map(|frames| Edge {
            from: self.end,
            to: BEGIN,
            time: 0,
            frames,
            cause: Cause::InFlight,
        }));
        Ok(Graph {
            nodes: self.nodes(),
            edges,
        })
    }

    /// Adds what `used` waits for until it is granted: the release of earlier uses.
    fn add_grants(
        &self,
        used: &Use,
        earlier: &[EarlierUse<'_>],
        cause: impl Fn(&EarlierUse<'_>) -> Cause,
        edges: &mut Vec<Edge>,
    ) -> Result<(), SelfWait> {
        let granted = self.of_call(used.call).get(used.granted_before);
        let (to, time) = granted.map_or((self.end, 0), |it| (it.issued, it.time_to_issue()));
        for before in releases(used, earlier) {
            let stages = self.of_call(before.used.call);
            let released = stages.get(before.used.released_after);
            edges.push(Edge {
                from: released.map_or(BEGIN, |it| it.issued),
                to,
                time,
                frames: frames_between(before, used)?,
                cause: cause(before),
            });
        }
        Ok(())
    }

    /// Adds the earlier commands that the stages of `used` are in conflict with. A conflict with a host stage is none:
    /// the resource is released after its end.
    fn add_conflicts(
        &self,
        used: &Use,
        earlier: &[EarlierUse<'_>],
        cause: impl Fn(&EarlierUse<'_>) -> Cause,
        edges: &mut Vec<Edge>,
    ) -> Result<(), SelfWait> {
        let stages = self.of_call(used.call);
        for before in earlier {
            let others = self.of_call(before.used.call);
            for (stage, writes) in &used.stages {
                for (other, also) in &before.used.stages {
                    if (*writes || *also) && others[*other].queue.is_some() {
                        edges.push(Edge {
                            from: others[*other].end,
                            to: stages[*stage].end,
                            time: stages[*stage].time,
                            frames: frames_between(before, used)?,
                            cause: cause(before),
                        });
                    }
                }
            }
            if before.used.writes() {
                break;
            }
        }
        Ok(())
    }
}

/// How many frames before `used` the earlier use is.
fn frames_between(earlier: &EarlierUse<'_>, used: &Use) -> Result<u64, SelfWait> {
    match u64::try_from(earlier.frames) {
        Ok(0) if earlier.used.call >= used.call => Err(SelfWait),
        Ok(frames) => Ok(frames),
        Err(_) => Err(SelfWait),
    }
}

/// Whether one of the stages of a call writes what the other uses.
fn conflict(a: &Stage, b: &Stage) -> bool {
    let uses = |stage: &Stage, name| stage.reads.contains(name) || stage.writes.contains(name);
    a.writes.iter().any(|name| uses(b, name)) || b.writes.iter().any(|name| uses(a, name))
}

/// The earlier uses that must be released before `used` is granted: for a read, the last exclusive use. For an
/// exclusive use, the reads since that one, or that one itself if there are none.
fn releases<'a>(
    used: &Use,
    earlier: &'a [EarlierUse<'a>],
) -> impl Iterator<Item = &'a EarlierUse<'a>> + use<'a> {
    let exclusive = earlier.iter().position(|it| it.used.is_exclusive);
    let reads = exclusive.unwrap_or(earlier.len());
    let range = match (used.is_exclusive, reads, exclusive) {
        (false, _, None) => 0..0,
        (false, _, Some(it)) | (true, 0, Some(it)) => it..it + 1,
        (true, reads, _) => 0..reads,
    };
    earlier[range].iter()
}

impl StageNodes {
    /// The time between what the call waits for before the stage and [`issued`](Self::issued): none on a queue.
    fn time_to_issue(&self) -> u64 {
        if self.queue.is_some() { 0 } else { self.time }
    }
}
