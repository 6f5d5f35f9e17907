//! The hazard checker compared with all schedules of small random programs.
//!
//! Two accesses are a hazard if and only if some schedule has both under way at once. Ordered accesses never are. For
//! accesses that are not ordered there is such a schedule: it first finishes all that either is ordered after.

mod program;
mod schedules;

use fastrand::Rng;
use gpu_stages::cpu::hazards::{Access, Action, EventKey, Trace, Turn, UseKey};
use program::{BYTES, MEMORIES, Op, Program, SLOTS, Touch, random_moves, random_program, touched};
use schedules::Model;
use std::collections::BTreeSet;

fn checked(program: &Program) -> BTreeSet<(usize, usize)> {
    let mut trace = Trace::new();
    let actors: Vec<_> = (0..3).map(|_| trace.actor()).collect();
    let queues: Vec<_> = (0..3).map(|_| trace.queue()).collect();
    let memories: Vec<_> = (0..MEMORIES).map(|i| trace.memory("m", i)).collect();
    let lock = trace.lock();
    let slots: Vec<_> = (0..SLOTS).map(|_| trace.lock()).collect();
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
            Op::Enter(slot, turn) => trace.acquire(actor, slots[*slot], *turn),
            Op::Leave(entered) => {
                if let Op::Enter(slot, turn) = program[*entered].1 {
                    trace.release(actor, slots[slot], turn);
                }
            }
            Op::CommandIn(slot, queue, order, touch) => {
                trace.hold(actor, slots[*slot], memories[touch.memory], BYTES);
                let order: Vec<_> = order.iter().filter_map(|&it| events[it]).collect();
                let accesses = accesses(std::slice::from_ref(touch));
                let event = trace.command(actor, queues[*queue], name, &order, &accesses);
                events[index] = Some(event);
            }
            Op::BeginIn(slot, touch) => {
                let action = if touch.write {
                    Action::Write
                } else {
                    Action::Read
                };
                uses[index] = Some(trace.begin_in(actor, name, slots[*slot], action));
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
        "reported {found:?}, but only {hazards:?} can happen: {program:?}"
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
        // Not reported, because no command has used the memory in its new slot. Then its move is reported.
        let moves = |c: usize| {
            let is_host = |op: usize| matches!(program[op].1, Op::BeginIn(..));
            is_host(b) && is_host(c) && found.contains(&(a, c))
        };
        assert!(
            (a + 1..b).any(|c| stands_in(c) || moves(c)),
            "{a} and {b} can meet, but only {found:?} were reported: {program:?}"
        );
    }
    !hazards.is_empty()
}

fn check_all(programs: u64, random: fn(&mut Rng) -> Program) {
    let mut hazardous = 0;
    for seed in 0..programs {
        let program = random(&mut Rng::with_seed(seed));
        hazardous += u64::from(check(&program));
    }
    let share = programs / 5..programs * 4 / 5;
    assert!(
        share.contains(&hazardous),
        "{hazardous} of {programs} programs have a hazard: neither kind is rare"
    );
}

#[test]
fn the_checker_agrees_with_all_schedules_of_small_programs() {
    check_all(20_000, random_program);
}

#[test]
fn the_checker_agrees_with_all_schedules_of_programs_that_move_memory() {
    check_all(6_000, random_moves);
}
