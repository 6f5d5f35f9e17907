//! Pipelines of several kinds, with several calls in flight each.

use super::executor::Job;
use futures::future::poll_fn;
use gpu_stages::{DeviceBuffer, Error, HostBuffer, Queue, Resource, Result, gpu_pipeline};
use gpu_stages_tests::talk::{Talk, TestBackend};
use std::task::Poll;

const LEN: usize = 64;

/// The stage that is to panic, if one is.
#[derive(Clone, Copy, Debug)]
pub struct Trap(pub Option<usize>);

impl Trap {
    /// Returns `value`, unless the trap is set for `stage`.
    fn pass<T>(self, stage: usize, value: T) -> T {
        assert!(self.0 != Some(stage), "on purpose");
        value
    }
}

/// Several calls over the same resources.
pub trait Scene {
    /// Call number `call`, counted from 0.
    fn call(&self, call: usize, trap: Trap) -> Job<Result<f32>>;

    /// Stages that can be made to panic.
    fn stages(&self) -> usize;

    /// Lets everything that is enqueued finish.
    fn settle(&self);

    /// Whether `call` uses nothing that an earlier call `before` may hold.
    fn is_apart(&self, call: usize, before: usize) -> bool;

    /// Whether `call` may give `value` when `missing` of the calls before may have done nothing.
    fn is_right(&self, call: usize, value: f32, missing: usize) -> bool;

    /// Whether later calls need what earlier ones wrote, so that a failure may reach them.
    fn is_chained(&self) -> bool;
}

/// The talk's pipeline: every frame writes all anew.
pub struct Frames<B: TestBackend> {
    talk: Talk<B>,
    slots: usize,
}

impl<B: TestBackend> Frames<B> {
    pub fn new(queues: &[Queue<B>], slots: usize) -> Self {
        Frames {
            talk: Talk::on(queues.to_vec(), slots, LEN),
            slots,
        }
    }
}

impl<B: TestBackend> Scene for Frames<B> {
    fn call(&self, call: usize, _: Trap) -> Job<Result<f32>> {
        Box::pin(self.talk.frame(call as u32))
    }

    fn stages(&self) -> usize {
        0
    }

    fn settle(&self) {
        settle(&self.talk.queues);
    }

    fn is_apart(&self, call: usize, before: usize) -> bool {
        (call - before) % self.slots != 0
    }

    fn is_right(&self, call: usize, value: f32, _: usize) -> bool {
        value == Talk::<B>::expected(LEN, call as u32)
    }

    fn is_chained(&self) -> bool {
        false
    }
}

/// Each call works on what the one before left on the device.
pub struct Chain<B: TestBackend> {
    queues: Vec<Queue<B>>,
    total: Resource<DeviceBuffer<B, f32>>,
    scratch: Resource<DeviceBuffer<B, f32>>,
    out: Resource<HostBuffer<B, f32>>,
    triple: B::Kernel,
}

#[gpu_pipeline]
async fn triple_total<B: TestBackend>(
    #[queue] compute: Queue<B>,
    #[queue] down: Queue<B>,
    #[updates] total: DeviceBuffer<B, f32>,
    #[writes] scratch: DeviceBuffer<B, f32>,
    #[writes] out: HostBuffer<B, f32>,
    triple: B::Kernel,
    trap: Trap,
) -> Result<f32> {
    compute.launch(&triple, trap.pass(0, total.len()), (&total, &mut scratch))?;
    trap.pass(1, ());
    pause().await;
    compute.copy(&scratch, &mut total)?;
    down.download(&total, &mut out)?;
    Ok(trap.pass(2, out[0]))
}

impl<B: TestBackend> Chain<B> {
    pub fn new(queues: &[Queue<B>]) -> Self {
        let device = B::device();
        let buffer = || Resource::new(DeviceBuffer::new(&device, LEN).unwrap());
        let total = buffer();
        let mut guard = futures::executor::block_on(async {
            total.acquire_write().unwrap().wait_device(&queues[0]).await
        })
        .unwrap();
        queues[0].fill(&mut guard, 1.0).unwrap();
        guard.ready();
        Chain {
            queues: queues.to_vec(),
            total,
            scratch: buffer(),
            out: Resource::new(HostBuffer::new(&device, LEN).unwrap()),
            triple: B::triple(),
        }
    }
}

