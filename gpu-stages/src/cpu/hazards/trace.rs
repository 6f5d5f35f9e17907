//! [`Trace`]: a program as data, to be checked as a whole, and again with one edge less.

use super::keys::{Access, ActorKey, EventKey, LockKey, MemoryKey, QueueKey, Turn, UseKey};
use super::replay::Replay;
use super::report::{Doer, Hazard, Place};
use crate::util::primitives::Arc;
use std::borrow::Cow;

/// What was enqueued, waited for and used, in order: recorded by a device, or written by hand.
///
/// What a device recorded can be checked again with any one edge taken away: an edge that can go without a hazard
/// was not needed.
///
/// ```
/// use gpu_stages::cpu::hazards::{Access, Kind, Trace};
///
/// let mut trace = Trace::new();
/// let (host, up, down) = (trace.actor(), trace.queue(), trace.queue());
/// let buffer = trace.memory("buffer", 0);
/// let written = trace.command(host, up, "upload", &[], &[Access::write(buffer, 0..64)]);
/// trace.command(host, down, "download", &[written], &[Access::read(buffer, 0..64)]);
/// assert!(trace.hazards().is_empty());
///
/// let wait = trace.edges()[0];
/// let hazards = trace.without(wait).hazards();
/// assert_eq!(hazards[0].kind, Kind::ReadAfterWrite);
/// assert_eq!(hazards[0].later.doer.name, "download");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub(super) ops: Vec<Op>,
    next: u64,
}

/// Something that puts one thing behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edge {
    /// What kind of edge it is.
    pub kind: EdgeKind,
    op: usize,
    /// Which of the operation's edges of this kind.
    index: usize,
}

/// The kinds of edges that can be taken away from a [`Trace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// A command waits for an event on the device.
    Wait,
    /// A command does not wait for an event, because it was seen to be complete when it was enqueued.
    Seen,
    /// The host awaits an event before it uses memory.
    ///
    /// What the host awaits only to learn whether commands failed is none of these: the end of a call, behind which
    /// nothing is done, and a wait for contents that turn out to be lost, so that nobody uses them.
    HostWait,
    /// The host does not await an event, because it sees that it is complete.
    HostSeen,
    /// A slot is handed on.
    HandOver,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Command {
        queue: QueueKey,
        actors: Vec<ActorKey>,
        order: Vec<EventKey>,
        seen: Vec<EventKey>,
        accesses: Vec<Access>,
        doer: Doer,
        event: EventKey,
    },
    Learn(ActorKey, Vec<EventKey>),
    Await(ActorKey, Vec<EventKey>),
    Begin(ActorKey, UseKey, Vec<Access>, Doer),
    End(ActorKey, UseKey),
    Acquire(ActorKey, LockKey, Turn),
    Release(ActorKey, LockKey, Turn),
    Vouch(LockKey, EventKey),
    Name(MemoryKey, Arc<str>, usize),
    GiveBack(MemoryKey, EventKey),
    LetGo(ActorKey, MemoryKey),
    Free(ActorKey, MemoryKey, Doer),
    FreeLast(MemoryKey, Doer),
}

