//! Opaque stages that use lists of guards: each part is waited for.

use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{CommandQueue, Requests, Resource, acquire};
use gpu_stages_tests::{Gate, device_buffers, poll_once, queue};

type Parts = [Resource<DeviceBuffer<f32>>; 2];

/// Parts, and a queue that is held.
fn held() -> (Parts, Queue, Gate) {
    let (queue, gate) = (queue(), Gate::default());
    let other = device_buffers(1, 1);
    let mut other = block_on(other.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *other,)).unwrap();
    other.ready();
    ([(); 2].map(|()| device_buffers(1, 1)), queue, gate)
}

#[test]
fn a_list_that_is_written_unseen_is_waited_for() {
    for index in 0..2 {
        let (parts, queue, gate) = held();
        let listed: Vec<_> = parts.iter().collect();
        let (list,) = acquire((Requests::updates(&listed),)).unwrap();
        let mut list = block_on(list.wait_device(&queue)).unwrap();
        drop(queue.opaque((&mut list,)).unwrap());
        list.ready();
        let mut reader = Box::pin(parts[index].acquire_read().unwrap().wait_events());
        assert!(poll_once(&mut reader).is_pending(), "part {index}");
        gate.open();
        block_on(reader).unwrap().ready();
    }
}

#[test]
fn a_list_that_is_read_unseen_is_waited_for_by_writers_alone() {
    for index in 0..2 {
        let (parts, queue, gate) = held();
        let listed: Vec<_> = parts.iter().collect();
        let (list,) = acquire((Requests::reads(&listed),)).unwrap();
        let list = block_on(list.wait_device(&queue)).unwrap();
        drop(queue.opaque((&list,)).unwrap());
        list.ready();
        let mut reader = Box::pin(parts[index].acquire_read().unwrap().wait_events());
        assert!(poll_once(&mut reader).is_ready(), "part {index}");
        let mut writer = Box::pin(parts[index].acquire_update().unwrap().wait_events());
        assert!(poll_once(&mut writer).is_pending(), "part {index}");
        gate.open();
        block_on(writer).unwrap().ready();
    }
}
