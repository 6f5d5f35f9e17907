//! Which events the host awaits before it uses memory: no event that another awaited event is ordered after, and only
//! events that are needed. Gates hold the queues, so that no command is over by chance.

use futures::executor::block_on;
use gpu_stages::cpu::hazards::EdgeKind;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{
    CommandQueue, Error, Requests, Resource, Result, WaitDevice, acquire, gpu_pipeline,
};
use gpu_stages_tests::{CountWakes, Gate, failing, set};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

type Buffer = DeviceBuffer<f32>;

struct World {
    device: Device,
    queues: [Queue; 2],
    /// The gate that holds each queue.
    gates: [Gate; 2],
}

impl World {
    fn new() -> Self {
        let device = Device::builder()
            .check_hazards(true)
            .record_trace(true)
            .build();
        let world = World {
            queues: [(); 2].map(|()| Queue::new(&device).unwrap()),
            gates: [(); 2].map(|()| Gate::default()),
            device,
        };
        for (queue, gate) in world.queues.iter().zip(&world.gates) {
            write(queue, &world.buffer(), &gate.kernel(0.0));
        }
        world
    }

    fn buffer(&self) -> Resource<Buffer> {
        Resource::new(DeviceBuffer::new(&self.device, 4).unwrap())
    }

    /// Opens a queue's gate and waits until all its commands are over.
    fn finish(&self, queue: usize) {
        self.gates[queue].open();
        self.queues[queue].finish();
    }

    /// How many events the host awaited. Taking any one of them away makes a hazard.
    fn host_waits(&self) -> usize {
        self.device.assert_no_hazards();
        let trace = self.device.trace().unwrap();
        let edges = trace.edges().into_iter();
        let awaited = edges.filter(|edge| edge.kind == EdgeKind::HostWait);
        let is_needed = |edge| !trace.without(edge).hazards().is_empty();
        awaited.inspect(|edge| assert!(is_needed(*edge))).count()
    }
}

fn write(queue: &Queue, buffer: &Resource<Buffer>, kernel: &Kernel) {
    let mut guard = block_on(buffer.acquire_update().unwrap().wait_device(queue)).unwrap();
    queue.launch(kernel, 1, (&mut *guard,)).unwrap();
    guard.ready();
}

fn read(queue: &Queue, buffer: &Resource<Buffer>) {
    let guard = block_on(buffer.acquire_read().unwrap().wait_device(queue)).unwrap();
    let kernel = Kernel::new("read", |_: &[f32]| {});
    queue.launch(&kernel, 1, (&*guard,)).unwrap();
    guard.ready();
}

/// A future that counts how often it is woken.
struct Counted<'a, T> {
    future: Pin<Box<dyn Future<Output = Result<T>> + 'a>>,
    wakes: Arc<CountWakes>,
    waker: Waker,
}

impl<'a, T> Counted<'a, T> {
    fn new(future: impl Future<Output = Result<T>> + 'a) -> Self {
        let (wakes, waker) = CountWakes::new();
        Counted {
            future: Box::pin(future),
            wakes,
            waker,
        }
    }

    fn poll(&mut self) -> Poll<Result<T>> {
        let mut context = Context::from_waker(&self.waker);
        self.future.as_mut().poll(&mut context)
    }
}

#[test]
fn an_event_that_another_awaited_event_implies_is_not_awaited() {
    let world = World::new();
    let (buffer, [first, second]) = (world.buffer(), &world.queues);
    write(first, &buffer, &set(1.0));
    read(second, &buffer);
    let mut update = Counted::new(buffer.acquire_update().unwrap().wait_events());
    assert!(update.poll().is_pending());
    world.finish(0);
    assert_eq!(update.wakes.count(), 0, "the read is not over");
    world.finish(1);
    assert_eq!(update.wakes.count(), 1);
    assert!(update.poll().is_ready());
    assert_eq!(world.host_waits(), 1);
}

#[test]
fn readers_side_by_side_are_all_awaited() {
    let world = World::new();
    let (buffer, [first, second]) = (world.buffer(), &world.queues);
    read(first, &buffer);
    read(second, &buffer);
    let mut update = Counted::new(buffer.acquire_update().unwrap().wait_events());
    for queue in 0..2 {
        assert!(update.poll().is_pending());
        world.finish(queue);
        assert_eq!(update.wakes.count(), 1 + queue);
    }
    assert!(update.poll().is_ready());
    assert_eq!(world.host_waits(), 2);
}

/// The parts of a list are used together, as if they were one resource.
#[test]
fn the_parts_of_a_list_are_awaited_together() {
    let world = World::new();
    let (parts, [first, second]) = ([world.buffer(), world.buffer()], &world.queues);
    write(first, &parts[0], &set(1.0));
    // Ordered after what the first queue did.
    let (source, target) = acquire((parts[0].reads(), parts[1].updates())).unwrap();
    let source = block_on(source.wait_device(second)).unwrap();
    let mut target = block_on(target.wait_device(second)).unwrap();
    second.copy(&source, &mut target).unwrap();
    source.ready();
    target.ready();

    let listed: Vec<_> = parts.iter().collect();
    let (listed,) = acquire((Requests::reads(&listed),)).unwrap();
    let mut listed = Counted::new(listed.wait_events());
    assert!(listed.poll().is_pending());
    world.finish(0);
    assert_eq!(
        listed.wakes.count(),
        0,
        "the second part is ordered after the first"
    );
    world.finish(1);
    assert!(listed.poll().is_ready());
    assert_eq!(world.host_waits(), 1);
}

