//! Memory that is freed.

use super::Single;
use gpu_stages::cpu::hazards::Action::{Read, Write};
use gpu_stages::cpu::hazards::Kind;

pub const PAIRS: &[(&str, Kind, Single)] = &[
    ("a free after a write", Kind::WriteAfterWrite, |p, edge| {
        let written = p.command(0, Write, &[]);
        if edge {
            p.trace.wait(p.actors[0], written);
        }
        p.trace.free(p.actors[0], "free", p.memories[0]);
    }),
    (
        "a free after a read of a part",
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
        "a free after all readers",
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
        "a free after the host's use",
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
            let after = p.enqueue(1, "after", &[written], &[]);
            if edge {
                p.trace.wait(p.actors[0], after);
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
