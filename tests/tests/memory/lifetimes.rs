//! Promise 7: what a device may still touch stays alive until the device is done with it.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{CommandQueue, Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Gate, device_buffers, host_buffers, poll_once, queue};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts its drops.
struct Chunk {
    buffer: HostBuffer<f32>,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.buffer.fill(-1.0);
        self.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

// SAFETY: sees nothing but the buffer.
unsafe impl gpu_stages::DeviceVisible for Chunk {
    type Holder = <HostBuffer<f32> as gpu_stages::DeviceVisible>::Holder;
    type Views<'a> = <HostBuffer<f32> as gpu_stages::DeviceVisible>::Views<'a>;
    type ViewsMut<'a> = <HostBuffer<f32> as gpu_stages::DeviceVisible>::ViewsMut<'a>;
    type Facts = gpu_stages::Length;

    fn hold(&self, pass: &gpu_stages::Pass) -> Self::Holder {
        self.buffer.hold(pass)
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        HostBuffer::views(holder)
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        HostBuffer::views_mut(holder)
    }

    fn facts(&self) -> Self::Facts {
        self.buffer.facts()
    }
}

#[gpu_pipeline]
async fn consume(
    #[queue] queue: Queue,
    #[owns] chunk: Chunk,
    #[writes] device: DeviceBuffer<f32>,
) -> Result<usize> {
    chunk.buffer.fill(6.0);
    let elements = chunk.len();
    queue.upload(&chunk, &mut device)?;
    Ok(elements)
}

#[test]
fn what_a_call_owns_is_dropped_when_the_device_is_done_with_it() {
    let queue = queue();
    let device = device_buffers(1, 2);
    let dropped = Arc::new(AtomicUsize::new(0));
    let chunk = || Chunk {
        buffer: HostBuffer::new(&Device::new(), 2).unwrap(),
        dropped: dropped.clone(),
    };
    assert_eq!(block_on(consume(&queue, chunk(), &device)).unwrap(), 2);
    assert_eq!(dropped.load(Ordering::SeqCst), 1);

    // Cancelled while its upload is held: the chunk lives on, and the upload sees its data.
    let gate = Gate::default();
    let held = device_buffers(1, 1);
    let mut guard = block_on(held.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
    let mut call = Box::pin(consume(&queue, chunk(), &device));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    let out = host_buffers(1, 2);
    let check = copy_out(&queue, &device, &out);
    assert_eq!(
        dropped.load(Ordering::SeqCst),
        1,
        "the device is not done with it"
    );
    gate.open();
    assert_eq!(block_on(check).unwrap(), 6.0);
    while dropped.load(Ordering::SeqCst) < 2 {
        std::thread::yield_now();
    }
}

#[gpu_pipeline]
async fn send(
    #[queue] queue: Queue,
    #[reads] chunk: Chunk,
    #[writes] device: DeviceBuffer<f32>,
) -> Result<()> {
    queue.upload(&chunk, &mut device)
}

#[test]
fn a_resource_that_is_dropped_in_flight_lives_until_the_device_is_done_with_it() {
    let (queue, gate) = (queue(), Gate::default());
    let device = device_buffers(1, 2);
    let dropped = Arc::new(AtomicUsize::new(0));
    let mut buffer = HostBuffer::new(&Device::new(), 2).unwrap();
    buffer.fill(6.0);
    let chunk = Resource::new(Chunk {
        buffer,
        dropped: dropped.clone(),
    });
    let held = device_buffers(1, 1);
    let mut guard = block_on(held.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
    let mut call = Box::pin(send(&queue, &chunk, &device));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    drop(chunk);
    assert_eq!(dropped.load(Ordering::SeqCst), 0, "its upload is held");
    let out = host_buffers(1, 2);
    let check = copy_out(&queue, &device, &out);
    gate.open();
    assert_eq!(block_on(check).unwrap(), 6.0);
    while dropped.load(Ordering::SeqCst) < 1 {
        std::thread::yield_now();
    }
}

#[gpu_pipeline]
async fn copy_out(
    #[queue] queue: Queue,
    #[reads] device: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
) -> Result<f32> {
    queue.download(&device, &mut host)?;
    Ok(host[0])
}

/// Waits for a queue when it is dropped.
struct Waits {
    queue: Queue,
    dropped: Arc<AtomicUsize>,
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.queue.finish();
        self.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(gpu_stages::DeviceVisible)]
struct Owner {
    data: DeviceBuffer<f32>,
    #[device(skip)]
    _waits: Waits,
}

#[gpu_pipeline]
async fn own(
    #[queue] queue: Queue,
    #[owns] owner: Owner,
    kernel: gpu_stages::cpu::Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut owner.data,))
}

/// The queue's thread does not drop the value: it would wait for itself.
#[test]
fn a_destructor_may_wait_for_the_queue_that_used_its_value() {
    let (queue, gate) = (queue(), Gate::default());
    let dropped = Arc::<AtomicUsize>::default();
    let owner = Owner {
        data: DeviceBuffer::new(&Device::new(), 1).unwrap(),
        _waits: Waits {
            queue: queue.clone(),
            dropped: dropped.clone(),
        },
    };
    let mut call = Box::pin(own(&queue, owner, gate.kernel(1.0)));
    assert!(poll_once(&mut call).is_pending());
    drop(call);
    assert_eq!(dropped.load(Ordering::SeqCst), 0);
    gate.open();
    queue.finish();
    while dropped.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
}

/// Calls that are cancelled in flight: one on a queue that stands still, and others on a queue that goes on.
#[test]
fn a_queue_that_stands_still_keeps_its_own_values_alone() {
    let (stuck, fast) = (queue(), queue());
    let hold = |queue: &Queue| {
        let (held, gate) = (device_buffers(1, 1), Gate::default());
        let mut guard = block_on(held.acquire_write().unwrap().wait_device(queue)).unwrap();
        queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
        guard.ready();
        gate
    };
    let cancelled = |queue: &Queue| {
        let dropped = Arc::default();
        let chunk = Chunk {
            buffer: HostBuffer::new(&Device::new(), 4).unwrap(),
            dropped: Arc::clone(&dropped),
        };
        let mut call = Box::pin(consume(queue, chunk, &device_buffers(1, 4)));
        assert!(poll_once(&mut call).is_pending());
        dropped
    };
    let gate = hold(&stuck);
    let late = cancelled(&stuck);
    for _ in 0..20 {
        let goes_on = hold(&fast);
        let early = cancelled(&fast);
        goes_on.open();
        while early.load(Ordering::SeqCst) == 0 {
            fast.finish();
        }
    }
    assert_eq!(late.load(Ordering::SeqCst), 0);
    gate.open();
    while late.load(Ordering::SeqCst) == 0 {
        stuck.finish();
    }
}

/// Of a ring that is dropped, the slots that no device uses are dropped at once.
#[test]
fn the_slots_of_a_ring_wait_for_their_own_commands() {
    let (queue, gate) = (queue(), Gate::default());
    let dropped = [(); 3].map(|()| Arc::<AtomicUsize>::default());
    let chunks = dropped.clone().map(|dropped| Chunk {
        buffer: HostBuffer::new(&Device::new(), 1).unwrap(),
        dropped,
    });
    let ring = Resource::ring(chunks);
    let held = device_buffers(1, 1);
    block_on(async {
        let mut held = held
            .acquire_write()
            .unwrap()
            .wait_device(&queue)
            .await
            .unwrap();
        queue.launch(&gate.kernel(0.0), 1, (&mut *held,)).unwrap();
        let source = ring
            .acquire_read()
            .unwrap()
            .wait_device(&queue)
            .await
            .unwrap();
        queue.upload(&source, &mut held).unwrap();
        queue.ready((source, held));
    });
    drop(ring);
    let counts = || dropped.each_ref().map(|it| it.load(Ordering::SeqCst));
    assert_eq!(counts(), [0, 1, 1]);
    gate.open();
    while counts() != [1, 1, 1] {
        queue.finish();
    }
}

/// Waits for the queue, and cancels a call, when its thread ends.
struct AtTheEnd(Queue, Option<Arc<AtomicUsize>>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        self.0.finish();
        let chunk = Chunk {
            buffer: HostBuffer::new(&Device::new(), 4).unwrap(),
            dropped: self.1.take().unwrap(),
        };
        let mut call = Box::pin(consume(&self.0, chunk, &device_buffers(1, 4)));
        let _ = poll_once(&mut call);
        drop(call);
        self.0.finish();
    }
}

#[test]
fn destructors_of_thread_locals_may_wait_and_cancel() {
    thread_local! {
        static LAST: std::cell::RefCell<Option<AtTheEnd>> = const { std::cell::RefCell::new(None) };
    }
    let dropped = Arc::<AtomicUsize>::default();
    let own = dropped.clone();
    let thread = std::thread::spawn(move || {
        // The destructor of this one runs after those of what is used first here.
        LAST.with(|last| *last.borrow_mut() = Some(AtTheEnd(queue(), Some(own))));
        queue().finish();
    });
    thread.join().unwrap();
    while dropped.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
}
