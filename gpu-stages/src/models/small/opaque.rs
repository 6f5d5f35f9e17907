//! Uses by a device whose commands the library does not see: later uses wait for the markers after them.

use super::device::{Data, DeviceQueue};
use super::{UNORDERED, Update, check, finds};
use crate::device::command_queue::Opaque;
use crate::guard::DeviceGuard;
use crate::{CommandQueue, Resource};
use loom::future::block_on;
use loom::thread;

/// A guard is released while another thread ends its opaque use and a third is the device. The next use waits for the
/// device.
fn released(open: fn(&DeviceQueue, &mut DeviceGuard<Data, Update>) -> Option<Opaque>) {
    let (data, queue) = (Data::new(), DeviceQueue::new());
    let log = data.log.clone();
    let data = Resource::new(data);
    let allocation = data.acquire_update().unwrap();
    let mut guard = block_on(allocation.wait_device(&queue)).unwrap();
    let opaque = open(&queue, &mut guard);
    let next = data.acquire_update().unwrap();
    let ends = thread::spawn(move || drop(opaque));
    let device = thread::spawn(move || {
        log.write(1);
        queue.end();
    });
    guard.ready();
    let next = block_on(next.wait_events()).unwrap();
    assert_eq!(next.log.read(), [1]);
    ends.join().unwrap();
    device.join().unwrap();
}

#[test]
fn an_opaque_use_is_waited_for_whichever_thread_ends_it() {
    check(2, || {
        released(|queue, guard| Some(queue.opaque((guard,)).unwrap()));
    });
}

#[test]
fn twin_opens_no_use() {
    finds("assertion", || released(|_, _| None));
}

/// Two readers are released side by side while their devices still read. The writer after them waits for both devices.
fn read_side_by_side(queues: [DeviceQueue; 2]) {
    let data = Data::new();
    let log = data.log.clone();
    let data = Resource::new(data);
    let readers = queues.map(|queue| {
        let allocation = data.acquire_read().unwrap();
        let guard = block_on(allocation.wait_device(&queue)).unwrap();
        let opaque = queue.opaque((&guard,)).unwrap();
        (guard, opaque, queue)
    });
    let writer = data.acquire_update().unwrap();
    let readers = readers.map(|(guard, opaque, queue)| {
        let log = log.clone();
        thread::spawn(move || {
            guard.ready();
            // The device reads on when the guard is released.
            assert!(log.read().is_empty());
            queue.end();
            drop(opaque);
        })
    });
    let writer = block_on(writer.wait_events()).unwrap();
    writer.log.write(1);
    writer.ready();
    readers
        .into_iter()
        .for_each(|reader| reader.join().unwrap());
}

#[test]
fn a_writer_inherits_the_reads_of_both_readers() {
    check(2, || {
        read_side_by_side([DeviceQueue::new(), DeviceQueue::new()]);
    });
}

#[test]
fn twin_takes_two_queues_for_one() {
    finds(UNORDERED, || {
        let queue = DeviceQueue::new();
        let same = DeviceQueue::with_id(queue.id());
        read_side_by_side([queue, same]);
    });
}
