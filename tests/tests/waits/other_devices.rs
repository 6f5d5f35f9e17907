//! Events that a queue cannot wait for, such as those of another simulation: the host waits for them before the use on the
//! queue begins.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, Kernel, Queue, Simulation};
use gpu_stages_tests::{device_buffers, poll_once, queue, set};

fn simulated() -> (Simulation, Queue) {
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    (simulation, Queue::new(&device).unwrap())
}

fn run(simulation: &Simulation) {
    while simulation.step(0) {}
}

fn look() -> Kernel {
    Kernel::new("look", |_: &[f32]| {})
}

#[test]
fn a_guard_moves_to_a_queue_when_its_commands_elsewhere_are_over() {
    for writes in [false, true] {
        let ((simulation, there), here, data) = (simulated(), queue(), device_buffers(1, 1));
        let guard = data.acquire_update().unwrap().wait_device(&there);
        let mut guard = block_on(guard).unwrap();
        match writes {
            true => there.launch(&set(1.0), 1, (&mut *guard,)).unwrap(),
            false => there.launch(&look(), 1, (&*guard,)).unwrap(),
        }
        let mut moved = Box::pin(guard.wait_device(&here));
        assert!(poll_once(&mut moved).is_pending(), "writes: {writes}");
        run(&simulation);
        block_on(moved).unwrap().ready();
    }
}

#[test]
fn events_of_several_devices_are_all_waited_for() {
    let (one, other) = (simulated(), simulated());
    let (here, data) = (queue(), device_buffers(1, 1));
    for (_, there) in [&one, &other] {
        let guard = block_on(data.acquire_read().unwrap().wait_device(there)).unwrap();
        there.launch(&look(), 1, (&*guard,)).unwrap();
        guard.ready();
    }
    let mut writer = Box::pin(data.acquire_update().unwrap().wait_device(&here));
    for (simulation, _) in [&one, &other] {
        assert!(poll_once(&mut writer).is_pending());
        run(simulation);
    }
    block_on(writer).unwrap().ready();
}

/// What a queue can wait for by itself, the host does not wait for.
#[test]
fn events_of_the_same_device_are_left_to_the_queue() {
    let (simulation, there) = simulated();
    let device = Device::builder().simulated(&simulation).build();
    let (second, data) = (Queue::new(&device).unwrap(), device_buffers(1, 1));
    let mut guard = block_on(data.acquire_update().unwrap().wait_device(&there)).unwrap();
    there.launch(&set(1.0), 1, (&mut *guard,)).unwrap();
    let mut moved = Box::pin(guard.wait_device(&second));
    assert!(poll_once(&mut moved).is_ready());
    run(&simulation);
}
