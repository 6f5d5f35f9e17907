//! [`Bound`]: what no run of a pipeline is faster than, and why.

use super::bottleneck::{Bottleneck, Limit};
use super::cycle::{Cycle, Ratio, slowest};
use super::frame::Frame;
use super::graph::{Cause, Edge, Graph};
use super::layout::Layout;
use super::loads::{Load, loads};
use super::order::Orders;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

/// What no run is faster than, at certain [depths](super::Depths).
///
/// It prints as `a frame every 3ms: `compute` is the bottleneck`.
#[derive(Clone, Debug)]
pub struct Bound {
    period: Ratio,
    limits: Vec<Limit>,
    bottleneck: Vec<Bottleneck>,
    is_exact: bool,
    graph: Graph,
    end: usize,
    loads: Vec<Load>,
}

impl Bound {
    pub(super) fn of(frame: &Frame, layout: &Layout, graph: Graph, orders: &Orders) -> Self {
        let loads = loads(frame, layout, &graph);
        let limits = limits(layout, &graph, &loads);
        let slowest = slowest(graph.nodes, &graph.edges);
        let together = slowest.as_ref().map_or(Ratio::ZERO, Cycle::ratio);
        let period = limits
            .first()
            .map_or(together, |tightest| together.max(tightest.ratio()));
        let bottleneck = match (limits.first(), slowest) {
            _ if period == Ratio::ZERO => Vec::new(),
            (Some(limit), _) if limit.ratio() == period => vec![limit.what().clone()],
            (_, slowest) => slowest.map_or(Vec::new(), |cycle| on_cycle(layout, &graph, &cycle)),
        };
        Bound {
            period,
            limits,
            bottleneck,
            is_exact: orders.are_fixed.iter().all(|it| *it) && frame.is_fully_modelled(),
            graph,
            end: layout.end,
            loads,
        }
    }

    pub(super) fn ratio(&self) -> Ratio {
        self.period
    }

    /// The time from one frame to the next in a long run, rounded up to a nanosecond.
    pub fn period(&self) -> Duration {
        Duration::from_nanos(self.period.time.div_ceil(self.period.frames))
    }

    /// The exact rate of a long run: a number of frames, and the time that they take.
    pub fn rate(&self) -> (u64, Duration) {
        (self.period.frames, Duration::from_nanos(self.period.time))
    }

    /// What determines the period: one thing, or several on a common cycle. It is empty if no time passes, or if any
    /// number of frames can run side by side.
    pub fn bottleneck(&self) -> &[Bottleneck] {
        &self.bottleneck
    }

    /// The limit of each queue, resource and so on if it were the only one, the tightest first.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Whether runs reach the bound. The [`makespan`](Self::makespan) is then that of a run in virtual time, to the
    /// nanosecond.
    ///
    /// It is known where each queue keeps the frames in order and has an engine of its own. Otherwise the bound holds,
    /// but frames may come to a queue or an engine in an order that costs time. A
    /// [simulation](crate::cpu::simulation) tells how much.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The least time for this many frames, from the beginning of the first to the end of the last. It is zero for no
    /// frames.
    pub fn makespan(&self, frames: usize) -> Duration {
        if frames == 0 {
            return Duration::ZERO;
        }
        let loads = self.loads.iter().map(|load| load.makespan(frames as u64));
        let most = loads.max().unwrap_or(0);
        Duration::from_nanos(most.max(self.longest_path(frames)))
    }

    /// The longest path from the beginning of a frame to the end of another, frame by frame.
    fn longest_path(&self, frames: usize) -> u64 {
        let edges = self.graph.edges.iter();
        let mut edges: Vec<&Edge> = edges.filter(|edge| edge.frames < frames as u64).collect();
        // Within a frame, every edge leads to a node with a greater number.
        edges.sort_by_key(|edge| edge.to);
        let memory = edges.iter().map(|edge| edge.frames).max().unwrap_or(0) as usize;
        let mut past: VecDeque<Vec<u64>> = VecDeque::new();
        let mut last = 0;
        for _ in 0..frames {
            let mut times = vec![0; self.graph.nodes];
            for edge in &edges {
                let from = match edge.frames as usize {
                    0 => Some(times[edge.from]),
                    frames => past.get(frames - 1).map(|times| times[edge.from]),
                };
                // Nothing precedes the first frame.
                let time = from.map_or(0, |from: u64| from.saturating_add(edge.time));
                times[edge.to] = times[edge.to].max(time);
            }
            last = last.max(times[self.end]);
            if last == u64::MAX {
                // No time is longer.
                break;
            }
            past.push_front(times);
            past.truncate(memory.max(1));
        }
        last
    }
}

/// All limits, the tightest first: those of equal ratio in the order of loads, turns, slots and frames in flight.
fn limits(layout: &Layout, graph: &Graph, loads: &[Load]) -> Vec<Limit> {
    let resources = 0..layout.resources.len();
    let turns = resources.clone().map(Cause::Turn);
    let causes = turns
        .chain(resources.map(Cause::Slot))
        .chain([Cause::InFlight]);
    let others = causes.filter_map(|cause| limit_alone(layout, graph, cause));
    let mut limits: Vec<Limit> = loads.iter().map(Load::limit).chain(others).collect();
    limits.sort_by_key(|limit| Reverse(limit.ratio()));
    limits
}

/// The limit of the edges of this cause if the graph had no others but the steps within a frame.
fn limit_alone(layout: &Layout, graph: &Graph, cause: Cause) -> Option<Limit> {
    let edges = graph.edges.iter();
    let edges = edges.filter(|edge| edge.cause == Cause::Step || edge.cause == cause);
    let edges: Vec<Edge> = edges.cloned().collect();
    let cycle = slowest(graph.nodes, &edges)?;
    Some(Limit::new(bottleneck(layout, cause)?, cycle.ratio()))
}

/// The bottlenecks on a cycle, each once, in the order of its edges.
fn on_cycle(layout: &Layout, graph: &Graph, cycle: &Cycle) -> Vec<Bottleneck> {
    let mut all: Vec<Bottleneck> = Vec::new();
    for edge in cycle.edges.iter().rev() {
        let what = bottleneck(layout, graph.edges[*edge].cause);
        all.extend(what.filter(|what| !all.contains(what)));
    }
    all
}

/// What a cause is to users; none for the order within a frame.
fn bottleneck(layout: &Layout, cause: Cause) -> Option<Bottleneck> {
    let resource = |number: usize| layout.resources[number].name.clone();
    match cause {
        Cause::Step => None,
        Cause::Queue(queue) => Some(Bottleneck::Queue(layout.queues[queue].clone())),
        Cause::Turn(number) => Some(Bottleneck::Turns(resource(number))),
        Cause::Slot(number) => Some(Bottleneck::Slots(resource(number))),
        Cause::InFlight => Some(Bottleneck::InFlight),
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.bottleneck.iter().map(ToString::to_string).collect();
        let (names, verb) = match names.as_slice() {
            [] => return f.write_str("nothing limits how often frames come"),
            [name] => (name.clone(), "is"),
            names => (names.join(" and "), "are"),
        };
        let period = self.period();
        write!(f, "a frame every {period:?}: {names} {verb} the bottleneck")
    }
}
