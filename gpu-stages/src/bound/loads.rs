//! The work that queues, shared engines and the host have to do for each frame.

use super::bottleneck::{Bottleneck, Limit};
use super::cycle::Ratio;
use super::frame::Frame;
use super::graph::{Edge, Graph};
use super::layout::{Layout, StageNodes};
use std::cmp::Reverse;

/// The work for one frame, for something that does several parts of it at a time.
#[derive(Clone, Debug)]
pub(super) struct Load {
    what: Bottleneck,
    time: u64,
    capacity: u64,
    /// The least time that a frame takes before and after the work.
    around: u64,
}

impl Load {
    pub fn limit(&self) -> Limit {
        let ratio = Ratio {
            time: self.time,
            frames: self.capacity,
        };
        Limit::new(self.what.clone(), ratio)
    }

    pub fn makespan(&self, frames: u64) -> u64 {
        let work = u128::from(frames) * u128::from(self.time);
        let time = work.div_ceil(u128::from(self.capacity)) + u128::from(self.around);
        u64::try_from(time).unwrap_or(u64::MAX)
    }
}

/// The loads of the queues, then of the shared engines, and then of the host if its threads are counted.
pub(super) fn loads(frame: &Frame, layout: &Layout, graph: &Graph) -> Vec<Load> {
    let around = Around::of(layout, graph);
    let load = |what, capacity, queues: &[Option<usize>]| {
        let stages = layout.stages.iter();
        let stages = stages.filter(|stage| queues.contains(&stage.queue));
        let stages: Vec<&StageNodes> = stages.collect();
        Load {
            what,
            time: stages.iter().map(|stage| stage.time).sum(),
            capacity,
            around: around.least(&stages),
        }
    };
    let queues = layout.queues.iter().enumerate();
    let queues =
        queues.map(|(queue, name)| load(Bottleneck::Queue(name.clone()), 1, &[Some(queue)]));
    let named = |name: &String| layout.queues.iter().position(|queue| queue == name);
    let shared = frame.shared.iter().map(|shared| {
        let queues = shared.queues.iter().filter_map(named).map(Some);
        let what = Bottleneck::Shared(shared.name.clone());
        load(what, shared.capacity as u64, &queues.collect::<Vec<_>>())
    });
    let host = frame
        .host_threads
        .map(|threads| load(Bottleneck::Host, threads as u64, &[None]));
    queues.chain(shared).chain(host).collect()
}

/// The longest paths within a frame: to each node, its own time included, and from it to the end.
struct Around {
    before: Vec<u64>,
    after: Vec<u64>,
}

impl Around {
    fn of(layout: &Layout, graph: &Graph) -> Self {
        let within = graph.edges.iter().filter(|edge| edge.frames == 0);
        let mut edges: Vec<&Edge> = within.collect();
        // Within a frame, every edge leads to a node with a greater number.
        edges.sort_by_key(|edge| edge.to);
        let mut before = vec![0; layout.nodes()];
        for edge in &edges {
            before[edge.to] = before[edge.to].max(before[edge.from] + edge.time);
        }
        edges.sort_by_key(|edge| Reverse(edge.from));
        let mut after = vec![0; layout.nodes()];
        for edge in &edges {
            after[edge.from] = after[edge.from].max(after[edge.to] + edge.time);
        }
        Around { before, after }
    }

    /// The least time before the first of these stages, and after the last one.
    fn least(&self, stages: &[&StageNodes]) -> u64 {
        let before = stages.iter().map(|it| self.before[it.end] - it.time);
        let after = stages.iter().map(|it| self.after[it.end]);
        before.min().unwrap_or(0) + after.min().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::depths::Depths;
    use super::super::timed::Timed;
    use super::*;
    use crate::schedule::{Schedule, Stage};
    use std::time::Duration;

    const CHAIN: Schedule = Schedule::new(
        "chain",
        &[
            Stage::new("fill").writes(&["a"]),
            Stage::new("up").on("up").reads(&["a"]).writes(&["b"]),
            Stage::new("down").on("down").reads(&["b"]).writes(&["c"]),
            Stage::new("look").reads(&["c"]),
        ],
    )
    .queues(&["up", "down"])
    .writes(&["a", "b", "c"]);

    /// For each load its name, its limit, and the makespan of three frames.
    fn told(frame: &Frame) -> Vec<(String, u64, u128, u64)> {
        let layout = Layout::of(frame);
        let graph = layout.graph(&Depths::unlimited()).unwrap();
        let told = |load: &Load| {
            let limit = load.limit();
            let name = limit.what().to_string();
            (
                name,
                limit.frames(),
                limit.time().as_nanos(),
                load.makespan(3),
            )
        };
        loads(frame, &layout, &graph).iter().map(told).collect()
    }

    #[test]
    fn a_load_has_its_work_of_each_frame_and_the_rest_of_one() {
        let times = [1, 20, 300, 4_000].map(Duration::from_nanos);
        let frame = Frame::of(Timed::new(CHAIN, times));
        let frame = frame.sharing("link", &["down", "up"], 2).host_threads(1);
        let expected = [
            ("`up`", 1, 20, 3 * 20 + 1 + 4_300),
            ("`down`", 1, 300, 3 * 300 + 21 + 4_000),
            ("`link`", 2, 320, 3 * 320 / 2 + 1 + 4_000),
            ("the host", 1, 4_001, 3 * 4_001),
        ];
        let expected = expected
            .map(|(name, frames, time, makespan)| (name.to_owned(), frames, time, makespan));
        assert_eq!(told(&frame), expected);
    }

    #[test]
    fn work_that_is_no_multiple_of_the_capacity_is_rounded_up() {
        let load = Load {
            what: Bottleneck::Host,
            time: 5,
            capacity: 2,
            around: 7,
        };
        assert_eq!([1, 2, 3].map(|frames| load.makespan(frames)), [10, 12, 15]);
        assert_eq!(load.makespan(u64::MAX), u64::MAX);
    }
}
