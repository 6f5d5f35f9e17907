//! Small random programs.

use fastrand::Rng;
use gpu_stages::cpu::hazards::Turn;
use std::ops::Range;

pub const MEMORIES: usize = 2;
const BYTES: usize = 4;

#[derive(Clone, Debug)]
pub struct Touch {
    pub memory: usize,
    pub bytes: Range<usize>,
    pub write: bool,
}

#[derive(Clone, Debug)]
pub enum Op {
    /// The actor enqueues; the command waits for the commands that these operations enqueued.
    Command(usize, Vec<usize>, Vec<Touch>),
    /// Waits for the command of that operation.
    Wait(usize),
    Begin(Vec<Touch>),
    /// Ends the use that began there.
    End(usize),
    /// One use of memory inside of a turn on the only lock.
    Section(Turn, Vec<Touch>),
    /// Another actor learns what this one knows.
    HandOver(usize),
    Free(usize),
}

/// Operations with their actors, in the order in which they were recorded.
pub type Program = Vec<(usize, Op)>;

fn touches(rng: &mut Rng) -> Vec<Touch> {
    let touch = |rng: &mut Rng| {
        let start = rng.usize(0..BYTES);
        Touch {
            memory: rng.usize(0..MEMORIES),
            bytes: start..rng.usize(start + 1..=BYTES),
            write: rng.bool(),
        }
    };
    (0..rng.usize(1..=2)).map(|_| touch(rng)).collect()
}

pub fn random_program(rng: &mut Rng) -> Program {
    let (actors, queues) = (rng.usize(1..=3), rng.usize(1..=3));
    let mut program = Program::new();
    let mut commands = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    for index in 0..rng.usize(2..=7) {
        let actor = rng.usize(0..actors);
        let op = match rng.u8(0..20) {
            0..=9 => {
                let before = commands.iter().copied();
                let order = before.filter(|_| rng.u8(0..3) == 0).collect();
                commands.push(index);
                let touches = if rng.u8(0..6) == 0 {
                    Vec::new()
                } else {
                    touches(rng)
                };
                Op::Command(rng.usize(0..queues), order, touches)
            }
            10..=12 if !commands.is_empty() => Op::Wait(*rng.choice(&commands).unwrap()),
            13..=14 => {
                open.push((actor, index));
                Op::Begin(touches(rng))
            }
            15 if open.iter().any(|(owner, _)| *owner == actor) => {
                let place = open.iter().position(|(owner, _)| *owner == actor);
                Op::End(open.remove(place.unwrap()).1)
            }
            16..=17 => {
                let turn = if rng.bool() {
                    Turn::Shared
                } else {
                    Turn::Exclusive
                };
                Op::Section(turn, touches(rng))
            }
            18 if actors > 1 => Op::HandOver((actor + 1) % actors),
            19 if index > 2 => Op::Free(rng.usize(0..MEMORIES)),
            _ => Op::HandOver(actor),
        };
        program.push((actor, op));
    }
    for (actor, begun) in open {
        program.push((actor, Op::End(begun)));
    }
    program
}

/// What an operation does with memory.
pub fn touched(op: &Op) -> Vec<Touch> {
    match op {
        Op::Command(_, _, touches) | Op::Begin(touches) | Op::Section(_, touches) => {
            touches.clone()
        }
        Op::Free(memory) => vec![Touch {
            memory: *memory,
            bytes: 0..BYTES,
            write: true,
        }],
        _ => Vec::new(),
    }
}