impl<B: TestBackend> Scene for Chain<B> {
    fn call(&self, _: usize, trap: Trap) -> Job<Result<f32>> {
        let (compute, down) = (&self.queues[0], &self.queues[self.queues.len() - 1]);
        let triple = self.triple.clone();
        let (total, scratch, out) = (&self.total, &self.scratch, &self.out);
        Box::pin(triple_total(
            compute, down, total, scratch, out, triple, trap,
        ))
    }

    fn stages(&self) -> usize {
        3
    }

    fn settle(&self) {
        settle(&self.queues);
    }

    fn is_apart(&self, _: usize, _: usize) -> bool {
        false
    }

    fn is_right(&self, call: usize, value: f32, missing: usize) -> bool {
        let power = |calls: usize| 3_f32.powi(calls as i32);
        (0..=missing).any(|missing| value == power(call + 1 - missing))
    }

    fn is_chained(&self) -> bool {
        true
    }
}

/// Host stages that suspend, one off the executor's thread, and a value of each call's own.
pub struct Mixed<B: TestBackend> {
    queues: Vec<Queue<B>>,
    log: Resource<Vec<usize>>,
    data: Resource<DeviceBuffer<B, f32>>,
    out: Resource<HostBuffer<B, f32>>,
}

#[gpu_pipeline]
async fn converse<B: TestBackend>(
    #[queue] up: Queue<B>,
    #[queue] down: Queue<B>,
    #[updates] log: Vec<usize>,
    #[owns] chunk: HostBuffer<B, f32>,
    #[writes] data: DeviceBuffer<B, f32>,
    #[writes] out: HostBuffer<B, f32>,
    call: usize,
    trap: Trap,
) -> Result<f32> {
    {
        log.push(call);
        pause().await;
        chunk.fill(trap.pass(0, call as f32));
        log.push(call);
    }
    up.upload(&chunk, trap.pass(1, &mut data))?;
    #[stage(blocking)]
    log.push(trap.pass(2, call));
    down.download(&data, &mut out)?;
    pause().await;
    Ok(trap.pass(3, out[0]))
}

impl<B: TestBackend> Mixed<B> {
    pub fn new(queues: &[Queue<B>]) -> Self {
        let device = B::device();
        Mixed {
            queues: queues.to_vec(),
            log: Resource::new(Vec::new()).keep_on_failure(),
            data: Resource::new(DeviceBuffer::new(&device, LEN).unwrap()),
            out: Resource::new(HostBuffer::new(&device, LEN).unwrap()),
        }
    }
}

impl<B: TestBackend> Scene for Mixed<B> {
    fn call(&self, call: usize, trap: Trap) -> Job<Result<f32>> {
        let (up, down) = (&self.queues[0], &self.queues[self.queues.len() - 1]);
        let chunk = HostBuffer::new(&B::device(), LEN).unwrap();
        let (log, data, out) = (&self.log, &self.data, &self.out);
        Box::pin(converse(up, down, log, chunk, data, out, call, trap))
    }

    fn stages(&self) -> usize {
        4
    }

    fn settle(&self) {
        settle(&self.queues);
    }

    fn is_apart(&self, _: usize, _: usize) -> bool {
        false
    }

    fn is_right(&self, call: usize, value: f32, _: usize) -> bool {
        value == call as f32
    }

    fn is_chained(&self) -> bool {
        false
    }
}

/// Suspends once.
async fn pause() {
    let mut first = true;
    poll_fn(|context| {
        if std::mem::take(&mut first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

fn settle<B: TestBackend>(queues: &[Queue<B>]) {
    // Once for each: the last may wait for the first.
    for _ in queues {
        queues.iter().for_each(Queue::finish);
    }
}

/// Whether an error names a resource, the pipeline and the stage that failed.
pub fn is_named(error: &Error) -> bool {
    match error {
        Error::Poisoned { site, poison } => {
            let known = [
                "triple_total",
                "converse",
                "process_one",
                "process_in_order",
            ];
            !site.resource().is_empty()
                && known.contains(&poison.by().pipeline())
                && poison.by().stage() != "?"
        }
        _ => false,
    }
}
