//! A device that only runs when it is stepped: no wait for it hangs, and nothing runs by itself.

use futures::executor::block_on;
use gpu_stages::cpu::simulation::Ready;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
use gpu_stages::{CommandQueue, DeviceVisible, Resource, Result, Status, gpu_pipeline};
use gpu_stages_tests::poll_once;
use std::sync::Arc;

fn simulated() -> (Simulation, Device) {
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    (simulation, device)
}

#[derive(DeviceVisible)]
struct Chunk {
    bytes: HostBuffer<u8>,
    #[device(skip)]
    canary: Arc<()>,
}

#[gpu_pipeline]
async fn send(
    #[queue] queue: Queue,
    #[owns] chunk: Chunk,
    #[writes] device: DeviceBuffer<u8>,
) -> Result<()> {
    let count = Arc::strong_count(&chunk.canary) as u8;
    chunk.bytes.fill(count);
    queue.upload(&chunk.bytes, &mut device)?;
    Ok(())
}

#[test]
fn queues_run_in_the_order_of_the_steps() {
    let (simulation, device) = simulated();
    let (a, b) = (Queue::new(&device).unwrap(), Queue::new(&device).unwrap());
    let (first, second, third) = (
        a.marker().unwrap(),
        a.marker().unwrap(),
        b.marker().unwrap(),
    );
    let all = [Ready::Command(a.id()), Ready::Command(b.id())];
    assert_eq!(simulation.ready(), all);
    assert!(simulation.step(1));
    assert!(third.status().is_terminal() && !first.status().is_terminal());
    assert_eq!(simulation.ready(), all[..1]);
    assert!(simulation.step(7), "any number is a choice");
    assert!(first.status().is_terminal() && !second.status().is_terminal());
    assert!(simulation.step(0));
    assert!(!simulation.step(0));
}

#[test]
fn what_waits_is_not_ready() {
    let (simulation, device) = simulated();
    let (a, b) = (Queue::new(&device).unwrap(), Queue::new(&device).unwrap());
    let first = a.marker().unwrap();
    b.barrier(&[first]).unwrap();
    let second = b.marker().unwrap();
    assert_eq!(simulation.ready(), [Ready::Command(a.id())]);
    b.finish();
    assert!(matches!(second.status(), Status::Complete));
}

#[test]
fn finishing_waits_for_events_from_elsewhere() {
    let (_simulation, device) = simulated();
    let gate = gpu_stages_tests::Gate::default();
    let (threaded, queue) = (gpu_stages_tests::queue(), Queue::new(&device).unwrap());
    let data = gpu_stages_tests::device_buffers(1, 1);
    let mut data = block_on(data.acquire_write().unwrap().wait_device(&threaded)).unwrap();
    threaded
        .launch(&gate.kernel(1.0), 1, (&mut *data,))
        .unwrap();
    queue.barrier(&[threaded.marker().unwrap()]).unwrap();
    let opens = std::thread::spawn(move || {
        // Long enough for the other to wait; too short would only miss a mistake.
        std::thread::sleep(std::time::Duration::from_millis(20));
        gate.open();
    });
    queue.finish();
    opens.join().unwrap();
    data.ready();
}

#[test]
fn a_call_that_is_dropped_in_flight_keeps_its_values_until_a_step_ends_them() {
    let (simulation, device) = simulated();
    let queue = Queue::new(&device).unwrap();
    let canary = Arc::new(());
    let chunk = Chunk {
        bytes: HostBuffer::new(&device, 4).unwrap(),
        canary: canary.clone(),
    };
    let buffer = Resource::new(DeviceBuffer::new(&device, 4).unwrap());
    let mut call = Box::pin(send(&queue, chunk, &buffer));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert_eq!(
        Arc::strong_count(&canary),
        2,
        "the upload has not read it yet"
    );
    while simulation.step(0) {}
    assert_eq!(Arc::strong_count(&canary), 1);
}

#[test]
fn what_is_left_runs_when_the_last_handle_of_the_simulation_is_dropped() {
    let (simulation, device) = simulated();
    let queue = Queue::new(&device).unwrap();
    let event = queue.marker().unwrap();
    drop((simulation, device));
    assert!(!event.status().is_terminal());
    drop(queue);
    assert!(event.status().is_terminal());
}

#[test]
fn several_threads_may_step() {
    let (simulation, device) = simulated();
    let queue = Queue::new(&device).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..200).for_each(|_| queue.finish()));
        }
    });
    assert!(!simulation.step(0));
}

#[test]
fn commands_are_numbered_across_queues_and_fail_as_they_are_told_to() {
    let (simulation, device) = simulated();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = seen.clone();
    simulation.fail_commands(move |command| {
        noted.lock().unwrap().push((command.number, command.queue));
        command.number == 2
    });
    let (a, b) = (Queue::new(&device).unwrap(), Queue::new(&device).unwrap());
    let events = [&a, &b, &a, &b].map(|queue| queue.marker().unwrap());
    while simulation.step(0) {}
    let failed = events.map(|event| matches!(event.status(), Status::Failed(_)));
    assert_eq!(failed, [false, false, true, false]);
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    assert_eq!(seen, [(0, a.id()), (1, b.id()), (2, a.id()), (3, b.id())]);
}
