//! Small random programs.

use fastrand::Rng;
use gpu_stages::cpu::hazards::Turn;
use std::ops::Range;

/// Memories that are used as they are, and then those that are in slots.
pub const MEMORIES: usize = 4;
const FREE: usize = 2;
/// Slots, with one memory in each. The host may swap them.
pub const SLOTS: usize = 2;
pub const BYTES: usize = 4;

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
    /// A turn on a slot begins.
    Enter(usize, Turn),
    /// The turn that began there ends.
    Leave(usize),
    /// A command on this queue inside of a turn on a slot: it waits as `Command` does, and uses what is in the slot.
    CommandIn(usize, usize, Vec<usize>, Touch),
    /// The host uses what is in a slot until the use ends, as `Begin` does.
    BeginIn(usize, Touch),
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
            memory: rng.usize(0..FREE),
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
            19 if index > 2 => Op::Free(rng.usize(0..FREE)),
            _ => Op::HandOver(actor),
        };
        program.push((actor, op));
    }
    for (actor, begun) in open {
        program.push((actor, Op::End(begun)));
    }
    program
}

/// A program whose calls take turns on slots, and whose host swaps what is in them.
pub fn random_moves(rng: &mut Rng) -> Program {
    let (actors, queues) = (rng.usize(1..=3), rng.usize(1..=3));
    let mut slots: [usize; SLOTS] = std::array::from_fn(|slot| FREE + slot);
    let mut program = Program::new();
    let mut commands: Vec<usize> = Vec::new();
    for _ in 0..rng.usize(3..=5) {
        let (actor, at) = (rng.usize(0..actors), rng.usize(0..SLOTS));
        let is_swap = rng.u8(0..3) == 0;
        let write = is_swap || rng.u8(0..4) > 0;
        let turn = if write { Turn::Exclusive } else { Turn::Shared };
        let used: Vec<usize> = if is_swap {
            (0..SLOTS).collect()
        } else {
            vec![at]
        };
        let entered = used.iter().map(|&slot| {
            program.push((actor, Op::Enter(slot, turn)));
            program.len() - 1
        });
        let entered: Vec<usize> = entered.collect();
        let touch = |slot: usize, write| Touch {
            memory: slots[slot],
            bytes: 0..BYTES,
            write,
        };
        if is_swap || rng.u8(0..3) == 0 {
            let waits = commands.iter().filter(|_| rng.bool());
            program.extend(waits.map(|&it| (actor, Op::Wait(it))));
            let begun = program.len();
            program.extend(
                used.iter()
                    .map(|&slot| (actor, Op::BeginIn(slot, touch(slot, write)))),
            );
            program.extend((0..used.len()).map(|it| (actor, Op::End(begun + it))));
        } else {
            let before = commands.iter().copied();
            let order = before.filter(|_| rng.bool()).collect();
            commands.push(program.len());
            let command = Op::CommandIn(at, rng.usize(0..queues), order, touch(at, write));
            program.push((actor, command));
        }
        program.extend(entered.into_iter().map(|it| (actor, Op::Leave(it))));
        if is_swap {
            slots.swap(0, 1);
        }
    }
    program
}

/// What an operation does with memory.
pub fn touched(op: &Op) -> Vec<Touch> {
    match op {
        Op::Command(_, _, touches) | Op::Begin(touches) | Op::Section(_, touches) => {
            touches.clone()
        }
        Op::CommandIn(.., touch) | Op::BeginIn(_, touch) => vec![touch.clone()],
        Op::Free(memory) => vec![Touch {
            memory: *memory,
            bytes: 0..BYTES,
            write: true,
        }],
        _ => Vec::new(),
    }
}
