//! The hazard checker compared with all schedules of small random programs.
//!
//! Two accesses are a hazard if and only if some schedule has both under way at once. Ordered accesses never are. For
//! accesses that are not ordered there is such a schedule: it first finishes all that either is ordered after.

use fastrand::Rng;
use gpu_stages::cpu::hazards::{Access, Action, EventKey, Trace, Turn, UseKey};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

const MEMORIES: usize = 2;
const BYTES: usize = 4;

#[derive(Clone, Debug)]
struct Touch {
    memory: usize,
    bytes: Range<usize>,
    write: bool,
}

#[derive(Clone, Debug)]
enum Op {
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
type Program = Vec<(usize, Op)>;

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

fn random_program(rng: &mut Rng) -> Program {
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
fn touched(op: &Op) -> Vec<Touch> {
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

fn checked(program: &Program) -> BTreeSet<(usize, usize)> {
    let mut trace = Trace::new();
    let actors: Vec<_> = (0..3).map(|_| trace.actor()).collect();
    let queues: Vec<_> = (0..3).map(|_| trace.queue()).collect();
    let memories: Vec<_> = (0..MEMORIES).map(|i| trace.memory("m", i)).collect();
    let lock = trace.lock();
    let mut events: Vec<Option<EventKey>> = vec![None; program.len()];
    let mut uses: Vec<Option<UseKey>> = vec![None; program.len()];
    let accesses = |touches: &[Touch]| -> Vec<Access> {
        let access = |touch: &Touch| {
            let (memory, bytes) = (memories[touch.memory], touch.bytes.clone());
            if touch.write {
                Access::write(memory, bytes)
            } else {
                Access::read(memory, bytes)
            }
        };
        touches.iter().map(access).collect()
    };
    for (index, (actor, op)) in program.iter().enumerate() {
        let (name, actor) = (index.to_string(), actors[*actor]);
        match op {
            Op::Command(queue, order, touches) => {
                let order: Vec<_> = order.iter().filter_map(|&it| events[it]).collect();
                let accesses = accesses(touches);
                let event = trace.command(actor, queues[*queue], name, &order, &accesses);
                events[index] = Some(event);
            }
            Op::Wait(command) => trace.wait(actor, events[*command].unwrap()),
            Op::Begin(touches) => uses[index] = Some(trace.begin(actor, name, &accesses(touches))),
            Op::End(begun) => trace.end(actor, uses[*begun].unwrap()),
            Op::Section(turn, touches) => {
                trace.acquire(actor, lock, *turn);
                trace.access(actor, name, &accesses(touches));
                trace.release(actor, lock, *turn);
            }
            Op::HandOver(to) => {
                let lock = trace.lock();
                trace.release(actor, lock, Turn::Exclusive);
                trace.acquire(actors[*to], lock, Turn::Exclusive);
            }
            Op::Free(memory) => trace.free(actor, name, memories[*memory]),
        }
    }
    let number = |name: &str| name.parse::<usize>().unwrap();
    let pair = |hazard: gpu_stages::cpu::hazards::Hazard| {
        let (earlier, later) = (&hazard.earlier, &hazard.later);
        assert_eq!(
            later.action == Action::Read,
            hazard.kind == gpu_stages::cpu::hazards::Kind::ReadAfterWrite
        );
        (number(&earlier.doer.name), number(&later.doer.name))
    };
    trace.hazards().into_iter().map(pair).collect()
}

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
struct Model<'a> {
    program: &'a Program,
    steps: Vec<Vec<Step>>,
    seen: HashSet<Vec<u8>>,
    together: BTreeSet<(usize, usize)>,
}

/// Per operation: for commands 1 enqueued, 2 running, 3 over; for others 2 under way, 3 over. Then per actor
/// the number of its next step.
type State = Vec<u8>;

impl<'a> Model<'a> {
    fn new(program: &'a Program) -> Self {
        let mut steps = vec![Vec::new(); 3];
        for (index, (actor, op)) in program.iter().enumerate() {
            match op {
                Op::Command(..) => steps[*actor].push(Step::Enqueue(index)),
                Op::Wait(command) => steps[*actor].push(Step::Wait(*command)),
                Op::Begin(_) => steps[*actor].push(Step::Begin(index)),
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

    fn explore(&mut self) {
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
            let Op::Command(queue, order, _) = op else {
                continue;
            };
            let mut before = self.program[..index].iter().enumerate();
            let in_order = before.all(|(other, (_, op))| {
                !matches!(op, Op::Command(on, ..) if on == queue) || state[other] == 3
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
        let Op::Section(own, _) = self.program[op].1 else {
            return true;
        };
        let mut before = self.program[..op].iter().enumerate();
        before.all(|(index, (_, other))| match other {
            Op::Section(Turn::Shared, _) if own == Turn::Shared => true,
            Op::Section(..) => state[index] == 3,
            _ => true,
        })
    }
}

/// Whether two operations conflict, on bytes that `also` touches too.
fn conflict(program: &Program, a: usize, b: usize, also: Option<usize>) -> bool {
    let touches = |op: usize| touched(&program[op].1);
    touches(a).iter().any(|x| {
        touches(b).iter().any(|y| {
            let bytes = x.bytes.start.max(y.bytes.start)..x.bytes.end.min(y.bytes.end);
            let hits = |z: &Touch| {
                z.memory == x.memory && z.bytes.start < bytes.end && bytes.start < z.bytes.end
            };
            x.memory == y.memory
                && (x.write || y.write)
                && bytes.start < bytes.end
                && also.is_none_or(|op| touches(op).iter().any(hits))
        })
    })
}

fn check(program: &Program) -> bool {
    let found = checked(program);
    let mut model = Model::new(program);
    model.explore();
    let together = &model.together;
    let hazards: BTreeSet<_> = together
        .iter()
        .copied()
        .filter(|&(a, b)| conflict(program, a, b, None))
        .collect();
    assert!(
        found.is_subset(&hazards),
        "reported {found:?}, but only {hazards:?} can happen: {program:#?}"
    );
    for &(a, b) in hazards.difference(&found) {
        // Not reported, because the first is ordered before an access between the two.
        let stands_in = |c: usize| {
            a < c
                && c < b
                && !together.contains(&(a, c))
                && hazards.contains(&(c, b))
                && conflict(program, a, b, Some(c))
        };
        assert!(
            (a + 1..b).any(stands_in),
            "{a} and {b} can meet, but only {found:?} were reported: {program:#?}"
        );
    }
    !hazards.is_empty()
}

#[test]
fn the_checker_agrees_with_all_schedules_of_small_programs() {
    let mut hazardous = 0;
    let programs = 20_000;
    for seed in 0..programs {
        let program = random_program(&mut Rng::with_seed(seed));
        hazardous += u64::from(check(&program));
    }
    let share = programs / 5..programs * 4 / 5;
    assert!(
        share.contains(&hazardous),
        "{hazardous} of {programs} programs have a hazard: neither kind is rare"
    );
}
