//! Which queues keep the frames in order.
//!
//! A queue runs its commands in the order in which they are enqueued. That is the order of the frames if no stage of a
//! frame can be enqueued after a stage of the next frame. So the call of the first stage must not wait on the host for
//! anything that the call of the second one does not wait for as well. This file proves as much of that as it can, at
//! the depths that a graph is made for.

use super::depths::Depths;
use super::graph::{Cause, Edge, Graph};
use super::layout::{Layout, SelfWait, StageNodes};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// What is known of the order on the queues.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    /// From the end of each stage to that of the next one on its queue, as far as that is known.
    pub edges: Vec<Edge>,
    /// For each queue, whether everything on it is in a known order.
    pub are_fixed: Vec<bool>,
}

/// The graph at these depths, with the orders of queues that can be proven there.
pub(super) fn ordered(layout: &Layout, depths: &Depths) -> Result<(Graph, Orders), SelfWait> {
    let mut graph = layout.graph(depths)?;
    let orders = prove(layout, &graph);
    graph.edges.extend(orders.edges.iter().cloned());
    Ok((graph, orders))
}

fn prove(layout: &Layout, graph: &Graph) -> Orders {
    let proof = Proof::new(layout, graph);
    let mut orders = Orders {
        edges: Vec::new(),
        are_fixed: vec![true; layout.queues.len()],
    };
    for queue in 0..layout.queues.len() {
        let on_queue = |stage: &&StageNodes| stage.queue == Some(queue);
        let stages: Vec<&StageNodes> = layout.stages.iter().filter(on_queue).collect();
        for (index, stage) in stages.iter().enumerate() {
            let (next, frames) = match stages.get(index + 1) {
                Some(next) => (next, 0),
                None => (&stages[0], 1),
            };
            // The graph has the order of the stages of one call, and that of one stage in all frames.
            if (frames == 0 && next.call == stage.call) || stages.len() == 1 {
                continue;
            }
            if proof.is_before(stage.issued, next.issued, frames) {
                orders.edges.push(Edge {
                    from: stage.end,
                    to: next.end,
                    time: next.time,
                    frames,
                    cause: Cause::Queue(queue),
                });
            } else {
                orders.are_fixed[queue] = false;
            }
        }
    }
    orders
}

struct Proof<'a> {
    /// For each node, whether it is the end of a stage. The host learns of an end some time after it, even if the stage
    /// takes no time.
    takes_time: Vec<bool>,
    /// The edges that end at each node.
    before: Vec<Vec<&'a Edge>>,
}

impl<'a> Proof<'a> {
    fn new(layout: &Layout, graph: &'a Graph) -> Self {
        let mut before = vec![Vec::new(); graph.nodes];
        for edge in &graph.edges {
            before[edge.to].push(edge);
        }
        let mut takes_time = vec![false; graph.nodes];
        for stage in &layout.stages {
            takes_time[stage.end] = true;
        }
        Proof { takes_time, before }
    }

    /// Whether `first` in frame `n` is certainly no later than `second` in frame `n + frames`.
    ///
    /// It is if `second` waits for `first` of that frame or of a later one, which is a path of at most as many frames.
    /// It also is if `first` itself takes no time, and everything that it waits for is no later than `second`.
    fn is_before(&self, first: usize, second: usize, frames: u64) -> bool {
        let distances = self.distances(second);
        // An answer for some number of frames holds for greater ones as well.
        let mut asked = HashMap::new();
        let mut open = vec![(first, frames)];
        while let Some((node, frames)) = open.pop() {
            let is_known = asked.get(&node).is_some_and(|it| *it <= frames);
            if is_known || distances[node].is_some_and(|it| it <= frames) {
                continue;
            }
            if self.takes_time[node] {
                return false;
            }
            asked.insert(node, frames);
            let before = self.before[node].iter();
            open.extend(before.map(|edge| (edge.from, frames + edge.frames)));
        }
        true
    }

    /// For each node, the fewest frames of a path from it to `target`.
    fn distances(&self, target: usize) -> Vec<Option<u64>> {
        let mut distances = vec![None; self.before.len()];
        let mut open = BinaryHeap::from([Reverse((0, target))]);
        while let Some(Reverse((distance, node))) = open.pop() {
            if distances[node].is_some() {
                continue;
            }
            distances[node] = Some(distance);
            let before = self.before[node].iter();
            open.extend(before.map(|edge| Reverse((distance + edge.frames, edge.from))));
        }
        distances
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::timed::Timed;
    use super::*;
    use crate::schedule::{Schedule, Stage};
    use std::time::Duration;

    /// The host waits for `a` before it enqueues `b` on the same queue.
    const BACK: Schedule = Schedule::new(
        "back",
        &[
            Stage::new("a").on("q").writes(&["x"]),
            Stage::new("look").reads(&["x"]).writes(&["y"]),
            Stage::new("b").on("q").reads(&["y"]),
        ],
    )
    .queues(&["q"])
    .writes(&["x", "y"]);

    fn orders(frame: &Frame, depths: &Depths) -> Orders {
        ordered(&Layout::of(frame), depths).unwrap().1
    }

    #[test]
    fn a_wait_on_the_host_lets_the_next_frame_come_between() {
        let frame = Frame::of(Timed::new(BACK, [Duration::ZERO; 3]));
        let loose = orders(&frame, &Depths::of(2));
        assert_eq!((loose.are_fixed, loose.edges.len()), (vec![false], 0));
        // With one frame at a time, `a` of the next one is after `b`: one edge, over one frame.
        let strict = orders(&frame, &Depths::of(2).in_flight(1));
        assert_eq!(strict.are_fixed, [true]);
        let ends: Vec<_> = strict.edges.iter().map(|it| (it.from, it.to)).collect();
        assert_eq!((ends, strict.edges[0].frames), (vec![(5, 2)], 1));
    }

    #[test]
    fn one_slot_fixes_the_order_as_well() {
        let frame = Frame::of(Timed::new(BACK, [Duration::ZERO; 3]));
        // `x` is released after the look. `b` is enqueued right after it too, before the next call goes on.
        let slots = |x| Depths::unlimited().slots("x", x);
        assert_eq!(orders(&frame, &slots(1)).are_fixed, [true]);
        assert_eq!(orders(&frame, &slots(2)).are_fixed, [false]);
    }

    #[test]
    fn calls_of_one_frame_that_wait_for_nothing_are_in_order() {
        const PLAIN: Schedule = Schedule::new("plain", &[Stage::new("s").on("q")]).queues(&["q"]);
        let call = Timed::new(PLAIN, [Duration::from_secs(1)]);
        let frame = Frame::of(call.clone()).and(call);
        let orders = orders(&frame, &Depths::unlimited());
        assert_eq!(orders.are_fixed, [true]);
        let told: Vec<_> = orders.edges.iter().map(|it| it.frames).collect();
        assert_eq!(told, [0, 1]);
    }
}
