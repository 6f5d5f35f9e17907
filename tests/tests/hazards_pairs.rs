//! Pairs of programs for the hazard checker: one with a hazard, and its twin with one edge more and none.

use gpu_stages::cpu::hazards::{
    Access, Action, ActorKey, EventKey, Hazard, Kind, LockKey, MemoryKey, QueueKey, Trace, Turn,
};
use std::ops::Range;

/// A trace, with a few of everything.
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

    /// An actor enqueues a command of its own.
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

/// Each of these is a pair for every kind of hazard.
const ORDERS: &[(&str, Case)] = &[
    ("a wait for the command", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.command(1, b, &when(edge, first));
    }),
    ("one queue instead of two", |p, a, b, edge| {
        p.command(0, a, &[]);
        p.command(usize::from(!edge), b, &[]);
    }),
    ("a marker behind, which is waited for", |p, a, b, edge| {
        p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[0]);
        let marker = p.trace.marker(actor, queue);
        p.command(1, b, &when(edge, marker));
    }),
    ("a marker on the right queue", |p, a, b, edge| {
        p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[if edge { 0 } else { 2 }]);
        let marker = p.trace.marker(actor, queue);
        p.command(1, b, &[marker]);
    }),
    ("a marker behind and not before", |p, a, b, edge| {
        let (actor, queue) = (p.actors[0], p.queues[0]);
        let before = p.trace.marker(actor, queue);
        p.command(0, a, &[]);
        let behind = p.trace.marker(actor, queue);
        p.command(1, b, &[if edge { behind } else { before }]);
    }),
    ("a barrier before", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[1]);
        p.trace.barrier(actor, queue, &when(edge, first));
        p.command(1, b, &[]);
    }),
    ("a barrier before and not behind", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[1]);
        if !edge {
            p.command(1, b, &[]);
        }
        p.trace.barrier(actor, queue, &[first]);
        if edge {
            p.command(1, b, &[]);
        }
    }),
    ("a chain over a third queue", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        let between = p.enqueue(2, "between", &when(edge, first), &[]);
        p.command(1, b, &[between]);
    }),
    ("marker, chain and barrier", |p, a, b, edge| {
        p.command(0, a, &[]);
        let actor = p.actors[0];
        let [first, second, third] = p.queues;
        let marker = p.trace.marker(actor, first);
        p.trace.barrier(actor, third, &[marker]);
        let marker = p.trace.marker(actor, third);
        p.trace.barrier(actor, second, &when(edge, marker));
        p.command(1, b, &[]);
    }),
    ("an earlier wait of the queue", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.enqueue(1, "other", &when(edge, first), &[]);
        p.enqueue(1, "another", &[], &[]);
        p.command(1, b, &[]);
    }),
    ("a newer command of the queue", |p, a, b, edge| {
        let older = p.enqueue(0, "older", &[], &[]);
        p.command(0, a, &[]);
        let newer = p.enqueue(0, "newer", &[], &[]);
        p.command(1, b, &[if edge { newer } else { older }]);
    }),
    ("a wait of the host between", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        if edge {
            p.trace.wait(p.actors[0], first);
        }
        p.command(1, b, &[]);
    }),
    ("the enqueuing call knows, not another", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.trace.wait(p.actors[usize::from(edge)], first);
        p.command_of(1, 1, b);
    }),
    ("knowledge that is handed over", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.trace.wait(p.actors[0], first);
        if edge {
            p.hand_over(0, 1);
        }
        p.command_of(1, 1, b);
    }),
    (
        "a hand-over hands over what was awaited only",
        |p, a, b, edge| {
            let first = p.command(0, a, &[]);
            if edge {
                p.trace.wait(p.actors[0], first);
            }
            p.hand_over(0, 1);
            p.command_of(1, 1, b);
        },
    ),
    ("two hand-overs", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.trace.wait(p.actors[0], first);
        p.hand_over(0, 1);
        if edge {
            p.hand_over(1, 2);
        }
        p.command_of(2, 1, b);
    }),
    ("the host's use, handed over", |p, a, b, edge| {
        p.host(0, a);
        if edge {
            p.hand_over(0, 1);
        }
        p.command_of(1, 1, b);
    }),
    ("the host's use is behind the command", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        if edge {
            p.trace.wait(p.actors[0], first);
        }
        p.host(0, b);
    }),
    ("a host's use behind another's", |p, a, b, edge| {
        p.host(0, a);
        if edge {
            p.hand_over(0, 1);
        }
        p.host(1, b);
    }),
    (
        "a command enqueued after the host's use, not during",
        |p, a, b, edge| {
            let access = p.access(a, 0..64);
            let host = p.trace.begin(p.actors[0], "host", &[access]);
            if edge {
                p.trace.end(p.actors[0], host);
            }
            p.command(0, b, &[]);
            if !edge {
                p.trace.end(p.actors[0], host);
            }
        },
    ),
    ("the host waits for a marker", |p, a, b, edge| {
        p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[if edge { 0 } else { 1 }]);
        let marker = p.trace.marker(actor, queue);
        p.trace.wait(actor, marker);
        p.host(0, b);
    }),
    (
        "double-buffering: the third frame waits for the first",
        |p, a, b, edge| {
            let first = p.command(0, a, &[]);
            let other = Access::write(p.memories[1], 0..64);
            p.enqueue(0, "second frame", &[], &[other]);
            p.command(1, b, &when(edge, first));
        },
    ),
    ("ranges that overlap by one byte", |p, a, b, edge| {
        let (left, right) = (p.access(a, 0..33 - usize::from(edge)), p.access(b, 32..64));
        p.enqueue(0, "left", &[], &[left]);
        p.enqueue(1, "right", &[], &[right]);
    }),
    ("the right one before the left one", |p, a, b, edge| {
        let (left, right) = (p.access(b, 0..33 - usize::from(edge)), p.access(a, 32..64));
        p.enqueue(0, "right", &[], &[right]);
        p.enqueue(1, "left", &[], &[left]);
    }),
    ("a range inside of another", |p, a, b, edge| {
        let (outer, inner) = (p.access(a, 0..64), p.access(b, 16..24));
        let first = p.enqueue(0, "outer", &[], &[outer]);
        p.enqueue(1, "inner", &when(edge, first), &[inner]);
    }),
    ("a range around two others, behind both", |p, a, b, edge| {
        let (left, right, outer) = (p.access(a, 8..16), p.access(a, 24..32), p.access(b, 0..64));
        let first = p.enqueue(0, "left", &[], &[left]);
        let second = p.enqueue(2, "right", &[], &[right]);
        let order = if edge {
            vec![first, second]
        } else {
            vec![first]
        };
        p.enqueue(1, "outer", &order, &[outer]);
    }),
    (
        "the second of two ranges of one command",
        |p, a, b, edge| {
            let ranges = [p.access(a, 0..8), p.access(a, 56..64)];
            let first = p.enqueue(0, "two", &[], &ranges);
            let other = p.access(b, 60..62);
            p.enqueue(1, "inside the second", &when(edge, first), &[other]);
        },
    ),
    ("another memory", |p, a, b, edge| {
        p.command(0, a, &[]);
        let access = match b {
            Read => Access::read(p.memories[usize::from(edge)], 0..64),
            _ => Access::write(p.memories[usize::from(edge)], 0..64),
        };
        p.enqueue(1, "other", &[], &[access]);
    }),
];

