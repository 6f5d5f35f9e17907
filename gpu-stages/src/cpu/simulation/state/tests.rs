//! What can be done next, when, and in which order.

use super::*;
use crate::backend::{Arguments, Command, Grid, Identity};
use crate::cpu::event::Completion;
use crate::cpu::kernel::Kernel;
use crate::cpu::timing::Cost;

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// A state with this many queues.
fn state(timing: Option<Timing>, queues: usize) -> (SimulationState, Vec<Identity>) {
    let mut state = SimulationState::new(timing);
    let queues: Vec<_> = (0..queues).map(|_| Identity::unique()).collect();
    queues.iter().for_each(|queue| state.open(queue.id));
    (state, queues)
}

/// Enqueues a launch that waits for `order`.
fn launch(state: &mut SimulationState, queue: &Identity, order: &[Event]) -> Event {
    let kernel = Kernel::new("kernel", |_: Grid| {});
    state.push(queue.id, |position| {
        let queued = Queued::take();
        let mut entry = queued.entry();
        entry.command = Command::Launch(kernel, Grid::from(1), Arguments::new());
        entry.order = order.iter().cloned().collect();
        entry.completion = Some(Completion::pending(queue, position, None, 0));
        drop(entry);
        queued
    })
}

/// Takes a command: its queue and its number.
fn take(state: &mut SimulationState, choice: usize) -> Option<(QueueId, Numbered)> {
    match state.take(choice)? {
        Task::Run(queue, numbered) => Some((queue, numbered)),
        Task::Wake(_) => None,
    }
}

/// Runs a command from begin to end; its number.
fn run(state: &mut SimulationState, choice: usize) -> Option<u64> {
    let (queue, Numbered { number, entry }) = take(state, choice)?;
    let completion = entry.entry().completion.take();
    completion.expect("the command has not run").over(Ok(()));
    state.over(queue);
    Some(number)
}

fn wake(state: &mut SimulationState) -> bool {
    matches!(state.take(0), Some(Task::Wake(_)))
}

#[test]
fn a_queue_runs_one_command_at_a_time_in_order() {
    let (mut state, queues) = state(None, 1);
    launch(&mut state, &queues[0], &[]);
    launch(&mut state, &queues[0], &[]);
    let (queue, first) = take(&mut state, 0).expect("the first command can run");
    assert_eq!(first.number, 0);
    assert!(state.ready().is_empty());
    state.over(queue);
    assert_eq!(run(&mut state, 0), Some(1));
    assert_eq!(run(&mut state, 0), None);
}

#[test]
fn a_choice_is_taken_modulo_the_number_of_ready_ones() {
    for (choice, number) in [(0, 0), (1, 1), (2, 0), (usize::MAX, 1)] {
        let (mut state, queues) = state(None, 2);
        launch(&mut state, &queues[0], &[]);
        launch(&mut state, &queues[1], &[]);
        let ready = queues.iter().map(|queue| Ready::Command(queue.id));
        assert_eq!(state.ready(), ready.collect::<Vec<_>>());
        assert_eq!(run(&mut state, choice), Some(number));
    }
}

#[test]
fn a_command_waits_for_the_events_of_its_order() {
    let (mut state, queues) = state(None, 2);
    let first = launch(&mut state, &queues[1], &[]);
    launch(&mut state, &queues[0], &[first]);
    assert_eq!(state.ready(), [Ready::Command(queues[1].id)]);
    assert_eq!(run(&mut state, 0), Some(0));
    assert_eq!(state.ready(), [Ready::Command(queues[0].id)]);
}

#[test]
fn commands_take_their_time_on_engines() {
    for (engines, ends) in [(1, [5, 10]), (2, [5, 5])] {
        let timing = Timing::new().other_kernels(Cost::fixed(ms(5)));
        let (mut state, queues) = state(Some(timing.compute_engines(engines)), 2);
        launch(&mut state, &queues[0], &[]);
        launch(&mut state, &queues[1], &[]);
        for end in ends {
            assert!(run(&mut state, 0).is_some());
            assert_eq!(state.now, ms(end), "{engines} engines");
        }
    }
}

#[test]
fn an_engine_first_runs_what_has_waited_longest() {
    let timing = Timing::new().other_kernels(Cost::fixed(ms(5)));
    let (mut state, queues) = state(Some(timing), 2);
    launch(&mut state, &queues[0], &[]);
    // Enqueued before the third command, but it waits for the engine only once the first is over.
    launch(&mut state, &queues[0], &[]);
    launch(&mut state, &queues[1], &[]);
    let order: Vec<_> = (0..3).map(|_| run(&mut state, 0)).collect();
    assert_eq!(order, [Some(0), Some(2), Some(1)]);
}

#[test]
fn host_works_share_the_threads_in_the_order_in_which_they_were_added() {
    for (threads, ends) in [(1, [3, 5]), (2, [2, 3])] {
        let (mut state, _) = state(Some(Timing::new().host_threads(threads)), 0);
        state.begin_work(ms(3), Waker::noop().clone());
        state.begin_work(ms(2), Waker::noop().clone());
        for end in ends {
            assert!(wake(&mut state));
            assert_eq!(state.now, ms(end), "{threads} threads");
        }
        assert!(!wake(&mut state));
    }
}

#[test]
fn a_work_that_is_given_up_takes_no_time() {
    let (mut state, _) = state(None, 0);
    let key = state.begin_work(ms(3), Waker::noop().clone());
    assert!(state.wait_for_work(key, Waker::noop().clone()).is_ok());
    assert!(state.end_work(key).is_some());
    assert!(!wake(&mut state));
    assert_eq!(state.now, Duration::ZERO);
    assert!(state.wait_for_work(key, Waker::noop().clone()).is_err());
}

#[test]
fn a_closed_queue_is_removed_when_all_of_its_commands_have_run() {
    let (mut state, queues) = state(None, 2);
    launch(&mut state, &queues[0], &[]);
    state.close(queues[0].id);
    state.close(queues[1].id);
    assert_eq!(state.queues.len(), 1);
    let (queue, _) = take(&mut state, 0).expect("the command can run");
    state.close(queues[0].id);
    assert_eq!(state.queues.len(), 1);
    state.over(queue);
    assert!(state.queues.is_empty());
}
