//! [`Bound`]: what no run of a pipeline beats, and why.

use super::Frame;
use super::cycle::{Ratio, slowest};
use super::graph::{Cause, Edge, Graph, Layout};
use super::loads::{Load, loads};
use super::order::Orders;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

/// What no run beats, at certain [depths](super::Depths).
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

/// What limits how often a frame can come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bottleneck {
    /// A queue, which runs its stages of every frame.
    Queue(String),
    /// What several queues [share](super::Frame::sharing).
    Shared(String),
    /// The [threads of the host](super::Frame::host_threads).
    Host,
    /// A resource that frames use one after another, each because of what the one before did: one that they update,
    /// or read from the frame before.
    Turns(String),
    /// A resource of which there are as many slots as there are.
    Slots(String),
    /// The number of frames in flight.
    InFlight,
}

/// How often frames can come because of one thing alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What it is.
    pub what: Bottleneck,
    /// So many frames…
    pub frames: u64,
    /// …take this long.
    pub time: Duration,
}

impl Bound {
    pub(super) fn of(frame: &Frame, layout: &Layout, graph: Graph, orders: &Orders) -> Self {
        let loads = loads(frame, layout, &graph);
        let mut limits: Vec<Limit> = loads.iter().map(Load::limit).collect();
        limits.extend(alone(layout, &graph));
        // Stable: with as much to say, in the order above.
        limits.sort_by_key(|limit| std::cmp::Reverse(limit.ratio()));
        let slowest = slowest(graph.nodes, &graph.edges);
        let together = slowest.as_ref().map_or(Ratio::ZERO, |cycle| cycle.ratio());
        let most = limits.first().map_or(Ratio::ZERO, Limit::ratio);
        let period = together.max(most);
        let mut bottleneck: Vec<Bottleneck> = Vec::new();
        match (limits.first(), slowest) {
            _ if period.time == 0 => {}
            (Some(limit), _) if most == period => bottleneck.push(limit.what.clone()),
            (_, Some(cycle)) => {
                for edge in cycle.edges.iter().rev() {
                    let what = layout.bottleneck(graph.edges[*edge].cause);
                    bottleneck.extend(what.filter(|what| !bottleneck.contains(what)));
                }
            }
            _ => {}
        }
        Bound {
            period,
            limits,
            bottleneck,
            is_exact: orders.are_fixed.iter().all(|it| *it) && frame.is_simple(),
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

    /// The same exactly: so many frames take this long.
    pub fn rate(&self) -> (u64, Duration) {
        (self.period.frames, Duration::from_nanos(self.period.time))
    }

    /// What determines it: one thing, or several in whose cycle a frame is; nothing if no time passes or any number of
    /// frames can go on side by side.
    pub fn bottleneck(&self) -> &[Bottleneck] {
        &self.bottleneck
    }

    /// What each queue, resource and so on alone would allow, the tightest first.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Whether runs reach it: [`makespan`](Self::makespan) is then the time of one in virtual time, to the nanosecond.
    ///
    /// It is known where queues keep the frames in order whatever happens, and each has an engine for itself. Otherwise
    /// it is a bound all the same, but frames may get in each other's way in an order that costs time: try it in a
    /// [simulation](crate::cpu::simulation).
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The least time for so many frames, from the beginning of the first to the end of the last.
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
        // Within a frame, nodes are numbered in an order in which edges lead forward.
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
                // Before the first frame there is nothing to wait for.
                let time = from.map_or(0, |from: u64| from.saturating_add(edge.time));
                times[edge.to] = times[edge.to].max(time);
            }
            last = last.max(times[self.end]);
            past.push_front(times);
            past.truncate(memory.max(1));
        }
        last
    }
}

/// The limits that turns, slots and places in flight are, each without the others.
fn alone(layout: &Layout, graph: &Graph) -> Vec<Limit> {
    let resources = 0..layout.resources.len();
    let turns = resources.clone().map(Cause::Turn);
    let causes = turns
        .chain(resources.map(Cause::Slot))
        .chain([Cause::InFlight]);
    let limit = |cause| {
        let edges = graph.edges.iter();
        let edges = edges.filter(|edge| edge.cause == Cause::Step || edge.cause == cause);
        let edges: Vec<Edge> = edges.cloned().collect();
        let cycle = slowest(graph.nodes, &edges)?;
        Some(Limit {
            what: layout.bottleneck(cause)?,
            frames: cycle.ratio().frames,
            time: Duration::from_nanos(cycle.time),
        })
    };
    causes.filter_map(limit).collect()
}

impl Layout {
    fn bottleneck(&self, cause: Cause) -> Option<Bottleneck> {
        let resource = |number: usize| self.resources[number].name.clone();
        match cause {
            Cause::Step => None,
            Cause::Queue(queue) => Some(Bottleneck::Queue(self.queues[queue].clone())),
            Cause::Turn(number) => Some(Bottleneck::Turns(resource(number))),
            Cause::Slot(number) => Some(Bottleneck::Slots(resource(number))),
            Cause::InFlight => Some(Bottleneck::InFlight),
        }
    }
}

impl Limit {
    fn ratio(&self) -> Ratio {
        Ratio {
            time: self.time.as_nanos() as u64,
            frames: self.frames,
        }
    }
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bottleneck::Queue(name) | Bottleneck::Shared(name) => write!(f, "`{name}`"),
            Bottleneck::Host => f.write_str("the host"),
            Bottleneck::Turns(name) => write!(f, "the turn at `{name}`"),
            Bottleneck::Slots(name) => write!(f, "the number of slots of `{name}`"),
            Bottleneck::InFlight => f.write_str("the number of frames in flight"),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.bottleneck.iter().map(ToString::to_string).collect();
        match names.as_slice() {
            [] => f.write_str("nothing limits how often frames come"),
            [name] => write!(
                f,
                "a frame every {:?}: {name} is the bottleneck",
                self.period()
            ),
            names => {
                let names = names.join(" and ");
                write!(
                    f,
                    "a frame every {:?}: {names} are the bottleneck",
                    self.period()
                )
            }
        }
    }
}
