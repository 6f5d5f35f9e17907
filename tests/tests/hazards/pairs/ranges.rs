//! Ranges of bytes, and memories.

use super::{Case, when};
use gpu_stages::cpu::hazards::{Access, Action::Read};

pub const PAIRS: &[(&str, Case)] = &[
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
    ("a range around two others, after both", |p, a, b, edge| {
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
