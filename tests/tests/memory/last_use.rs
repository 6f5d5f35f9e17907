//! The last handle of a resource is dropped while it is in use: its values live until the last use has ended, and no
//! longer.

use futures::executor::block_on;
use gpu_stages::{Resource, acquire};
use gpu_stages_tests::poll_once;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread;

/// Counted by its clones.
type Value = Arc<()>;

/// A resource of `slots` slots, and a clone of their value that tells whether the slots are still there.
fn resource(slots: usize) -> (Resource<Value>, Value) {
    let value = Arc::new(());
    let ring = Resource::ring((0..slots).map(|_| value.clone()));
    (ring, value)
}

fn is_there(value: &Value) -> bool {
    Arc::strong_count(value) > 1
}

#[test]
fn without_uses_the_values_are_dropped_with_the_last_handle() {
    let (resource, value) = resource(2);
    let again = resource.clone();
    drop(resource);
    assert!(is_there(&value));
    drop(again);
    assert!(!is_there(&value));
}

/// Drops the handle before the use that `acquire` makes.
fn outlasts<U>(acquire: impl FnOnce(&Resource<Value>) -> U) {
    let (resource, value) = resource(2);
    let used = acquire(&resource);
    drop(resource);
    assert!(is_there(&value), "dropped while it was used");
    drop(used);
    assert!(!is_there(&value), "kept without a use");
}

#[test]
fn an_allocation_keeps_the_values() {
    outlasts(|it| it.acquire_read().unwrap());
    outlasts(|it| it.acquire_update().unwrap());
    outlasts(|it| it.acquire_write().unwrap());
}

#[test]
fn a_guard_keeps_the_values() {
    outlasts(|it| block_on(it.acquire_read().unwrap().wait_events()).unwrap());
    outlasts(|it| block_on(it.acquire_update().unwrap().wait_events()).unwrap());
    outlasts(|it| block_on(it.acquire_write().unwrap().wait_events()).unwrap());
}

#[test]
fn several_uses_keep_the_values() {
    outlasts(|it| [it.acquire_read().unwrap(), it.acquire_read().unwrap()]);
    outlasts(|it| acquire((it.writes(), it.updates())).unwrap());
}

#[test]
fn a_version_keeps_the_values_and_so_does_a_use_through_it() {
    outlasts(Resource::pin);
    outlasts(|it| {
        let version = it.pin();
        version.acquire_read().unwrap()
    });
}

#[test]
fn a_waiting_use_keeps_the_values() {
    let (resource, value) = resource(1);
    let first = resource.acquire_update().unwrap();
    let mut second = Box::pin(resource.acquire_update().unwrap().wait_events());
    assert!(poll_once(&mut second).is_pending());
    drop((resource, first));
    assert!(is_there(&value));
    let second = block_on(second).unwrap();
    second.ready();
    assert!(!is_there(&value));
}

#[test]
fn what_is_forgotten_keeps_the_values_for_ever() {
    let (resource, value) = resource(1);
    std::mem::forget(resource.acquire_update().unwrap());
    drop(resource);
    assert!(is_there(&value));
}

#[test]
fn the_last_handle_and_the_last_use_may_be_dropped_at_the_same_time() {
    for round in 0..20_000 {
        let (resource, value) = resource(1 + round % 2);
        let used = resource.acquire_update().unwrap();
        let later = (round % 3 == 0).then(|| resource.acquire_read().unwrap());
        let other = thread::spawn(move || block_on(used.wait_events()).unwrap().ready());
        drop((resource, later));
        other.join().unwrap();
        assert!(!is_there(&value), "round {round}");
    }
}

/// A waker that panics.
struct Grumpy;

impl Wake for Grumpy {
    fn wake(self: Arc<Self>) {
        panic!("not now");
    }
}

#[test]
fn a_handle_is_dropped_although_a_waker_panics() {
    let (resource, value) = resource(1);
    let version = resource.pin();
    let mut writer = Box::pin(resource.acquire_update().unwrap().wait_events());
    let waker = Waker::from(Arc::new(Grumpy));
    let mut context = Context::from_waker(&waker);
    assert!(writer.as_mut().poll(&mut context).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(version))).is_err());
    block_on(writer).unwrap().ready();
    drop(resource);
    assert!(!is_there(&value));
}

#[test]
fn a_use_is_released_although_a_waker_panics() {
    let (resource, value) = resource(1);
    let first = resource.acquire_update().unwrap();
    let mut second = Box::pin(resource.acquire_update().unwrap().wait_events());
    let waker = Waker::from(Arc::new(Grumpy));
    let mut context = Context::from_waker(&waker);
    assert!(second.as_mut().poll(&mut context).is_pending());
    drop(resource);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(first))).is_err());
    block_on(second).unwrap().ready();
    assert!(!is_there(&value));
}
