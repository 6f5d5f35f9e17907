//! What queues, what they share, and the host have to do per frame.

use super::graph::{Edge, Graph, Layout, Place};
use super::limits::{Bottleneck, Limit};
use super::{Frame, Shared};
use std::cmp::Reverse;
use std::time::Duration;

/// Work that something can do for so many at a time, and where it is in a frame.
#[derive(Clone, Debug)]
pub(super) struct Load {
    what: Bottleneck,
    time: u64,
    capacity: u64,
    /// The least time that a frame takes before and behind the work.
    around: u64,
}

impl Load {
    pub fn limit(&self) -> Limit {
        Limit {
            what: self.what.clone(),
            frames: self.capacity,
            time: Duration::from_nanos(self.time),
        }
    }

    pub fn makespan(&self, frames: u64) -> u64 {
        let work = u128::from(frames) * u128::from(self.time);
        let time = work.div_ceil(u128::from(self.capacity)) + u128::from(self.around);
        u64::try_from(time).unwrap_or(u64::MAX)
    }
}

/// What the queues, what they share, and the threads of the host have to do per frame.
pub(super) fn loads(frame: &Frame, layout: &Layout, graph: &Graph) -> Vec<Load> {
    let around = Around::of(layout, graph);
    let load = |what, capacity, queues: &[Option<usize>]| {
        let places = layout.places.iter();
        let places = places.filter(|place| queues.contains(&place.queue));
        let places: Vec<&Place> = places.collect();
        let before = places.iter().map(|it| around.before[it.end] - it.time);
        let behind = places.iter().map(|it| around.behind[it.end]);
        let around = before.min().unwrap_or(0) + behind.min().unwrap_or(0);
        let time = places.iter().map(|place| place.time).sum();
        Load {
            what,
            time,
            capacity,
            around,
        }
    };
    let named = |name: &String| layout.queues.iter().position(|queue| queue == name);
    let shared = frame.shared.iter().map(|shared| {
        let Shared {
            name,
            queues,
            capacity,
        } = shared;
        let queues: Vec<_> = queues.iter().filter_map(named).map(Some).collect();
        load(Bottleneck::Shared(name.clone()), *capacity as u64, &queues)
    });
    let queues = layout.queues.iter().enumerate();
    let queues =
        queues.map(|(queue, name)| load(Bottleneck::Queue(name.clone()), 1, &[Some(queue)]));
    let host = frame
        .host_threads
        .map(|threads| load(Bottleneck::Host, threads as u64, &[None]));
    queues.chain(shared).chain(host).collect()
}

/// The longest paths within a frame: to each node, its own time included, and from it to the end.
struct Around {
    before: Vec<u64>,
    behind: Vec<u64>,
}

impl Around {
    fn of(layout: &Layout, graph: &Graph) -> Self {
        let within = graph.edges.iter().filter(|edge| edge.frames == 0);
        let mut edges: Vec<&Edge> = within.collect();
        edges.sort_by_key(|edge| edge.to);
        let mut before = vec![0; layout.nodes()];
        for edge in &edges {
            before[edge.to] = before[edge.to].max(before[edge.from] + edge.time);
        }
        edges.sort_by_key(|edge| Reverse(edge.from));
        let mut behind = vec![0; layout.nodes()];
        for edge in &edges {
            behind[edge.from] = behind[edge.from].max(behind[edge.to] + edge.time);
        }
        Around { before, behind }
    }
}
