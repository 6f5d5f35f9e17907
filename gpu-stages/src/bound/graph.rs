//! What waits for what, within a frame and between frames.
//!
//! A node is something that happens once per frame. An edge says that what happens at its end, in frame `n`, happens no
//! sooner than `time` after what happens at its beginning, in frame `n - frames`.

use super::depths::Depths;
use super::order;
use super::uses::{Earlier, Resource, User};
use super::{Frame, Timed};
use crate::schedule::Stage;

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// Nanoseconds.
    pub time: u64,
    pub frames: u64,
    pub cause: Cause,
}

/// Why something waits for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// It is the order within a frame.
    Step,
    /// A queue runs one command after another; by its number.
    Queue(usize),
    /// A later frame uses what an earlier one did; by the resource's number.
    Turn(usize),
    /// A slot is used again; by the resource's number.
    Slot(usize),
    /// A place in flight is used again.
    InFlight,
}

/// Where a frame begins, and all its calls.
pub(super) const BEGIN: usize = 0;

/// A stage of a frame.
#[derive(Debug)]
pub(super) struct Place {
    pub call: usize,
    /// Its queue's number; none on the host.
    pub queue: Option<usize>,
    /// When it is enqueued. On the host, its end.
    pub control: usize,
    pub end: usize,
    pub time: u64,
}

/// The parts of a frame that do not depend on depths.
#[derive(Debug)]
pub(super) struct Layout {
    /// The names of the queues.
    pub queues: Vec<String>,
    pub resources: Vec<Resource>,
    pub places: Vec<Place>,
    /// Where the places of each call begin, and behind them.
    calls: Vec<usize>,
    /// Where a frame ends.
    pub end: usize,
    steps: Vec<Edge>,
}

/// A frame's nodes and edges, at certain depths.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub nodes: usize,
    pub edges: Vec<Edge>,
}

/// A call would wait for itself, or for one behind it.
#[derive(Debug)]
pub(super) struct Stuck;

impl Layout {
    pub fn of(frame: &Frame) -> Self {
        let mut layout = Layout {
            queues: Vec::new(),
            resources: Resource::all(&frame.calls),
            places: Vec::new(),
            calls: vec![0],
            end: 0,
            steps: Vec::new(),
        };
        let mut nodes = BEGIN + 1;
        for (index, call) in frame.calls.iter().enumerate() {
            layout.place(index, call, &mut nodes);
            layout.calls.push(layout.places.len());
        }
        layout.end = nodes;
        for (index, call) in frame.calls.iter().enumerate() {
            layout.connect(index, call);
        }
        layout
    }

    pub fn nodes(&self) -> usize {
        self.end + 1
    }