/// In either order of the list.
#[test]
fn of_the_commands_of_one_queue_the_last_is_awaited() {
    for last_first in [false, true] {
        let world = World::new();
        let (parts, [first, _]) = ([world.buffer(), world.buffer()], &world.queues);
        write(first, &parts[0], &set(1.0));
        let over = first.marker().unwrap();
        let gate = Gate::default();
        write(first, &parts[1], &gate.kernel(2.0));
        let mut listed: Vec<_> = parts.iter().collect();
        if last_first {
            listed.reverse();
        }
        let (listed,) = acquire((Requests::reads(&listed),)).unwrap();
        let mut listed = Counted::new(listed.wait_events());
        assert!(listed.poll().is_pending());
        world.gates[0].open();
        block_on(over.wait()).unwrap();
        assert_eq!(listed.wakes.count(), 0, "the last is held");
        gate.open();
        first.finish();
        assert_eq!(listed.wakes.count(), 1);
        assert!(listed.poll().is_ready());
        assert_eq!(world.host_waits(), 1);
    }
}

/// One marker ends the uses of both parts.
#[test]
fn an_event_of_several_parts_is_awaited_once() {
    let world = World::new();
    let (parts, [first, _]) = ([world.buffer(), world.buffer()], &world.queues);
    for part in &parts {
        write(first, part, &set(1.0));
    }
    let guards = acquire((parts[0].updates(), parts[1].updates())).unwrap();
    let (mut one, mut other) = block_on(guards.wait_device(first)).unwrap();
    drop(first.opaque((&mut one, &mut other)).unwrap());
    first.ready((one, other));

    let listed: Vec<_> = parts.iter().collect();
    let (listed,) = acquire((Requests::updates(&listed),)).unwrap();
    let mut listed = Counted::new(listed.wait_events());
    assert!(listed.poll().is_pending());
    world.finish(0);
    assert!(listed.poll().is_ready());
    assert_eq!(world.host_waits(), 1);
}

/// The earlier use may have waited for the same event before it released its part.
#[test]
fn a_list_awaits_events_only_when_all_its_parts_are_granted() {
    let world = World::new();
    let (parts, [first, _]) = ([world.buffer(), world.buffer()], &world.queues);
    write(first, &parts[0], &set(1.0));
    let (source, other) = acquire((parts[0].reads(), parts[1].updates())).unwrap();
    let other = block_on(other.wait_events()).unwrap();

    let listed: Vec<_> = parts.iter().collect();
    let (listed,) = acquire((Requests::reads(&listed),)).unwrap();
    let mut listed = Counted::new(listed.wait_events());
    let mut source = Counted::new(source.wait_events());
    assert!(listed.poll().is_pending());
    assert!(source.poll().is_pending());
    world.finish(0);
    assert_eq!(
        listed.wakes.count(),
        0,
        "the second part is not granted yet"
    );
    assert!(source.poll().is_ready());
    other.ready();
    assert_eq!(listed.wakes.count(), 1);
    assert!(listed.poll().is_ready());
    assert_eq!(world.host_waits(), 1);
}

/// The host waits only to learn of the failure; no use of the memory follows.
#[test]
fn a_wait_that_ends_in_an_error_does_not_count_as_a_host_wait() {
    let world = World::new();
    let (buffer, [first, _]) = (world.buffer(), &world.queues);
    write(first, &buffer, &failing());
    let mut lost = Counted::new(buffer.acquire_read().unwrap().wait_events());
    assert!(lost.poll().is_pending());
    world.finish(0);
    assert_eq!(lost.wakes.count(), 1);
    assert!(matches!(
        lost.poll(),
        Poll::Ready(Err(Error::Poisoned { .. }))
    ));
    assert_eq!(world.host_waits(), 0);
}

#[test]
fn a_dropped_wait_does_not_count_as_a_host_wait() {
    let world = World::new();
    let (buffer, [first, _]) = (world.buffer(), &world.queues);
    write(first, &buffer, &set(1.0));
    let mut update = Counted::new(buffer.acquire_update().unwrap().wait_events());
    assert!(update.poll().is_pending());
    drop(update);
    world.finish(0);
    assert_eq!(world.host_waits(), 0);
}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] buffer: Buffer) -> Result<()> {
    queue.fill(&mut buffer, 1.0)
}

/// No use of memory follows the end of a call: the call waits to learn how its commands ended.
#[test]
fn the_end_of_a_call_does_not_count_as_a_host_wait() {
    let world = World::new();
    let (buffer, [first, _]) = (world.buffer(), &world.queues);
    let mut frame = Counted::new(fill(first, &buffer));
    assert!(frame.poll().is_pending());
    world.finish(0);
    assert_eq!(frame.wakes.count(), 1);
    assert!(frame.poll().is_ready());
    assert_eq!(world.host_waits(), 0);
}
