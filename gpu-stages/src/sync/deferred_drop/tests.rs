//! When values are dropped, and by which thread.

use super::*;
use crate::cpu::{Device, DeviceBuffer, Kernel, Queue, Simulation};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Tells, when it is dropped, on which thread.
struct Tells(Sender<ThreadId>);

impl Drop for Tells {
    fn drop(&mut self) {
        let _ = self.0.send(current().id());
    }
}

/// A queue that stands still until the sender is dropped, and an event on it.
fn held() -> (Queue, Event, Sender<()>) {
    let (go, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let device = Device::new();
    let queue = Queue::new(&device).unwrap();
    let hold = Kernel::new("hold", move |_: &mut [u8]| {
        let _ = lock(&wait).recv();
    });
    let data = crate::Resource::new(DeviceBuffer::<u8>::new(&device, 1).unwrap());
    let update = data.acquire_update().unwrap();
    let mut guard = futures::executor::block_on(update.wait_device(&queue)).unwrap();
    queue.launch(&hold, 1, (&mut *guard,)).unwrap();
    guard.ready();
    let event = queue.marker().unwrap();
    (queue, event, go)
}

fn deferred(event: &Event) -> Receiver<ThreadId> {
    let (told, drops) = channel();
    drop_after(Tells(told), std::iter::once(event.clone()).collect());
    drops
}

#[test]
fn a_value_waits_for_its_own_events_alone() {
    let (_stuck, stuck, go_stuck) = held();
    let (_queue, event, go) = held();
    let (late, early) = (deferred(&stuck), deferred(&event));
    drop(go);
    assert_ne!(early.recv().unwrap(), current().id());
    assert!(late.try_recv().is_err(), "its queue stands still");
    drop(go_stuck);
    assert_ne!(late.recv().unwrap(), current().id());
}

#[test]
fn a_destructor_that_lasts_holds_up_no_other_value() {
    struct Lasts(Receiver<()>);
    impl Drop for Lasts {
        fn drop(&mut self) {
            let _ = self.0.recv();
        }
    }
    let (_queue, event, go) = held();
    let (end, lasts) = channel();
    drop_after(Lasts(lasts), std::iter::once(event.clone()).collect());
    let drops = [(); 3].map(|()| deferred(&event));
    drop(go);
    for drops in drops {
        drops.recv().unwrap();
    }
    drop(end);
}

#[test]
fn what_is_over_is_dropped_before_it_is_tried_again() {
    let (queue, event, go) = held();
    let drops = deferred(&event);
    let mut tries = 0;
    let mut attempt = || {
        tries += 1;
        drops.try_recv().map_err(|_| tries)
    };
    assert_eq!(settle_and_retry(&mut attempt), Err(2));
    drop(go);
    queue.finish();
    // Other tests of the process may keep the thread for a while.
    while settle_and_retry(&mut attempt).is_err() {}
}

#[test]
fn a_destructor_may_wait_for_a_queue() {
    struct Finishes(Queue, #[allow(dead_code, reason = "dropped")] Tells);
    impl Drop for Finishes {
        fn drop(&mut self) {
            self.0.finish();
        }
    }
    let (queue, event, go) = held();
    let (told, drops) = channel();
    let value = Finishes(queue, Tells(told));
    drop_after(value, std::iter::once(event).collect());
    drop(go);
    assert_ne!(drops.recv().unwrap(), current().id());
}

#[test]
fn a_step_of_a_simulation_drops_what_waited_for_it() {
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    let queue = Queue::new(&device).unwrap();
    let drops = deferred(&queue.marker().unwrap());
    assert!(drops.try_recv().is_err());
    assert!(simulation.step(0));
    assert_eq!(drops.try_recv(), Ok(current().id()));
}