    fn place(&mut self, call: usize, timed: &Timed, nodes: &mut usize) {
        for (stage, &time) in timed.schedule.stages.iter().zip(&timed.times) {
            let queue = stage.queue.map(|queue| self.queue(timed.passed(queue).0));
            let control = *nodes;
            let end = control + usize::from(queue.is_some());
            *nodes = end + 1;
            self.places.push(Place {
                call,
                queue,
                control,
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
    fn of_call(&self, call: usize) -> &[Place] {
        &self.places[self.calls[call]..self.calls[call + 1]]
    }

    /// The order within one call.
    fn connect(&mut self, index: usize, timed: &Timed) {
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
        let mut control = BEGIN;
        let places = self.of_call(index);
        for (number, place) in places.iter().enumerate() {
            step(control, place.control, place.before_control());
            if place.queue.is_some() {
                step(place.control, place.end, place.time);
            }
            let stage = &timed.schedule.stages[number];
            for (other, earlier) in timed.schedule.stages[..number].iter().enumerate() {
                // What comes behind a host stage is enqueued behind it.
                let is_command = places[other].queue.is_some();
                if is_command && (conflict(earlier, stage) || places[other].queue == place.queue) {
                    step(places[other].end, place.end, place.time);
                }
            }
            step(place.end, self.end, 0);
            control = place.control;
        }
        step(control, self.end, 0);
        self.steps.extend(steps);
    }

    /// The graph at these depths, with the orders of queues that can be proven there.
    pub fn graph(&self, depths: &Depths) -> Result<(Graph, order::Orders), Stuck> {
        let mut graph = self.unordered(depths)?;
        let orders = order::prove(self, &graph);
        graph.edges.extend(orders.edges.iter().cloned());
        Ok((graph, orders))
    }

    /// The graph without any order between the frames' uses of a queue but that of one and the same stage.
    pub fn unordered(&self, depths: &Depths) -> Result<Graph, Stuck> {
        let mut edges = self.steps.clone();
        for (number, resource) in self.resources.iter().enumerate() {
            for (user, before) in resource.users(depths.of_resource(&resource.name)) {
                self.behind(number, resource, user, &before, &mut edges)?;
            }
        }
        // Nothing that a frame does is done earlier by the next one.
        for place in &self.places {
            edges.extend(place.queue.map(|queue| Edge {
                from: place.end,
                to: place.end,
                time: place.time,
                frames: 1,
                cause: Cause::Queue(queue),
            }));
        }
        edges.extend(depths.frames().map(|frames| Edge {
            from: self.end,
            to: BEGIN,
            time: 0,
            frames: frames as u64,
            cause: Cause::InFlight,
        }));
        Ok(Graph {
            nodes: self.nodes(),
            edges,
        })
    }

    /// What `user` waits for because of those `before` it.
    fn behind(
        &self,
        number: usize,
        resource: &Resource,
        user: &User,
        before: &[Earlier<'_>],
        edges: &mut Vec<Edge>,
    ) -> Result<(), Stuck> {
        let cause = |earlier: &Earlier<'_>| match earlier.frames {
            _ if earlier.is_reuse && resource.has_versions => Cause::Slot(number),
            0 => Cause::Step,
            _ => Cause::Turn(number),
        };
        let own = self.of_call(user.call);
        let mut waits = |earlier: &Earlier<'_>, from: usize, to: usize, time: u64| {
            let cause = cause(earlier);
            let is_later = earlier.frames == 0 && earlier.user.call >= user.call;
            let frames = u64::try_from(earlier.frames).map_err(|_| Stuck)?;
            if is_later {
                return Err(Stuck);
            }
            edges.push(Edge {
                from,
                to,
                time,
                frames,
                cause,
            });
            Ok(())
        };
        for earlier in turns(user, before) {
            let others = self.of_call(earlier.user.call);
            let from = others.get(earlier.user.last).map_or(BEGIN, |it| it.control);
            let to = own.get(user.turn);
            let (to, time) = to.map_or((self.end, 0), |it| (it.control, it.before_control()));
            waits(earlier, from, to, time)?;
        }
        for earlier in before {
            let others = self.of_call(earlier.user.call);
            for (stage, writes) in &user.stages {
                for (other, also) in &earlier.user.stages {
                    // What the host did is over when it hands on.
                    if (*writes || *also) && others[*other].queue.is_some() {
                        let place = &own[*stage];
                        waits(earlier, others[*other].end, place.end, place.time)?;
                    }
                }
            }
            if earlier.user.writes() {
                break;
            }
        }
        Ok(())
    }
}

/// Whether one of the stages of a call writes what the other uses.
fn conflict(a: &Stage, b: &Stage) -> bool {
    let uses = |stage: &Stage, name| stage.reads.contains(name) || stage.writes.contains(name);
    a.writes.iter().any(|name| uses(b, name)) || b.writes.iter().any(|name| uses(a, name))
}

/// Those whose hand-on `user` waits for: a reader for the exclusive user before, who is exclusive for that one or for
/// the readers since.
fn turns<'a>(user: &'a User, before: &'a [Earlier<'a>]) -> impl Iterator<Item = &'a Earlier<'a>> {
    let exclusive = before.iter().position(|earlier| earlier.user.is_exclusive);
    let readers = exclusive.unwrap_or(before.len());
    let range = match (user.is_exclusive, readers, exclusive) {
        (false, _, None) => 0..0,
        (false, _, Some(it)) | (true, 0, Some(it)) => it..it + 1,
        (true, readers, _) => 0..readers,
    };
    before[range].iter()
}

impl Place {
    /// The time between what the stage waits for on the host and its control: none on a queue.
    fn before_control(&self) -> u64 {
        if self.queue.is_some() { 0 } else { self.time }
    }
}
