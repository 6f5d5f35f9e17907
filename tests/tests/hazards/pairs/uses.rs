//! Readers and writers of one memory, frames of commands, and turns on a slot.

use super::{Single, when};
use gpu_stages::cpu::hazards::Action::{Read, Write};
use gpu_stages::cpu::hazards::{Access, Kind, Turn};

pub const PAIRS: &[(&str, Kind, Single)] = &[
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
    ("copy after fill", Kind::ReadAfterWrite, |p, edge| {
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
        "an exclusive turn is ordered after all shared ones",
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
        "a shared turn is ordered after the exclusive one before",
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
];
