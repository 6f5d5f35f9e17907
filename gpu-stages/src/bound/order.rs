//! Which queues keep the frames in order.
//!
//! A queue runs its commands in the order in which they were enqueued. That is the order of the frames if no stage of
//! a frame can be enqueued behind a stage of the next one: between the two, the first one's call must not wait for
//! anything on the host that the second one's does not wait for as well. What can be proven of that is proven here, at
//! the depths that a graph was made for.

use super::graph::{Cause, Edge, Graph, Layout, Place};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// What is known of the order on the queues.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    /// From the end of each stage to that of the next one on its queue, as far as that is known.
    pub edges: Vec<Edge>,
    /// Which queues run everything in a known order.
    pub are_fixed: Vec<bool>,
}

pub(super) fn prove(layout: &Layout, graph: &Graph) -> Orders {
    let proof = Proof::new(layout, graph);
    let mut orders = Orders {
        edges: Vec::new(),
        are_fixed: vec![true; layout.queues.len()],
    };
    for queue in 0..layout.queues.len() {
        let on_queue = |place: &&Place| place.queue == Some(queue);
        let places: Vec<&Place> = layout.places.iter().filter(on_queue).collect();
        for (index, place) in places.iter().enumerate() {
            let (next, frames) = match places.get(index + 1) {
                Some(next) => (next, 0),
                None => (&places[0], 1),
            };
            // Stages of one call are enqueued one after another, and one stage's frames too.
            if (frames == 0 && next.call == place.call) || places.len() == 1 {
                continue;
            }
            if proof.is_before(place.control, next.control, frames) {
                orders.edges.push(Edge {
                    from: place.end,
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
    graph: &'a Graph,
    /// Whether each node is the end of a stage: somebody has to notice it, even if the stage takes no time.
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
        layout
            .places
            .iter()
            .for_each(|place| takes_time[place.end] = true);
        Proof {
            graph,
            takes_time,
            before,
        }
    }

    /// Whether `first` in frame `n` surely comes no later than `second` in frame `n + frames`.
    ///
    /// It does if `second` waits for `first` of that frame or of a later one: a path of at most as many frames. Or if
    /// everything that `first` waits for, with no time in between, comes no later.
    fn is_before(&self, first: usize, second: usize, frames: u64) -> bool {
        let distances = self.distances(second);
        // The same question about an even earlier frame has the same answer, or a better one.
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
        let mut distances = vec![None; self.graph.nodes];
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
