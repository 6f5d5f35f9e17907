//! The ideal bound: how fast a pipeline can be at best, what keeps it from being faster, and how many slots and frames
//! in flight that takes.
//!
//! A pipeline says of itself which stages it has, where they run and what they use: its
//! [`SCHEDULE`](crate::Schedule). With a time for each stage, it follows how often a frame can come, before anything is
//! run.
//!
//! ```
//! use gpu_stages::bound::{Depths, Frame, Timed};
//! use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
//! use gpu_stages::{Result, gpu_pipeline};
//! use std::time::Duration;
//!
//! #[gpu_pipeline]
//! async fn process_one(
//!     #[queue] up: Queue,
//!     #[queue] compute: Queue,
//!     #[queue] down: Queue,
//!     #[writes] h_in: HostBuffer<f32>,
//!     #[writes] d_in: DeviceBuffer<f32>,
//!     #[writes] d_out: DeviceBuffer<f32>,
//!     #[writes] h_out: HostBuffer<f32>,
//!     triple: Kernel,
//!     value: f32,
//! ) -> Result<f32> {
//!     h_in.fill(value);
//!     up.upload(&h_in, &mut d_in)?;
//!     compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
//!     down.download(&d_out, &mut h_out)?;
//!     Ok(h_out.iter().sum())
//! }
//!
//! let times = [1, 2, 3, 2, 1].map(Duration::from_millis);
//! let frame = Frame::of(Timed::new(process_one::SCHEDULE, times));
//! assert_eq!(
//!     frame.report().to_string(),
//!     "a frame every 3ms: `compute` is the bottleneck\n\
//!      with 2 slots for `d_in` and `d_out`, 3 in flight\n"
//! );
//!
//! // With one slot each, a frame's input has to be gone before the next one's comes.
//! let single = frame.bound(&Depths::of(1)).unwrap();
//! assert_eq!(single.to_string(), "a frame every 5ms: the number of slots of `d_in` is the bottleneck");
//! assert_eq!(single.makespan(1_000), Duration::from_millis(999 * 5 + 9));
//! ```
//!
//! # What is counted
//!
//! - A **queue** runs one stage after another: it needs the time of all its stages for each frame. If several queues
//!   [share](Frame::sharing) something that does so much at a time, that needs the time of all their stages. So does
//!   the host, if it has but a few [threads](Frame::host_threads).
//! - A **resource** is held by a call from its first use to its last one, and its next user has to wait for that: for
//!   the hand-on, which is when the last stage is enqueued (or over, on the host), and for the commands that are in
//!   conflict. With `k` slots, that next user is the one of `k` versions later.
//! - A resource that is **updated**, or read from the frame before, is used by one frame after another, whatever its
//!   slots.
//! - At most so many **frames in flight**: one begins when the one of so many frames before has ended.
//!
//! Waiting itself takes no time, and nor does anything that the host does outside of stages.
//!
//! # The theory
//!
//! Frames repeat themselves, so that the whole run is described by a graph of one frame: nodes are what happens in it,
//! an edge from `u` to `v` with time `t` and distance `d` says that `v` happens in frame `n` no sooner than `t` after
//! `u` has happened in frame `n - d`. Slots and places in flight are distances. What happens is the earliest of what
//! satisfies all edges: the longest path, a linear recursion in the algebra of maximum and addition. Its rate is the
//! **maximum cycle ratio**, the greatest sum of times over sum of distances of any cycle (Baccelli, Cohen, Olsder and
//! Quadrat, "Synchronization and Linearity", 1992, chapter 2 and 3.2): a queue is a cycle through its stages over one
//! frame, `k` slots are a cycle from the first use to the hand-on and back over `k` frames, and so on. Cycles can go
//! through several of them; then they are the bottleneck together. All of it is computed in whole nanoseconds.
//!
//! The **depths** that are recommended are the fewest at which no cycle takes longer than one without slots and
//! places in flight: the fewest slots of all resources together, of those with as many the fewest for the resource
//! that is named first, and then the fewest frames in flight. One slot or place less is slower, unless frames then come
//! to a queue in another order.
//!
//! # What is exact
//!
//! Every bound is one: nothing beats it. That runs reach it needs one thing that the graph of a frame does not say:
//! that each queue keeps the frames in order, so that none waits for a command of a later one. Commands are in the
//! order in which they are enqueued, and where a call waits on the host between two stages of one queue, later frames
//! may come between them. [`is_exact`](Bound::is_exact) tells if that cannot happen. It cannot where each stage has a
//! queue of its own, as above.

mod cycle;
mod depths;
mod graph;
mod limits;
mod loads;
mod order;
mod search;
mod uses;

pub use depths::Depths;
pub use limits::{Bottleneck, Bound, Limit};

use crate::schedule::Schedule;
use cycle::Ratio;
use graph::Layout;
use search::Search;
use std::fmt;
use std::time::Duration;

/// A pipeline's schedule, with the time that each of its stages takes.
///
/// On a queue that is the time from when the stage's commands could begin to when they are over, on the host the time
/// of the statement.
#[derive(Clone, Debug)]
pub struct Timed {
    schedule: Schedule,
    /// Nanoseconds.
    times: Vec<u64>,
    passed: Vec<Passed>,
}

/// What is passed for a parameter.
#[derive(Clone, Debug)]
struct Passed {
    parameter: String,
    name: String,
    /// How many versions before the newest.
    back: usize,
}

/// What one frame does: one call of a pipeline, or several that are made one after another and awaited together.
///
/// Queues and resources of several calls are the same if they have the same name.
#[derive(Clone, Debug)]
pub struct Frame {
    calls: Vec<Timed>,
    shared: Vec<Shared>,
    host_threads: Option<usize>,
}