/// Writing a trace by hand.
impl Trace {
    /// An empty trace.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that a device goes on with, under its own numbers.
    pub(super) fn recorded() -> Self {
        Trace {
            ops: Vec::new(),
            next: 1 << 63,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A new in-order queue.
    pub fn queue(&mut self) -> QueueKey {
        QueueKey(self.number())
    }

    /// The host's side of a new call, which knows of nothing.
    pub fn actor(&mut self) -> ActorKey {
        ActorKey(self.number())
    }

    /// A new memory; reports name the resource and the slot.
    pub fn memory(&mut self, resource: &str, slot: usize) -> MemoryKey {
        let memory = MemoryKey(self.number());
        self.ops.push(Op::Name(memory, resource.into(), slot));
        memory
    }

    /// A new slot, which calls use one after another.
    pub fn lock(&mut self) -> LockKey {
        LockKey(self.number())
    }

    /// `actor` enqueues a command on `queue` that waits for `order` on the device.
    pub fn command(
        &mut self,
        actor: ActorKey,
        queue: QueueKey,
        name: impl Into<Cow<'static, str>>,
        order: &[EventKey],
        accesses: &[Access],
    ) -> EventKey {
        let event = EventKey(self.number());
        self.ops.push(Op::Command {
            queue,
            actors: vec![actor],
            order: order.to_vec(),
            seen: Vec::new(),
            accesses: accesses.to_vec(),
            doer: by_hand(name, Place::OnQueue(queue.0)),
            event,
        });
        event
    }

    /// A marker: its event is the completion of everything enqueued on `queue` before.
    pub fn marker(&mut self, actor: ActorKey, queue: QueueKey) -> EventKey {
        self.command(actor, queue, "marker", &[], &[])
    }

    /// A barrier: everything enqueued on `queue` afterwards is behind `order`.
    pub fn barrier(&mut self, actor: ActorKey, queue: QueueKey, order: &[EventKey]) -> EventKey {
        self.command(actor, queue, "barrier", order, &[])
    }

    /// `actor` awaits an event.
    pub fn wait(&mut self, actor: ActorKey, event: EventKey) {
        self.ops.push(Op::Await(actor, vec![event]));
    }

    /// The host begins to use memory, in the name of `actor`.
    pub fn begin(
        &mut self,
        actor: ActorKey,
        name: impl Into<Cow<'static, str>>,
        accesses: &[Access],
    ) -> UseKey {
        let host = UseKey(self.number());
        let doer = by_hand(name, Place::Host);
        self.ops
            .push(Op::Begin(actor, host, accesses.to_vec(), doer));
        host
    }

    /// The use ends, in the name of `actor`.
    pub fn end(&mut self, actor: ActorKey, host: UseKey) {
        self.ops.push(Op::End(actor, host));
    }

    /// A use that ends before `actor` does anything else.
    pub fn access(
        &mut self,
        actor: ActorKey,
        name: impl Into<Cow<'static, str>>,
        accesses: &[Access],
    ) {
        let host = self.begin(actor, name, accesses);
        self.end(actor, host);
    }

    /// `actor` has its turn on `lock`, behind those who have released it.
    pub fn acquire(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        self.ops.push(Op::Acquire(actor, lock, turn));
    }

    /// `actor` hands `lock` on, and with it what it knows. What it enqueued may still run.
    pub fn release(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        self.ops.push(Op::Release(actor, lock, turn));
    }

    /// `actor` frees a memory.
    pub fn free(&mut self, actor: ActorKey, name: impl Into<Cow<'static, str>>, memory: MemoryKey) {
        let doer = by_hand(name, Place::Host);
        self.ops.push(Op::Free(actor, memory, doer));
    }
}

fn by_hand(name: impl Into<Cow<'static, str>>, place: Place) -> Doer {
    Doer {
        name: name.into(),
        origin: None,
        place,
    }
}

/// Checking a trace.
impl Trace {
    /// Every hazard, in the order of the later accesses.
    ///
    /// Of several accesses that a later one conflicts with, those are left out that another one of them is
    /// already behind: what puts the later access behind that one puts it behind all. At most 1,000 are listed.
    pub fn hazards(&self) -> Vec<Hazard> {
        let mut replay = Replay::default();
        self.ops.iter().for_each(|op| replay.step(op));
        replay.hazards()
    }

    /// Everything that can be taken away.
    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (op, it) in self.ops.iter().enumerate() {
            let mut add = |kind, count| {
                edges.extend((0..count).map(|index| Edge { kind, op, index }));
            };
            match it {
                Op::Command { order, seen, .. } => {
                    add(EdgeKind::Wait, order.len());
                    add(EdgeKind::Seen, seen.len());
                }
                Op::Learn(_, events) => add(EdgeKind::HostSeen, events.len()),
                Op::Await(_, events) => add(EdgeKind::HostWait, events.len()),
                Op::Acquire(..) => add(EdgeKind::HandOver, 1),
                _ => {}
            }
        }
        edges
    }

    /// The trace with one of its [`edges`](Trace::edges) less.
    #[must_use]
    pub fn without(&self, edge: Edge) -> Trace {
        let mut trace = self.clone();
        let events = match (trace.ops.get_mut(edge.op), edge.kind) {
            (Some(Op::Command { order, .. }), EdgeKind::Wait) => Some(order),
            (Some(Op::Command { seen, .. }), EdgeKind::Seen) => Some(seen),
            (Some(Op::Learn(_, events)), EdgeKind::HostSeen) => Some(events),
            (Some(Op::Await(_, events)), EdgeKind::HostWait) => Some(events),
            _ => None,
        };
        match events {
            Some(events) => drop(events.remove(edge.index)),
            None => drop(trace.ops.remove(edge.op)),
        }
        trace
    }
}
