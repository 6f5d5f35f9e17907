//! Commands, and what orders them on devices: queues, wait lists, markers, barriers.

use super::{Case, when};
use gpu_stages::cpu::hazards::Access;

pub const PAIRS: &[(&str, Case)] = &[
    ("a wait for the command", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.command(1, b, &when(edge, first));
    }),
    ("one queue instead of two", |p, a, b, edge| {
        p.command(0, a, &[]);
        p.command(usize::from(!edge), b, &[]);
    }),
    (
        "a marker after the command, which is waited for",
        |p, a, b, edge| {
            p.command(0, a, &[]);
            let (actor, queue) = (p.actors[0], p.queues[0]);
            let marker = p.trace.marker(actor, queue);
            p.command(1, b, &when(edge, marker));
        },
    ),
    ("a marker on the right queue", |p, a, b, edge| {
        p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[if edge { 0 } else { 2 }]);
        let marker = p.trace.marker(actor, queue);
        p.command(1, b, &[marker]);
    }),
    (
        "a marker after the command and not before",
        |p, a, b, edge| {
            let (actor, queue) = (p.actors[0], p.queues[0]);
            let before = p.trace.marker(actor, queue);
            p.command(0, a, &[]);
            let after = p.trace.marker(actor, queue);
            p.command(1, b, &[if edge { after } else { before }]);
        },
    ),
    ("a barrier before", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        let (actor, queue) = (p.actors[0], p.queues[1]);
        p.trace.barrier(actor, queue, &when(edge, first));
        p.command(1, b, &[]);
    }),
    (
        "a barrier before the command and not after",
        |p, a, b, edge| {
            let first = p.command(0, a, &[]);
            let (actor, queue) = (p.actors[0], p.queues[1]);
            if !edge {
                p.command(1, b, &[]);
            }
            p.trace.barrier(actor, queue, &[first]);
            if edge {
                p.command(1, b, &[]);
            }
        },
    ),
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
    (
        "double-buffering: the third frame waits for the first",
        |p, a, b, edge| {
            let first = p.command(0, a, &[]);
            let other = Access::write(p.memories[1], 0..64);
            p.enqueue(0, "second frame", &[], &[other]);
            p.command(1, b, &when(edge, first));
        },
    ),
];
