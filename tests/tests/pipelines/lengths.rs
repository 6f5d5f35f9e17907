//! Buffers, views and lists say how long they are, and whether they are empty.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{DeviceVisible, Requests, Resource, acquire};
use gpu_stages_tests::queue;
use std::ops::Bound;

#[test]
fn buffers_and_their_views_say_how_long_they_are() {
    let (device, queue) = (Device::new(), queue());
    for len in [0, 1, 3] {
        let on_device = DeviceBuffer::<f32>::new(&device, len).unwrap();
        let on_host = HostBuffer::<f32>::new(&device, len).unwrap();
        let expected = (len, len == 0);
        assert_eq!((on_device.len(), on_device.is_empty()), expected);
        assert_eq!((on_host.len(), on_host.is_empty()), expected);
        let facts = on_device.facts();
        assert_eq!((facts.len(), facts.is_empty()), expected);

        let resource = Resource::new(on_device);
        let guard = block_on(resource.acquire_read().unwrap().wait_device(&queue)).unwrap();
        assert_eq!((guard.len(), guard.is_empty()), expected);
        guard.ready();
    }
}

#[test]
fn lists_of_views_are_gone_through_in_order() {
    let (device, queue) = (Device::new(), queue());
    let buffer = |len| DeviceBuffer::<f32>::new(&device, len).unwrap();
    let list = vec![buffer(1), buffer(2), buffer(3)];
    let facts = list.facts();
    assert_eq!((facts.len(), facts.is_empty()), (3, false));
    assert!(Vec::<DeviceBuffer<f32>>::new().facts().is_empty());

    let resource = Resource::new(list);
    let list = resource.acquire_update().unwrap();
    let mut list = block_on(list.wait_device(&queue)).unwrap();
    let mut lens = Vec::new();
    for part in &mut list.views_mut() {
        queue.fill(part, 1.0).unwrap();
        lens.push(part.len());
    }
    assert_eq!(lens, [1, 2, 3]);
    list.ready();

    let listed = [&Resource::new(1), &Resource::new(2)];
    for count in [0, 2] {
        let (values,) = acquire((Requests::reads(&listed[..count]),)).unwrap();
        let values = block_on(values.wait_events()).unwrap();
        assert_eq!((values.len(), values.is_empty()), (count, count == 0));
    }
}

#[test]
fn parts_of_views_may_exclude_their_start() {
    let queue = queue();
    let data = Resource::new(DeviceBuffer::<f32>::new(&Device::new(), 4).unwrap());
    let data = block_on(data.acquire_read().unwrap().wait_device(&queue)).unwrap();
    let after = |start| (Bound::Excluded(start), Bound::Unbounded);
    assert_eq!(data.slice(after(0)).len(), 3);
    assert!(data.slice(after(3)).is_empty());
    data.ready();
}

#[test]
fn an_empty_buffer_needs_no_debug_fill() {
    let device = Device::builder().fill_garbage(true).build();
    let queue = Queue::new(&device).unwrap();
    for len in [0, 1] {
        let data = Resource::new(DeviceBuffer::<f32>::new(&device, len).unwrap());
        let data = data.acquire_write().unwrap();
        block_on(data.wait_device(&queue)).unwrap().ready();
        assert_eq!(queue.counts().commands, len as u64);
    }
}
