//! What the host awaits, uses and releases.

use super::Case;

pub const PAIRS: &[(&str, Case)] = &[
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
    ("knowledge that is passed on", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.trace.wait(p.actors[0], first);
        if edge {
            p.hand_over(0, 1);
        }
        p.command_of(1, 1, b);
    }),
    ("only what was awaited is passed on", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        if edge {
            p.trace.wait(p.actors[0], first);
        }
        p.hand_over(0, 1);
        p.command_of(1, 1, b);
    }),
    ("two hand-overs", |p, a, b, edge| {
        let first = p.command(0, a, &[]);
        p.trace.wait(p.actors[0], first);
        p.hand_over(0, 1);
        if edge {
            p.hand_over(1, 2);
        }
        p.command_of(2, 1, b);
    }),
    ("the host's use, passed on", |p, a, b, edge| {
        p.host(0, a);
        if edge {
            p.hand_over(0, 1);
        }
        p.command_of(1, 1, b);
    }),
    (
        "the host's use is ordered after the command",
        |p, a, b, edge| {
            let first = p.command(0, a, &[]);
            if edge {
                p.trace.wait(p.actors[0], first);
            }
            p.host(0, b);
        },
    ),
    ("a host's use after another's", |p, a, b, edge| {
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
];
