//! Pairs of programs for the hazard checker: one with a hazard, and its twin with one edge more and no hazard.

mod frees;
mod host;
mod queues;
mod ranges;
mod uses;

use gpu_stages::cpu::hazards::{
    Access, Action, ActorKey, EventKey, Hazard, Kind, LockKey, MemoryKey, QueueKey, Trace, Turn,
};
use std::ops::Range;

/// A trace with a few actors, queues and memories.
struct Program {
    trace: Trace,
    queues: [QueueKey; 3],
    actors: [ActorKey; 3],
    memories: [MemoryKey; 2],
    lock: LockKey,
}

use Action::{Read, Write};

impl Program {
    fn new() -> Self {
        let mut trace = Trace::new();
        Program {
            queues: std::array::from_fn(|_| trace.queue()),
            actors: std::array::from_fn(|_| trace.actor()),
            memories: std::array::from_fn(|slot| trace.memory("buffer", slot)),
            lock: trace.lock(),
            trace,
        }
    }

    fn access(&self, action: Action, bytes: Range<usize>) -> Access {
        match action {
            Read => Access::read(self.memories[0], bytes),
            _ => Access::write(self.memories[0], bytes),
        }
    }

    /// The first actor enqueues a command with these accesses.
    fn enqueue(
        &mut self,
        queue: usize,
        name: &'static str,
        order: &[EventKey],
        accesses: &[Access],
    ) -> EventKey {
        let (actor, queue) = (self.actors[0], self.queues[queue]);
        self.trace.command(actor, queue, name, order, accesses)
    }

    fn command(&mut self, queue: usize, action: Action, order: &[EventKey]) -> EventKey {
        let access = self.access(action, 0..64);
        self.enqueue(queue, "command", order, &[access])
    }

    /// An actor enqueues a command.
    fn command_of(&mut self, actor: usize, queue: usize, action: Action) -> EventKey {
        let access = self.access(action, 0..64);
        let (actor, queue) = (self.actors[actor], self.queues[queue]);
        self.trace.command(actor, queue, "command", &[], &[access])
    }

    fn host(&mut self, actor: usize, action: Action) {
        let access = self.access(action, 0..64);
        self.trace.access(self.actors[actor], "host", &[access]);
    }

    fn hand_over(&mut self, from: usize, to: usize) {
        self.trace
            .release(self.actors[from], self.lock, Turn::Exclusive);
        self.trace
            .acquire(self.actors[to], self.lock, Turn::Exclusive);
    }
}

const KINDS: [(Kind, Action, Action); 3] = [
    (Kind::ReadAfterWrite, Write, Read),
    (Kind::WriteAfterRead, Read, Write),
    (Kind::WriteAfterWrite, Write, Write),
];

/// `when(edge, event)`: what a command waits for with and without the edge.
fn when(edge: bool, event: EventKey) -> Vec<EventKey> {
    if edge { vec![event] } else { Vec::new() }
}

/// Writes a program with two accesses of these kinds; with the edge if asked.
type Case = fn(&mut Program, Action, Action, bool);

/// A program; with the edge if asked.
type Single = fn(&mut Program, bool);

fn hazards(case: impl Fn(&mut Program)) -> Vec<Hazard> {
    let mut program = Program::new();
    case(&mut program);
    program.trace.hazards()
}

/// The program without the edge has exactly one hazard, of this kind; its twin has none.
fn check(name: &str, kind: Kind, case: impl Fn(&mut Program, bool)) {
    let found = hazards(|program| case(program, false));
    let [hazard] = found.as_slice() else {
        panic!("{name}, {kind}: {found:#?}");
    };
    assert_eq!(hazard.kind, kind, "{name}: {hazard}");
    assert!(hazard.to_string().contains("`buffer`["));
    let found = hazards(|program| case(program, true));
    assert!(
        found.is_empty(),
        "{name}, {kind}, with the edge: {found:#?}"
    );
}

#[test]
fn each_program_has_a_hazard_and_its_twin_has_none() {
    let mut pairs = 0;
    // Each of these is a pair for every kind of hazard.
    for (name, case) in [queues::PAIRS, host::PAIRS, ranges::PAIRS].concat() {
        for (kind, earlier, later) in KINDS {
            check(name, kind, |program, edge| {
                case(program, earlier, later, edge)
            });
            pairs += 1;
        }
    }
    for (name, kind, case) in [uses::PAIRS, frees::PAIRS].concat() {
        check(name, kind, case);
        pairs += 1;
    }
    assert_eq!(pairs, 28 * 3 + 17);
}