/// A program; with the edge if asked.
type Single = fn(&mut Program, bool);

/// Pairs of one kind.
const SINGLES: &[(&str, Kind, Single)] = &[
    (
        "two reads are none, a write among them is one",
        Kind::WriteAfterRead,
        |p, edge| {
            p.command(0, Read, &[]);
            p.command(1, if edge { Read } else { Write }, &[]);
        },
    ),
    (
        "a writer waits for all readers",
        Kind::WriteAfterRead,
        |p, edge| {
            let readers = [p.command(0, Read, &[]), p.command(1, Read, &[])];
            let order = if edge { &readers[..] } else { &readers[1..] };
            p.command(2, Write, order);
        },
    ),
    (
        "a writer waits for all readers, not only for the writer before",
        Kind::WriteAfterRead,
        |p, edge| {
            let written = p.command(0, Write, &[]);
            let read = p.command(1, Read, &[written]);
            p.command(2, Write, &[if edge { read } else { written }]);
        },
    ),
    (
        "upload, launch, download: the first wait",
        Kind::ReadAfterWrite,
        |p, edge| {
            let (a, b) = (p.memories[0], p.memories[1]);
            let up = p.enqueue(0, "upload", &[], &[Access::write(a, 0..64)]);
            let uses = [Access::read(a, 0..64), Access::write(b, 0..64)];
            let launch = p.enqueue(1, "launch", &when(edge, up), &uses);
            p.enqueue(2, "download", &[launch], &[Access::read(b, 0..64)]);
        },
    ),
    (
        "upload, launch, download: the second wait",
        Kind::ReadAfterWrite,
        |p, edge| {
            let (a, b) = (p.memories[0], p.memories[1]);
            let up = p.enqueue(0, "upload", &[], &[Access::write(a, 0..64)]);
            let uses = [Access::read(a, 0..64), Access::write(b, 0..64)];
            let launch = p.enqueue(1, "launch", &[up], &uses);
            p.enqueue(
                2,
                "download",
                &when(edge, launch),
                &[Access::read(b, 0..64)],
            );
        },
    ),
    (
        "the next frame's upload waits for this frame's launch",
        Kind::WriteAfterRead,
        |p, edge| {
            let (a, b) = (p.memories[0], p.memories[1]);
            let up = p.enqueue(0, "upload", &[], &[Access::write(a, 0..64)]);
            let uses = [Access::read(a, 0..64), Access::write(b, 0..64)];
            let launch = p.enqueue(1, "launch", &[up], &uses);
            p.enqueue(
                0,
                "next upload",
                &when(edge, launch),
                &[Access::write(a, 0..64)],
            );
        },
    ),
    ("copy behind fill", Kind::ReadAfterWrite, |p, edge| {
        let (a, b) = (p.memories[0], p.memories[1]);
        let fill = p.enqueue(0, "fill", &[], &[Access::write(a, 0..64)]);
        let uses = [Access::read(a, 0..64), Access::write(b, 0..64)];
        p.enqueue(1, "copy", &when(edge, fill), &uses);
    }),
    (
        "shared turns are not ordered among themselves",
        Kind::WriteAfterWrite,
        |p, edge| {
            let turn = if edge { Turn::Exclusive } else { Turn::Shared };
            for actor in [0, 1] {
                p.trace.acquire(p.actors[actor], p.lock, turn);
                p.host(actor, Write);
                p.trace.release(p.actors[actor], p.lock, turn);
            }
        },
    ),
    (
        "an exclusive turn is behind all shared ones",
        Kind::WriteAfterRead,
        |p, edge| {
            for actor in [0, 1] {
                p.trace.acquire(p.actors[actor], p.lock, Turn::Shared);
                p.host(actor, Read);
                if actor == 0 || edge {
                    p.trace.release(p.actors[actor], p.lock, Turn::Shared);
                }
            }
            p.trace.acquire(p.actors[2], p.lock, Turn::Exclusive);
            p.host(2, Write);
        },
    ),
    (
        "a shared turn is behind the exclusive one before",
        Kind::ReadAfterWrite,
        |p, edge| {
            p.host(0, Write);
            if edge {
                p.trace.release(p.actors[0], p.lock, Turn::Exclusive);
            }
            p.trace.acquire(p.actors[1], p.lock, Turn::Shared);
            p.host(1, Read);
        },
    ),
    ("a free behind a write", Kind::WriteAfterWrite, |p, edge| {
        let written = p.command(0, Write, &[]);
        if edge {
            p.trace.wait(p.actors[0], written);
        }
        p.trace.free(p.actors[0], "free", p.memories[0]);
    }),
    (
        "a free behind a read of a part",
        Kind::WriteAfterRead,
        |p, edge| {
            let part = p.access(Read, 8..9);
            let read = p.enqueue(0, "read", &[], &[part]);
            if edge {
                p.trace.wait(p.actors[0], read);
            }
            p.trace.free(p.actors[0], "free", p.memories[0]);
        },
    ),
    (
        "a free behind all readers",
        Kind::WriteAfterRead,
        |p, edge| {
            let readers = [p.command(0, Read, &[]), p.command(1, Read, &[])];
            p.trace.wait(p.actors[0], readers[0]);
            if edge {
                p.trace.wait(p.actors[0], readers[1]);
            }
            p.trace.free(p.actors[0], "free", p.memories[0]);
        },
    ),
    (
        "a free behind the host's use",
        Kind::WriteAfterRead,
        |p, edge| {
            p.host(0, Read);
            if edge {
                p.hand_over(0, 1);
            }
            p.trace.free(p.actors[1], "free", p.memories[0]);
        },
    ),
    (
        "a free that a queue has waited for, but not the host",
        Kind::WriteAfterWrite,
        |p, edge| {
            let written = p.command(0, Write, &[]);
            let behind = p.enqueue(1, "behind", &[written], &[]);
            if edge {
                p.trace.wait(p.actors[0], behind);
            }
            p.trace.free(p.actors[0], "free", p.memories[0]);
        },
    ),
    (
        "a free of another memory",
        Kind::WriteAfterWrite,
        |p, edge| {
            p.command(0, Write, &[]);
            p.trace
                .free(p.actors[0], "free", p.memories[usize::from(edge)]);
        },
    ),
    ("a use after a free", Kind::ReadAfterWrite, |p, edge| {
        if !edge {
            p.trace.free(p.actors[0], "free", p.memories[0]);
        }
        p.command_of(1, 0, Read);
    }),
];

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
    for (name, case) in ORDERS {
        for (kind, earlier, later) in KINDS {
            check(name, kind, |program, edge| {
                case(program, earlier, later, edge)
            });
            pairs += 1;
        }
    }
    for (name, kind, case) in SINGLES {
        check(name, *kind, case);
        pairs += 1;
    }
    assert_eq!(pairs, 28 * 3 + 17);
}
