//! A completion that ends while a task begins to wait for it, goes on waiting, or gives up its wait.

use super::completion::{COMPLETE, Completion};
use crate::error::Failure;
use crate::models::small::{STUCK, UNORDERED, Watched, check, finds};
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::sync::elision::necessary;
use crate::sync::event::{CommandName, Erased, Event, EventSource, Events, Status, WaitKey};
use crate::util::panics::wake_all;
use crate::util::pool::{Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Arc, Ordering, StaticU64, lock};
use loom::future::block_on;
use loom::thread;
use std::pin::pin;
use std::task::{Context, Waker};

/// A completion, or one with a bug.
trait Ends: EventSource {
    fn over(&self, result: Result<(), Arc<Failure>>);
}

impl Ends for Completion {
    fn over(&self, result: Result<(), Arc<Failure>>) {
        self.over(result);
    }
}

fn completion() -> Pooled<Completion> {
    Pooled::<Completion>::take()
}

/// A command writes and ends; two tasks wait for it, one of them on a thread of its own, and read.
fn waited_for<T: Ends>(new: fn() -> Pooled<T>, result: fn() -> Result<(), Arc<Failure>>) {
    let value = Arc::new(Watched::new());
    let completion = new();
    let event = Event::from(completion.clone());
    let device = {
        let value = value.clone();
        thread::spawn(move || {
            value.write(1);
            completion.over(result());
        })
    };
    let read = move |event: &Event, value: &Watched| {
        let ended = block_on(event.wait());
        assert_eq!(ended.is_ok(), result().is_ok());
        assert_eq!(value.read(), [1]);
    };
    let other = {
        let (event, value) = (event.clone(), value.clone());
        thread::spawn(move || read(&event, &value))
    };
    read(&event, &value);
    device.join().unwrap();
    other.join().unwrap();
}

fn fails() -> Result<(), Arc<Failure>> {
    Err(Arc::new(Failure::new(None, "broken".to_owned())))
}

#[test]
fn a_waiting_task_is_woken_and_sees_what_was_written() {
    check(3, || waited_for(completion, || Ok(())));
}

#[test]
fn a_waiting_task_sees_a_failure() {
    check(3, || waited_for(completion, fails));
}

#[test]
fn twin_does_not_look_again() {
    finds(STUCK, || waited_for(Twin::not_looking_again, || Ok(())));
}

#[test]
fn twin_ends_relaxed() {
    finds(UNORDERED, || waited_for(Twin::ending_relaxed, || Ok(())));
}

/// A command ends while one of two waits is given up.
fn given_up<T: Ends>(new: fn() -> Pooled<T>) {
    let completion = new();
    let event = Event::from(completion.clone());
    let device = thread::spawn(move || completion.over(Ok(())));
    let other = {
        let event = event.clone();
        thread::spawn(move || block_on(event.wait()).unwrap())
    };
    {
        let mut wait = pin!(event.wait());
        let mut context = Context::from_waker(Waker::noop());
        // Given up at the end of the block, ready or not.
        let _ = wait.as_mut().poll(&mut context);
    }
    assert!(block_on(event.wait()).is_ok());
    device.join().unwrap();
    other.join().unwrap();
}

#[test]
fn giving_up_a_wait_takes_nothing_from_the_others() {
    check(3, || given_up(completion));
}

#[test]
fn twin_gives_up_the_wait_of_another() {
    finds(STUCK, || given_up(Twin::giving_up_others));
}

/// A wait goes from one task to another while the command ends.
fn moved<T: Ends>(new: fn() -> Pooled<T>) {
    let completion = new();
    let event = Event::from(completion.clone());
    let device = thread::spawn(move || completion.over(Ok(())));
    let mut wait = pin!(event.wait());
    let mut first = Context::from_waker(Waker::noop());
    if wait.as_mut().poll(&mut first).is_pending() {
        block_on(wait).unwrap();
    }
    device.join().unwrap();
}

#[test]
fn the_task_that_polled_a_wait_last_is_woken() {
    check(8, || moved(completion));
}

#[test]
fn twin_keeps_the_first_waker() {
    finds(STUCK, || moved(Twin::keeping_the_first_waker));
}

/// The last handles of a command's event are dropped, and its record serves another command.
fn used_again<T: Ends>(new: fn() -> Pooled<T>) {
    let first = new();
    let event = Event::from(first.clone());
    let device = thread::spawn(move || {
        first.over(Ok(()));
        drop(first);
        new()
    });
    let waiter = thread::spawn(move || block_on(event.wait()).unwrap());
    let second = device.join().unwrap();
    assert!(Event::from(second.clone()).is_pending());
    waiter.join().unwrap();
    assert!(Event::from(second).is_pending());
}

#[test]
fn a_record_that_serves_again_is_pending() {
    check(6, || used_again(completion));
}

