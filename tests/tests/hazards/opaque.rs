//! The hazard checker on opaque stages: what they declare counts as used.

use futures::executor::block_on;
use gpu_stages::cpu::hazards::EdgeKind;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{CommandQueue, DeviceGuard, Resource, Result, gpu_pipeline, guard::access};
use gpu_stages_tests::{Gate, poll_once};

type Buffer = DeviceBuffer<f32>;

struct World {
    device: Device,
    queues: [Queue; 3],
    buffer: Resource<Buffer>,
}

impl World {
    fn new() -> Self {
        let device = Device::builder()
            .check_hazards(true)
            .record_trace(true)
            .build();
        World {
            queues: [(); 3].map(|()| Queue::new(&device).unwrap()),
            buffer: Resource::new(DeviceBuffer::new(&device, 4).unwrap()),
            device,
        }
    }

    /// Holds all queues until the gate opens.
    fn hold(&self, gate: &Gate) {
        for queue in &self.queues {
            let held = Resource::new(DeviceBuffer::<f32>::new(&self.device, 1).unwrap());
            let mut guard = block_on(held.acquire_write().unwrap().wait_device(queue)).unwrap();
            queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
            guard.ready();
        }
    }

    fn reading(&self, queue: usize) -> DeviceGuard<Buffer, access::Read> {
        block_on(
            self.buffer
                .acquire_read()
                .unwrap()
                .wait_device(&self.queues[queue]),
        )
        .unwrap()
    }

    fn read(&self, queue: usize) {
        let guard = self.reading(queue);
        let kernel = Kernel::new("read", |_: &[f32]| {});
        self.queues[queue].launch(&kernel, 1, (&*guard,)).unwrap();
        guard.ready();
    }

    fn write(&self, queue: usize) {
        let queue = &self.queues[queue];
        let update = self.buffer.acquire_update().unwrap();
        let mut guard = block_on(update.wait_device(queue)).unwrap();
        queue.fill(&mut guard, 1.0).unwrap();
        guard.ready();
    }

    /// How many events commands wait for. Taking any one of these waits away makes a hazard.
    fn waits(&self) -> usize {
        self.device.assert_no_hazards();
        let trace = self.device.trace().unwrap();
        let waits = trace.edges().into_iter();
        let waits = waits.filter(|edge| edge.kind == EdgeKind::Wait);
        let is_needed = |edge| !trace.without(edge).hazards().is_empty();
        waits.inspect(|edge| assert!(is_needed(*edge))).count()
    }
}

#[gpu_pipeline]
async fn hidden(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] data: Buffer,
) -> Result<()> {
    first.fill(&mut data, 1.0)?;
    #[stage(queue = second, writes(data))]
    {}
    first.fill(&mut data, 2.0)
}

#[gpu_pipeline]
async fn looked_at(#[queue] queue: Queue, #[reads] data: Buffer) -> Result<()> {
    #[stage(queue = queue, reads(data))]
    {}
    Ok(())
}

#[test]
fn what_is_declared_counts_as_used() {
    let (world, gate) = (World::new(), Gate::default());
    let [first, second, third] = &world.queues;
    world.hold(&gate);
    let mut frame = Box::pin(hidden(first, second, &world.buffer));
    assert!(poll_once(&mut frame).is_pending());
    assert_eq!(world.waits(), 2, "there and back");
    let mut readers = [second, third].map(|queue| Box::pin(looked_at(queue, &world.buffer)));
    for reader in &mut readers {
        assert!(poll_once(reader).is_pending());
    }
    assert_eq!(world.waits(), 4, "each reader");
    world.write(0);
    assert_eq!(world.waits(), 6, "for both readers");
    gate.open();
    block_on(frame).unwrap();
}

/// An earlier command that ends during the use was not over when the use began.
#[test]
fn an_opaque_use_begins_with_its_barrier() {
    let (world, gate) = (World::new(), Gate::default());
    let [first, second, _] = &world.queues;
    world.hold(&gate);
    world.write(0);
    let update = world.buffer.acquire_update().unwrap();
    let mut guard = block_on(update.wait_device(second)).unwrap();
    let open = second.opaque((&mut guard,)).unwrap();
    gate.open();
    first.finish();
    second.fill(&mut guard, 2.0).unwrap();
    drop(open);
    guard.ready();
    assert_eq!(world.waits(), 1);
}

#[test]
fn memory_is_freed_after_its_opaque_uses() {
    let World {
        device,
        queues,
        buffer,
    } = World::new();
    let [queue, ..] = &queues;
    let mut guard = block_on(buffer.acquire_update().unwrap().wait_device(queue)).unwrap();
    queue.fill(&mut guard, 1.0).unwrap();
    let gate = Gate::default();
    let held = queue.opaque((&mut guard,)).unwrap();
    queue.launch(&gate.kernel(1.0), 1, (&mut *guard,)).unwrap();
    drop(held);
    guard.ready();
    drop(buffer);
    gate.open();
    queue.finish();
    device.assert_no_hazards();
}

/// The release of a guard with an open use marks the end of the use, and still notices which earlier events are over.
#[test]
fn a_reader_may_be_released_while_its_opaque_use_is_open() {
    let world = World::new();
    world.write(0);
    world.read(0);
    world.queues[0].finish();
    let guard = world.reading(1);
    let open = world.queues[1].opaque((&guard,)).unwrap();
    guard.ready();
    drop(open);
    world.write(2);
    world.device.assert_no_hazards();
}

/// The queue has nothing to wait for, so there is no barrier.
#[test]
fn a_use_that_begins_without_a_barrier_counts_at_its_end() {
    let (world, gate) = (World::new(), Gate::default());
    world.hold(&gate);
    world.write(0);
    let mut frame = Box::pin(looked_at(&world.queues[0], &world.buffer));
    assert!(poll_once(&mut frame).is_pending());
    world.write(1);
    assert_eq!(world.waits(), 1, "for the reader");
    gate.open();
    block_on(frame).unwrap();
}
