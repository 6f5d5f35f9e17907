//! [`Trace`]: a program as data, from which single edges can be removed.

use super::keys::{Access, ActorKey, EventKey, LockKey, MemoryKey, QueueKey, Turn, UseKey};
use super::report::{Action, Doer, Place};
use crate::util::primitives::Arc;
use std::borrow::Cow;

/// What was enqueued, waited for and used, in order: recorded by a device, or written by hand.
///
/// A trace can be checked again without any one of its edges. If there is no hazard without it, the edge was not
/// needed.
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

/// Something that orders one operation after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edge {
    /// What kind of edge it is.
    pub kind: EdgeKind,
    op: usize,
    /// The index among the operation's edges of this kind.
    index: usize,
}

/// The kinds of edges that can be removed from a [`Trace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EdgeKind {
    /// A command waits for an event on the device.
    Wait,
    /// The host awaits an event before it uses memory.
    ///
    /// An event that the host awaits only to learn whether commands failed is not such an edge. Examples are the end of
    /// a call, after which the call does nothing, and a wait for contents that turn out to be lost, so that they are
    /// not used.
    HostWait,
    /// The host saw that an event is complete: neither it nor its commands wait for it.
    HostSeen,
    /// A slot is released by a call and granted to another.
    HandOver,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Command {
        queue: QueueKey,
        actors: Vec<ActorKey>,
        order: Vec<EventKey>,
        accesses: Vec<Access>,
        doer: Doer,
        event: EventKey,
    },
    Learn(ActorKey, Vec<EventKey>),
    Await(ActorKey, Vec<EventKey>),
    Begin(ActorKey, UseKey, Vec<Access>, Doer),
    BeginIn(ActorKey, UseKey, LockKey, Action, Doer),
    Hold(ActorKey, LockKey, MemoryKey, usize),
    End(ActorKey, UseKey),
    Acquire(ActorKey, LockKey, Turn),
    Release(ActorKey, LockKey, Turn),
    Vouch(LockKey, EventKey),
    Name(MemoryKey, Arc<str>, usize),
    GiveBack(MemoryKey, EventKey),
    Free(ActorKey, MemoryKey, Doer),
    FreeLast(MemoryKey, Doer),
}

/// Writing a trace by hand.
impl Trace {
    /// An empty trace.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty trace for a device to record into. The device numbers its own keys; those made by hand are far above.
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

    /// The host's side of a new call, which is ordered after nothing.
    pub fn actor(&mut self) -> ActorKey {
        ActorKey(self.number())
    }

    /// A new memory. Reports give the resource and the slot.
    pub fn memory(&mut self, resource: &str, slot: usize) -> MemoryKey {
        let memory = MemoryKey(self.number());
        self.ops.push(Op::Name(memory, resource.into(), slot));
        memory
    }

    /// A new slot of a resource, which calls use one after another.
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

    /// A barrier: everything enqueued on `queue` afterwards is ordered after `order`.
    pub fn barrier(&mut self, actor: ActorKey, queue: QueueKey, order: &[EventKey]) -> EventKey {
        self.command(actor, queue, "barrier", order, &[])
    }

    /// `actor` awaits an event.
    pub fn wait(&mut self, actor: ActorKey, event: EventKey) {
        self.ops.push(Op::Await(actor, vec![event]));
    }

    /// The host begins to use memory, on behalf of `actor`.
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

    /// The use ends, on behalf of `actor`.
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

    /// `lock` is granted to `actor`, after the calls that have released it.
    pub fn acquire(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        self.ops.push(Op::Acquire(actor, lock, turn));
    }

    /// `actor` releases `lock`. The next call is ordered after what this one is ordered after. Commands that this one
    /// enqueued may still run.
    pub fn release(&mut self, actor: ActorKey, lock: LockKey, turn: Turn) {
        self.ops.push(Op::Release(actor, lock, turn));
    }

    /// The use of `lock` by `actor` comes to a queue, and a memory of `bytes` bytes is in the slot. If the memory was seen
    /// in another slot before, the host has moved it since: the use knows what the first host use knew that can have done
    /// so.
    pub fn hold(&mut self, actor: ActorKey, lock: LockKey, memory: MemoryKey, bytes: usize) {
        self.ops.push(Op::Hold(actor, lock, memory, bytes));
    }

    /// The host begins to use all that is in a slot, on behalf of `actor`. If it writes, it may move what is there.
    pub fn begin_in(
        &mut self,
        actor: ActorKey,
        name: impl Into<Cow<'static, str>>,
        lock: LockKey,
        action: Action,
    ) -> UseKey {
        let host = UseKey(self.number());
        let doer = by_hand(name, Place::Host);
        self.ops.push(Op::BeginIn(actor, host, lock, action, doer));
        host
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

/// Removing edges.
impl Trace {
    /// All edges that can be removed.
    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (op, it) in self.ops.iter().enumerate() {
            let mut add = |kind, count| {
                edges.extend((0..count).map(|index| Edge { kind, op, index }));
            };
            match it {
                Op::Command { order, .. } => add(EdgeKind::Wait, order.len()),
                Op::Learn(_, events) => add(EdgeKind::HostSeen, events.len()),
                Op::Await(_, events) => add(EdgeKind::HostWait, events.len()),
                Op::Acquire(..) => add(EdgeKind::HandOver, 1),
                _ => {}
            }
        }
        edges
    }

    /// The trace without one of its [`edges`](Trace::edges).
    #[must_use]
    pub fn without(&self, edge: Edge) -> Trace {
        let mut trace = self.clone();
        let events = match (trace.ops.get_mut(edge.op), edge.kind) {
            (Some(Op::Command { order, .. }), EdgeKind::Wait) => Some(order),
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
