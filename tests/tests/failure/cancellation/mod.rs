//! One call is dropped, forgotten, shut down or panics, after each number of polls. All other calls end, with the right
//! data or with an error that names the call that failed.

mod executor;
mod scenes;

use executor::{Outcome, Tasks};
use gpu_stages::cpu::Cpu;
use gpu_stages::{Queue, Result};
use gpu_stages_tests::talk::TestBackend;
use gpu_stages_tests::{Gate, device_buffers};
use scenes::{Chain, Frames, Mixed, Scene, Trap, is_named};

const CALLS: usize = 4;

/// More polls than any of the pipelines takes while its device goes on.
const POLLS: usize = 40;

/// Polls of a call while its device stands still: after these it makes no progress.
const HELD_POLLS: usize = 6;

/// How the victim ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Dropped,
    Forgotten,
    /// Its executor is shut down.
    ShutDown,
}

/// One run: the victim's number, how it ends, and after how many polls.
#[derive(Clone, Copy, Debug)]
struct Case {
    victim: usize,
    ending: Ending,
    polls: usize,
}

/// Ends a call after `polls` polls; whether it was still running.
fn end(case: Case, scene: &dyn Scene, gate: Option<&Gate>) -> bool {
    let calls = (0..CALLS).map(|call| scene.call(call, Trap(None)));
    let mut tasks = Tasks::new(calls);
    let later = case.victim + 1..tasks.len();
    for _ in 0..case.polls {
        if gate.is_none() {
            tasks.poll_when_woken(case.victim);
            scene.settle();
        } else {
            (0..case.victim).for_each(|index| tasks.poll_if_woken(index));
            tasks.poll(case.victim);
            later.clone().for_each(|index| tasks.poll_if_woken(index));
        }
    }
    let Some(job) = tasks.take(case.victim) else {
        tasks.run(|_| false);
        return false;
    };
    match case.ending {
        Ending::Dropped => drop(job),
        Ending::Forgotten => std::mem::forget(job),
        Ending::ShutDown => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let _task = runtime.spawn(job);
            runtime.block_on(tokio::task::yield_now());
            drop(runtime);
        }
    }
    if let Some(gate) = gate {
        gate.open();
    }
    let may_stay = |index: usize| {
        let is_later = index > case.victim && !scene.is_apart(index, case.victim);
        index == case.victim || (is_later && case.ending == Ending::Forgotten)
    };
    tasks.run(may_stay);
    scene.settle();
    let outcomes = tasks.outcomes().into_iter().enumerate();
    check(scene, case.victim, outcomes, &format!("{case:?}"));
    true
}

/// Has the victim panic in stage number `stage`.
fn panic_in(stage: usize, victim: usize, scene: &dyn Scene) {
    let trap = |call| Trap((call == victim).then_some(stage));
    let calls = (0..CALLS).map(|call| scene.call(call, trap(call)));
    let mut tasks = Tasks::new(calls);
    tasks.run(|_| false);
    let outcomes = tasks.outcomes();
    let outcome = outcomes[victim].as_ref();
    assert!(
        outcome.is_some_and(Result::is_err),
        "the trap in stage {stage} did not spring"
    );
    let what = format!("panic of call {victim} in stage {stage}");
    check(scene, victim, outcomes.into_iter().enumerate(), &what);
}

/// Checks the outcomes of all calls but the victim.
fn check(
    scene: &dyn Scene,
    victim: usize,
    outcomes: impl Iterator<Item = (usize, Option<Outcome<Result<f32>>>)>,
    what: &str,
) {
    for (call, outcome) in outcomes.filter(|(call, _)| *call != victim) {
        let missing = usize::from(call > victim);
        match outcome {
            Some(Ok(Ok(value))) => {
                let right = scene.is_right(call, value, missing);
                assert!(right, "{what}: call {call} gives {value}");
            }
            Some(Ok(Err(error))) => {
                let is_reached = scene.is_chained() && call > victim;
                assert!(is_reached, "{what}: call {call}: {error}");
                assert!(is_named(&error), "{what}: call {call}: {error:?}");
            }
            // Checked before: only calls that may wait for ever.
            None => {}
            Some(Err(_)) => panic!("{what}: call {call} panicked"),
        }
    }
}

/// All endings at all polls.
fn explore(scene: impl Fn() -> Box<dyn Scene>) {
    for victim in [0, 1] {
        for ending in [Ending::Dropped, Ending::Forgotten, Ending::ShutDown] {
            let case = |polls| Case {
                victim,
                ending,
                polls,
            };
            let running = (0..POLLS).take_while(|&polls| end(case(polls), &*scene(), None));
            let running = running.count();
            assert!(running > 0, "it has no await");
            assert!(running < POLLS, "it does not end");
        }
        for stage in 0..scene().stages() {
            panic_in(stage, victim, &*scene());
        }
    }
}

/// All endings while the device stands still.
fn explore_held(queues: &[Queue<Cpu>], scene: impl Fn() -> Box<dyn Scene>) {
    for victim in [0, 1] {
        for ending in [Ending::Dropped, Ending::Forgotten, Ending::ShutDown] {
            for polls in 0..HELD_POLLS {
                let (scene, gate) = (scene(), Gate::default());
                hold(&queues[0], &gate);
                end(
                    Case {
                        victim,
                        ending,
                        polls,
                    },
                    &*scene,
                    Some(&gate),
                );
                gate.open();
            }
        }
    }
}

/// Nothing that is enqueued from now on runs before the gate is open.
fn hold(queue: &Queue<Cpu>, gate: &Gate) {
    let data = device_buffers(1, 1);
    let data = data.acquire_write().unwrap();
    let mut data = futures::executor::block_on(data.wait_device(queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *data,)).unwrap();
    data.ready();
}

fn queues<B: TestBackend>(count: usize) -> Vec<Queue<B>> {
    let device = B::device();
    (0..count).map(|_| Queue::new(&device).unwrap()).collect()
}

fn all<B: TestBackend>() {
    for count in [1, 3] {
        let queues = queues::<B>(count);
        for slots in [1, 2] {
            explore(|| Box::new(Frames::new(&queues, slots)));
        }
        explore(|| Box::new(Chain::new(&queues)));
        explore(|| Box::new(Mixed::new(&queues)));
    }
}

#[test]
fn a_call_may_end_at_any_poll_on_cpu() {
    all::<Cpu>();
}

#[cfg(feature = "opencl")]
#[test]
fn a_call_may_end_at_any_poll_on_opencl() {
    all::<gpu_stages::opencl::OpenCl>();
}

#[test]
fn a_call_may_end_while_its_device_stands_still() {
    for count in [1, 3] {
        let queues = queues::<Cpu>(count);
        for slots in [1, 2] {
            explore_held(&queues, || Box::new(Frames::new(&queues, slots)));
        }
        explore_held(&queues, || Box::new(Mixed::new(&queues)));
    }
}