#[test]
fn twin_serves_again_as_it_was() {
    finds("assertion", || used_again(Twin::left_as_it_was));
}

/// Two commands end one after the other while a thread looks which of them to wait for, the first one first.
fn asked_about(necessary: fn(&Knowledge, &[Event]) -> Events) {
    let commands = [completion(), completion()];
    let events = commands.clone().map(Event::from);
    let device = thread::spawn(move || commands.iter().for_each(|command| command.over(Ok(()))));
    let waits = necessary(&Knowledge::fresh(), &events);
    let waits_for = |event: &Event| waits.iter().any(|wait| wait.is(event));
    // When the second is over, so is the first.
    assert!(waits_for(&events[1]) || !waits_for(&events[0]));
    device.join().unwrap();
}

#[test]
fn what_is_known_to_be_over_is_not_waited_for() {
    check(3, || {
        asked_about(|known, events| necessary(known, events, |_| {}))
    });
}

#[test]
fn twin_looks_once() {
    let pending = |_: &Knowledge, events: &[Event]| -> Events {
        let pending = events.iter().filter(|event| event.is_pending());
        pending.cloned().collect()
    };
    finds("assertion", move || asked_about(pending));
}

/// A completion with one bug.
#[derive(Debug)]
struct Twin {
    real: Completion,
    bug: StaticU64,
}

const NO_SECOND_LOOK: u64 = 1;
const RELAXED: u64 = 2;
const OTHERS_WAIT: u64 = 3;
const LEFT_AS_IT_WAS: u64 = 4;
const FIRST_WAKER: u64 = 5;

static_pool!(TWINS: Twin);

impl Twin {
    fn with(bug: u64) -> Pooled<Twin> {
        let twin = Pooled::<Twin>::take();
        twin.bug.store(bug, Ordering::Relaxed);
        twin
    }

    fn not_looking_again() -> Pooled<Twin> {
        Twin::with(NO_SECOND_LOOK)
    }

    fn ending_relaxed() -> Pooled<Twin> {
        Twin::with(RELAXED)
    }

    fn giving_up_others() -> Pooled<Twin> {
        Twin::with(OTHERS_WAIT)
    }

    fn left_as_it_was() -> Pooled<Twin> {
        Twin::with(LEFT_AS_IT_WAS)
    }

    fn keeping_the_first_waker() -> Pooled<Twin> {
        Twin::with(FIRST_WAKER)
    }

    fn has(&self, bug: u64) -> bool {
        self.bug.load(Ordering::Relaxed) == bug
    }

    fn register_keeping_the_first(&self, key: WaitKey, waker: &Waker) -> bool {
        let waker = waker.clone();
        let mut rest = lock(&self.real.rest);
        if self.real.is_noted_over() {
            return false;
        }
        let first = rest.wakers.keep(key, waker);
        let later = first.and_then(|first| rest.wakers.keep(key, first));
        drop(rest);
        drop(later);
        true
    }
}

impl Ends for Twin {
    fn over(&self, result: Result<(), Arc<Failure>>) {
        if self.has(RELAXED) {
            let wakers = lock(&self.real.rest).wakers.take();
            self.real.state.store(COMPLETE, Ordering::Relaxed);
            wake_all(wakers);
        } else {
            self.real.over(result);
        }
    }
}

impl Recycle for Twin {
    type Object = dyn Erased;

    fn pool() -> &'static Pool<Self> {
        &TWINS
    }

    fn fresh() -> Self {
        Twin {
            real: Completion::fresh(),
            bug: StaticU64::new(0),
        }
    }

    fn recycle(&self) {
        if !self.has(LEFT_AS_IT_WAS) {
            self.real.recycle();
        }
    }
}

impl EventSource for Twin {
    fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        if self.has(FIRST_WAKER) {
            return self.register_keeping_the_first(key, waker);
        }
        if self.has(NO_SECOND_LOOK) {
            drop(lock(&self.real.rest).wakers.keep(key, waker.clone()));
            return true;
        }
        self.real.register(key, waker)
    }

    fn unregister(&self, key: WaitKey) {
        if self.has(OTHERS_WAIT) {
            let _ = lock(&self.real.rest).wakers.take();
        } else {
            self.real.unregister(key);
        }
    }

    fn queue(&self) -> QueueId {
        self.real.queue()
    }

    fn position(&self) -> Position {
        self.real.position()
    }

    fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        self.real.knowledge()
    }

    fn status(&self) -> Status {
        self.real.status()
    }

    fn known(&self) -> Status {
        self.real.known()
    }

    fn is_noted_over(&self) -> bool {
        self.real.is_noted_over()
    }

    fn is_noted_good(&self) -> bool {
        self.real.is_noted_good()
    }

    fn command(&self) -> CommandName {
        CommandName::default()
    }

    fn announce(&self) {}
}
