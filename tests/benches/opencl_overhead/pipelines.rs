//! The frame as the macro's pipeline, on one queue and on three.

use crate::flag::{Flag, sleep};
use crate::version::{self, HOLD, Shape, TRIPLE, Version, fill, sum};
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, driver_calls};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// As in the talk, but for the host's work.
#[gpu_pipeline]
async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    seed: u32,
) -> Result<f32> {
    fill(&mut h_in, seed);
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    Ok(sum(&h_out))
}

#[gpu_pipeline]
async fn process_in_order(
    #[queue] queue: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    seed: u32,
) -> Result<f32> {
    fill(&mut h_in, seed);
    queue.upload(&h_in, &mut d_in)?;
    queue.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    queue.download(&d_out, &mut h_out)?;
    Ok(sum(&h_out))
}

#[gpu_pipeline]
async fn hold(
    #[queue] queue: Queue,
    #[writes] scratch: DeviceBuffer<u32>,
    kernel: Kernel,
    rounds: u32,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut scratch, rounds))?;
    Ok(())
}

/// Runs the frames that `make` begins.
struct Running<F, M> {
    make: M,
    places: Vec<Place<F>>,
    begun: usize,
    ended: usize,
    gate: Gate,
}

/// Where a frame in flight lives. A place is used again, so that frames need no memory of their own.
struct Place<F> {
    frame: Pin<Box<Option<F>>>,
    flag: Arc<Flag>,
    waker: Waker,
    seed: u32,
    result: Option<f32>,
}

/// What holds the first queue.
struct Gate {
    queue: Queue,
    scratch: Resource<DeviceBuffer<u32>>,
    kernel: Kernel,
}

/// The pipeline on one queue.
pub fn one_queue(device: &Device, shape: Shape, len: usize) -> Box<dyn Version> {
    let queue = queue(device);
    let (h_in, h_out) = (host(device, shape, len), host(device, shape, len));
    let (d_in, d_out) = (buffers(device, shape, len), buffers(device, shape, len));
    let triple = kernel(device, TRIPLE, "triple");
    let gate = Gate::new(device, &queue);
    running(shape, gate, move |seed| {
        process_in_order(&queue, &h_in, &d_in, &d_out, &h_out, triple.clone(), seed)
    })
}

/// The pipeline on three queues.
pub fn three_queues(device: &Device, shape: Shape, len: usize) -> Box<dyn Version> {
    let (up, compute, down) = (queue(device), queue(device), queue(device));
    let (h_in, h_out) = (host(device, shape, len), host(device, shape, len));
    let (d_in, d_out) = (buffers(device, shape, len), buffers(device, shape, len));
    let triple = kernel(device, TRIPLE, "triple");
    let gate = Gate::new(device, &up);
    running(shape, gate, move |seed| {
        let triple = triple.clone();
        process_one(
            &up, &compute, &down, &h_in, &d_in, &d_out, &h_out, triple, seed,
        )
    })
}

fn running<F, M>(shape: Shape, gate: Gate, make: M) -> Box<dyn Version>
where
    F: Future<Output = Result<f32>> + 'static,
    M: FnMut(u32) -> F + 'static,
{
    Box::new(Running {
        make,
        places: (0..shape.in_flight).map(|_| Place::new()).collect(),
        begun: 0,
        ended: 0,
        gate,
    })
}

impl<F: Future<Output = Result<f32>>, M: FnMut(u32) -> F> Version for Running<F, M> {
    fn begin(&mut self, seed: u32) {
        let index = self.begun % self.places.len();
        let place = &mut self.places[index];
        place.frame.set(Some((self.make)(seed)));
        place.seed = seed;
        place.poll();
        self.begun += 1;
    }

    fn end(&mut self) {
        let oldest = self.ended % self.places.len();
        let result = loop {
            if let Some(result) = self.places[oldest].result.take() {
                break result;
            }
            let woken = self.places.iter_mut().filter(|place| place.flag.lower());
            if woken.map(Place::poll).count() == 0 {
                sleep();
            }
        };
        assert_eq!(result, version::expected(self.places[oldest].seed));
        self.ended += 1;
    }

    fn hold(&mut self, rounds: u32) {
        let Gate {
            queue,
            scratch,
            kernel,
        } = &self.gate;
        // What is enqueued goes on without its future.
        let mut held = std::pin::pin!(hold(queue, scratch, kernel.clone(), rounds));
        let polled = held.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending(), "the queue was held too shortly");
    }

    fn release(&mut self) {
        self.gate.queue.finish();
    }

    fn calls(&self) -> u64 {
        driver_calls()
    }
}

impl<F: Future<Output = Result<f32>>> Place<F> {
    fn new() -> Self {
        let flag = Arc::new(Flag::new());
        Place {
            frame: Box::pin(None),
            waker: flag.clone().into(),
            flag,
            seed: 0,
            result: None,
        }
    }

    fn poll(&mut self) {
        let mut context = Context::from_waker(&self.waker);
        let frame = self.frame.as_mut().as_pin_mut();
        if let Some(Poll::Ready(result)) = frame.map(|frame| frame.poll(&mut context)) {
            self.result = Some(result.expect("a frame"));
            self.frame.set(None);
        }
    }
}

impl Gate {
    fn new(device: &Device, queue: &Queue) -> Self {
        Gate {
            queue: queue.clone(),
            scratch: Resource::new(DeviceBuffer::new(device, 1).expect("a buffer")),
            kernel: kernel(device, HOLD, "hold"),
        }
    }
}

fn queue(device: &Device) -> Queue {
    Queue::new(device).expect("a queue")
}

fn host(device: &Device, shape: Shape, len: usize) -> Resource<HostBuffer<f32>> {
    let buffer = |_| HostBuffer::new(device, len).expect("a host buffer");
    Resource::ring((0..shape.sets).map(buffer))
}

fn buffers(device: &Device, shape: Shape, len: usize) -> Resource<DeviceBuffer<f32>> {
    let buffer = |_| DeviceBuffer::new(device, len).expect("a buffer");
    Resource::ring((0..shape.sets).map(buffer))
}

fn kernel(device: &Device, source: &str, name: &str) -> Kernel {
    // SAFETY: `triple` touches one element of each buffer per work-item and is launched with the buffers'
    // length; `hold` touches the one element of its buffer.
    unsafe { Kernel::build(device, source, name) }.expect("a kernel")
}
