//! Promise 8: memory and threads of what is dropped are freed.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Event, Resource};
use gpu_stages_tests::heap;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::set;

const ROUNDS: usize = 2_000;

/// Bytes that a round may leave allocated, on average: far less than a buffer or a queue needs.
const MOST: isize = 16;

/// Repeats `round`; the bytes in use must not grow.
fn is_flat(what: &str, round: impl Fn()) {
    (0..ROUNDS).for_each(|_| round());
    let before = heap::live_bytes();
    (0..ROUNDS).for_each(|_| round());
    let grown = heap::live_bytes() - before;
    assert!(grown < MOST * ROUNDS as isize, "{what}: {grown} bytes more");
}

fn use_on(device: &Device, queue: &Queue, kernel: &Kernel) {
    let data = Resource::new(DeviceBuffer::<f32>::new(device, 1).unwrap());
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(queue)).unwrap();
    queue.launch(kernel, 1, (&mut *guard,)).unwrap();
    guard.ready();
    queue.finish();
}

/// Records that one thread makes and another drops return to the thread that makes them.
fn dropped_elsewhere(queue: &Queue) {
    std::thread::scope(|scope| {
        let (sender, receiver) = std::sync::mpsc::sync_channel(0);
        scope.spawn(move || receiver.into_iter().for_each(drop::<Event>));
        is_flat("events", || {
            sender.send(queue.marker().unwrap()).unwrap();
            queue.finish();
        });
    });
}

#[cfg(target_os = "linux")]
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

/// The thread of a queue ends soon after the queue is dropped.
#[cfg(target_os = "linux")]
fn threads_end(device: &Device) {
    let before = threads();
    for _ in 0..100 {
        Queue::new(device).unwrap().finish();
    }
    while threads() > before {
        std::thread::yield_now();
    }
}

#[test]
fn memory_and_threads_of_what_is_dropped_are_freed() {
    in_own_process(memory_and_threads_of_what_is_dropped_are_freed, || {
        heap::start();
        let (device, kernel) = (Device::new(), set(1.0));
        is_flat("device buffers", || {
            drop(DeviceBuffer::<f32>::new(&device, 64).unwrap());
        });
        is_flat("host buffers", || {
            drop(HostBuffer::<f32>::new(&device, 64).unwrap());
        });
        let queue = Queue::new(&device).unwrap();
        is_flat("resources", || use_on(&device, &queue, &kernel));
        dropped_elsewhere(&queue);
        let total = Resource::new(0);
        is_flat("uses of a resource", || {
            block_on(total.acquire_update().unwrap().wait_events())
                .unwrap()
                .ready();
        });
        is_flat("threads", || {
            std::thread::scope(|scope| {
                scope.spawn(|| use_on(&device, &queue, &kernel));
            });
        });
        let simulation = Simulation::new();
        let simulated = Device::builder().simulated(&simulation).build();
        is_flat("simulated queues", || {
            Queue::new(&simulated).unwrap().finish();
        });
        let checked = Device::builder()
            .check_hazards(true)
            .simulated(&simulation)
            .build();
        is_flat("checked queues", || {
            Queue::new(&checked).unwrap().finish();
        });
        let queue = Queue::new(&checked).unwrap();
        is_flat("checked resources", || use_on(&checked, &queue, &kernel));
        #[cfg(target_os = "linux")]
        threads_end(&device);
    });
}
