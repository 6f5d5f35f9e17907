//! All schedules of a program.

use super::program::{Op, Program};
use gpu_stages::cpu::hazards::Turn;
use std::collections::{BTreeSet, HashSet};

/// One thing that the host of an actor does.
#[derive(Clone, Debug)]
enum Step {
    Enqueue(usize),
    Wait(usize),
    Begin(usize),
    End(usize),
    EnterTurn(usize),
    LeaveTurn(usize),
    Send(usize),
    Receive(usize),
}

/// A program and all of its schedules.
pub struct Model<'a> {
    program: &'a Program,
    steps: Vec<Vec<Step>>,
    seen: HashSet<Vec<u8>>,
    /// The operations that are under way at once in some schedule.
    pub together: BTreeSet<(usize, usize)>,
}

/// Per operation: for commands 1 enqueued, 2 running, 3 over; for others 2 under way, 3 over. Then per actor
/// the number of its next step.
type State = Vec<u8>;

impl<'a> Model<'a> {
    pub fn new(program: &'a Program) -> Self {
        let mut steps = vec![Vec::new(); 3];
        for (index, (actor, op)) in program.iter().enumerate() {
            match op {
                Op::Command(..) | Op::CommandIn(..) => {
                    steps[*actor].push(Step::Enqueue(index));
                }
                Op::Enter(..) => steps[*actor].push(Step::EnterTurn(index)),
                Op::Leave(entered) => steps[*actor].push(Step::LeaveTurn(*entered)),
                Op::Wait(command) => steps[*actor].push(Step::Wait(*command)),
                Op::Begin(_) | Op::BeginIn(..) => steps[*actor].push(Step::Begin(index)),
                Op::End(begun) => steps[*actor].push(Step::End(*begun)),
                Op::Section(..) => steps[*actor].extend([
                    Step::EnterTurn(index),
                    Step::Begin(index),
                    Step::End(index),
                    Step::LeaveTurn(index),
                ]),
                Op::HandOver(to) => {
                    steps[*actor].push(Step::Send(index));
                    steps[*to].push(Step::Receive(index));
                }
                Op::Free(_) => steps[*actor].extend([Step::Begin(index), Step::End(index)]),
            }
        }
        Model {
            program,
            steps,
            seen: HashSet::new(),
            together: BTreeSet::new(),
        }
    }

    pub fn explore(&mut self) {
        let mut open: Vec<State> = vec![vec![0; self.program.len() + self.steps.len()]];
        while let Some(state) = open.pop() {
            if !self.seen.insert(state.clone()) {
                continue;
            }
            let under_way: Vec<_> = (0..self.program.len())
                .filter(|&op| state[op] == 2)
                .collect();
            for (i, &a) in under_way.iter().enumerate() {
                self.together
                    .extend(under_way[i + 1..].iter().map(|&b| (a, b)));
            }
            let before = open.len();
            self.device_steps(&state, &mut open);
            self.host_steps(&state, &mut open);
            let finished = (0..self.steps.len())
                .all(|actor| self.next(&state, actor) == self.steps[actor].len());
            assert!(
                open.len() > before || finished,
                "a program that can hang: {:?}",
                self.program
            );
        }
    }

    fn next(&self, state: &State, actor: usize) -> usize {
        usize::from(state[self.program.len() + actor])
    }

    fn device_steps(&self, state: &State, open: &mut Vec<State>) {
        for (index, (_, op)) in self.program.iter().enumerate() {
            let Some((queue, order)) = enqueued(op) else {
                continue;
            };
            let mut before = self.program[..index].iter().enumerate();
            let in_order = before.all(|(other, (_, op))| {
                enqueued(op).is_none_or(|(on, _)| on != queue) || state[other] == 3
            });
            let ready = in_order && order.iter().all(|&event| state[event] == 3);
            if state[index] == 2 || (state[index] == 1 && ready) {
                let mut next = state.clone();
                next[index] += 1;
                open.push(next);
            }
        }
    }

    fn host_steps(&self, state: &State, open: &mut Vec<State>) {
        for actor in 0..self.steps.len() {
            let Some(step) = self.steps[actor].get(self.next(state, actor)) else {
                continue;
            };
            let mut next = state.clone();
            next[self.program.len() + actor] += 1;
            let goes = match *step {
                Step::Enqueue(op) => {
                    next[op] = 1;
                    true
                }
                Step::Wait(op) => state[op] == 3,
                Step::Begin(op) => {
                    next[op] = 2;
                    true
                }
                Step::End(op) => {
                    next[op] = if self.is_section(op) { 1 } else { 3 };
                    true
                }
                Step::EnterTurn(op) => self.turn_has_come(state, op),
                Step::LeaveTurn(op) | Step::Send(op) => {
                    next[op] = 3;
                    true
                }
                Step::Receive(op) => state[op] == 3,
            };
            if goes {
                open.push(next);
            }
        }
    }

    fn is_section(&self, op: usize) -> bool {
        matches!(self.program[op].1, Op::Section(..))
    }

    fn turn_has_come(&self, state: &State, op: usize) -> bool {
        let Some((own, lock)) = turn(&self.program[op].1) else {
            return true;
        };
        let mut before = self.program[..op].iter().enumerate();
        before.all(|(index, (_, other))| match turn(other) {
            Some((Turn::Shared, _)) if own == Turn::Shared => true,
            Some((_, other)) if other == lock => state[index] == 3,
            _ => true,
        })
    }
}

/// The queue of a command, and what it waits for.
fn enqueued(op: &Op) -> Option<(usize, &[usize])> {
    match op {
        Op::Command(queue, order, _) | Op::CommandIn(_, queue, order, _) => Some((*queue, order)),
        _ => None,
    }
}

/// The turn that an operation waits for, and on which lock: that of a slot, or the only one that is none of a slot.
fn turn(op: &Op) -> Option<(Turn, Option<usize>)> {
    match op {
        Op::Section(turn, _) => Some((*turn, None)),
        Op::Enter(slot, turn) => Some((*turn, Some(*slot))),
        _ => None,
    }
}