/// What several queues have in common.
#[derive(Clone, Debug)]
struct Shared {
    name: String,
    queues: Vec<String>,
    capacity: usize,
}

impl Timed {
    /// A pipeline's schedule, with a time for each of its stages, in their order.
    ///
    /// # Panics
    ///
    /// If there are not as many times as stages.
    #[track_caller]
    pub fn new(schedule: Schedule, times: impl IntoIterator<Item = Duration>) -> Self {
        let times: Vec<u64> = times.into_iter().map(nanoseconds).collect();
        let (stages, given) = (schedule.stages.len(), times.len());
        assert!(
            stages == given,
            "`{}` has {stages} stages, and there are {given} times",
            schedule.name
        );
        Timed {
            schedule,
            times,
            passed: Vec::new(),
        }
    }

    /// For this parameter, the resource or queue `name` is passed. Without it, one of the parameter's name is.
    ///
    /// Two parameters for which the same is passed are two uses of it: what a call reads of a ring that it writes as
    /// well is the version of the frame before.
    ///
    /// # Panics
    ///
    /// If the pipeline has no such parameter.
    #[track_caller]
    #[must_use]
    pub fn passing(self, parameter: &str, name: &str) -> Self {
        self.passing_earlier(parameter, name, 0)
    }

    /// The same, for a parameter that is read: passed is a [version](crate::Resource::pin) of this resource that is
    /// `back` versions older than the newest at the time of the call.
    ///
    /// # Panics
    ///
    /// If the pipeline has no such parameter.
    #[track_caller]
    #[must_use]
    pub fn passing_earlier(mut self, parameter: &str, name: &str, back: usize) -> Self {
        let it = self.schedule;
        let lists = [it.queues, it.reads, it.writes, it.updates];
        assert!(
            lists.concat().contains(&parameter),
            "`{}` has no parameter `{parameter}`",
            it.name
        );
        self.passed.push(Passed {
            parameter: parameter.to_owned(),
            name: name.to_owned(),
            back,
        });
        self
    }

    /// What is passed for a parameter, and how many versions before the newest.
    fn passed<'a>(&'a self, parameter: &'a str) -> (&'a str, usize) {
        let passed = self.passed.iter().rfind(|it| it.parameter == parameter);
        passed.map_or((parameter, 0), |it| (it.name.as_str(), it.back))
    }
}

/// 13 days at most, so that sums stay in range.
fn nanoseconds(duration: Duration) -> u64 {
    let most = 1 << 50;
    u64::try_from(duration.as_nanos()).map_or(most, |it| it.min(most))
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

    /// And then this call.
    #[must_use]
    pub fn and(mut self, call: Timed) -> Self {
        self.calls.push(call);
        self
    }

    /// These queues share something that works for `capacity` of them at a time: a card's one copy engine, or
    /// its compute engine.
    ///
    /// # Panics
    ///
    /// If no call so far uses such a queue.
    #[track_caller]
    #[must_use]
    pub fn sharing(mut self, name: &str, queues: &[&str], capacity: usize) -> Self {
        let known = Layout::of(&self).queues;
        for queue in queues {
            assert!(
                known.iter().any(|it| it == queue),
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

    /// Host stages run on so many threads; 0 counts as 1. Without it, each has a thread when it needs one.
    #[must_use]
    pub fn host_threads(mut self, count: usize) -> Self {
        self.host_threads = Some(count.max(1));
        self
    }

    /// What no run beats at these depths; none if a call would wait for itself there, which resolves to an error.
    pub fn bound(&self, depths: &Depths) -> Option<Bound> {
        let layout = Layout::of(self);
        let (graph, orders) = layout.graph(depths).ok()?;
        Some(Bound::of(self, &layout, graph, &orders))
    }

    /// What no run beats that has as many slots and frames in flight as it wants; none if a call would wait for itself
    /// even so.
    ///
    /// Fewer are hardly ever faster: only if waiting for a slot changes the order in which stages come to a queue.
    pub fn ideal(&self) -> Option<Bound> {
        self.bound(&Depths::unlimited())
    }

    /// The fewest slots and frames in flight at which the bound is the [ideal](Self::ideal) one. None if only they
    /// limit how often frames come, so that more are always better; or if a call would wait for itself.
    pub fn depths(&self) -> Option<Depths> {
        let layout = Layout::of(self);
        let ideal = self.ideal()?.ratio();
        if ideal == Ratio::ZERO {
            return None;
        }
        Some(Search::new(&layout, ideal).ok()?.run())
    }

    /// Prints the ideal bound, its bottleneck and the depths that it takes.
    pub fn report(&self) -> impl fmt::Display + use<> {
        Report {
            ideal: self.ideal(),
            depths: self.depths().map(|depths| {
                let bound = self.bound(&depths);
                (depths, bound.is_some_and(|bound| bound.is_exact()))
            }),
        }
    }

    /// Whether nothing but queues, resources and places in flight counts.
    fn is_simple(&self) -> bool {
        let stages = self.calls.iter().flat_map(|call| call.schedule.stages);
        let asks = stages.into_iter().any(|stage| !stage.facts.is_empty());
        self.shared.is_empty() && self.host_threads.is_none() && !asks
    }
}

struct Report {
    ideal: Option<Bound>,
    /// And whether runs reach the bound there.
    depths: Option<(Depths, bool)>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ideal) = &self.ideal else {
            return writeln!(f, "a call would wait for itself");
        };
        writeln!(f, "{ideal}")?;
        match &self.depths {
            Some((depths, true)) => writeln!(f, "with {depths}"),
            Some((depths, false)) => writeln!(f, "with {depths} at least"),
            None => Ok(()),
        }
    }
}
