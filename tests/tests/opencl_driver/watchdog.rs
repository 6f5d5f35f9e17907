//! The watchdog asks for the status of one event of each queue, however many are waited for.

use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, OpenCl, Queue};
use gpu_stages::{Event, Resource};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::TestBackend;
use std::time::Duration;

/// A queue with a first command that is held, and the events of many commands after it.
fn held_queue() -> (Hold, Vec<Event>) {
    let device = OpenCl::device();
    let queue = Queue::new(&device).unwrap();
    let buffer = Resource::new(DeviceBuffer::<u32>::new(&device, 64).unwrap());
    let hold = Hold::next_command();
    let mut guard = block_on(buffer.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.fill(&mut guard, 1).unwrap();
    guard.ready();
    let events = (0..100).map(|_| queue.marker().unwrap());
    (hold, events.collect())
}

#[test]
fn events_after_a_running_command_are_not_asked_for() {
    in_own_process(events_after_a_running_command_are_not_asked_for, || {
        let queues = [held_queue(), held_queue()];
        let events: Vec<_> = queues.iter().flat_map(|(_, events)| events).collect();
        // The last ones first: the order of waits is not the order of commands.
        let waits = events.iter().rev().map(|event| Box::pin(event.wait()));
        let mut waits: Vec<_> = waits.collect();
        assert!(waits.iter_mut().all(|wait| poll_once(wait).is_pending()));

        // Until the watchdog has looked once, it may have taken over some of them only.
        driver::looked_at();
        while driver::looked_at().is_empty() {
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut looked_at = driver::looked_at();
        while looked_at.is_empty() {
            std::thread::sleep(Duration::from_millis(50));
            looked_at = driver::looked_at();
        }
        assert!(looked_at.len() <= 2, "one of each queue: {looked_at:?}");

        queues.iter().for_each(|(hold, _)| hold.release());
        for wait in waits {
            block_on(wait).unwrap();
        }
    });
}
