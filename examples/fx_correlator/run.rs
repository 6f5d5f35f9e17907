//! Two schedules: one frame after the other, and as many in flight as there is room for. What takes frames may be
//! pipelines, or a schedule by hand.

use crate::chunk::Chunk;
use crate::correlator::{Engine, Job};
use crate::error::Error;
use crate::pipeline::{drain, receive};
use crate::reassemble::Assembly;
use futures::FutureExt;
use futures::future::Shared;
use gpu_stages::{Backend, JobQueue, Resource};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// The door: the place where frames come in or are dropped.
pub struct Door<B: Backend> {
    socket: Resource<UdpSocket>,
    assembly: Resource<Assembly<B>>,
    idle: Duration,
    is_closed: bool,
}

impl<B: Backend> Door<B> {
    /// Frames are made by `assembly` of what comes through `socket`, until nothing comes for as long as `idle`.
    pub fn new(socket: UdpSocket, assembly: Assembly<B>, idle: Duration) -> Self {
        Door {
            // Both stay good when a call of `receive` is cancelled, which is how it is stopped.
            socket: Resource::new(socket).keep_on_failure(),
            assembly: Resource::new(assembly).keep_on_failure(),
            idle,
            is_closed: false,
        }
    }

    /// The next frame, until `stop` or the end; then those that are left, complete or not.
    async fn next(
        &mut self,
        stop: Shared<impl Future<Output = ()>>,
    ) -> Result<Option<Chunk<B>>, Error> {
        if !self.is_closed {
            let received = tokio::select! {
                biased;
                () = stop => None,
                received = receive(&self.socket, &self.assembly, self.idle) => received?,
            };
            if received.is_some() {
                return Ok(received);
            }
            self.is_closed = true;
        }
        drain(&self.assembly).await
    }
}

/// One frame after the other: nothing is received while the device works.
pub async fn synchronous<B: Backend>(
    mut door: Door<B>,
    engine: &mut impl Engine<B>,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let stop = stop.shared();
    while let Some(chunk) = door.next(stop.clone()).await? {
        engine.frame(chunk).await?;
    }
    engine.finish().await
}

/// Frames in flight, and a task that only receives.
pub async fn pipeline<B: Backend>(
    mut door: Door<B>,
    engine: &mut impl Engine<B>,
    in_flight: usize,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    // Not bounded, but for the number of chunks that there are.
    let (sender, mut chunks) = mpsc::unbounded_channel();
    let listening = tokio::spawn(async move {
        let stop = stop.shared();
        while let Some(chunk) = door.next(stop.clone()).await? {
            if sender.send(chunk).is_err() {
                break;
            }
        }
        Ok::<(), Error>(())
    });
    let result = process(&mut chunks, engine, in_flight).await;
    drop(chunks);
    if result.is_err() {
        listening.abort();
    }
    match listening.await {
        Ok(listened) => result.and(listened),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => result,
    }
}

/// Takes frames as they come. After an error no more are taken, but those in flight go on to their end: what they
/// write may be good.
async fn process<B: Backend>(
    chunks: &mut mpsc::UnboundedReceiver<Chunk<B>>,
    engine: &mut impl Engine<B>,
    in_flight: usize,
) -> Result<(), Error> {
    let mut jobs = JobQueue::new(in_flight);
    let mut result = take_frames(chunks, engine, &mut jobs, in_flight).await;
    loop {
        match jobs.finish(0).await {
            Ok(()) => return result,
            // The first one is the cause of the others.
            Err(error) => result = result.and(Err(error)),
        }
    }
}

/// While it waits for a frame, those in flight go on.
async fn take_frames<B: Backend>(
    chunks: &mut mpsc::UnboundedReceiver<Chunk<B>>,
    engine: &mut impl Engine<B>,
    jobs: &mut JobQueue<Job, (), Error>,
    in_flight: usize,
) -> Result<(), Error> {
    loop {
        let running = jobs.in_flight();
        tokio::select! {
            chunk = chunks.recv(), if running < in_flight => match chunk {
                Some(chunk) => jobs.push(engine.frame(chunk)).await?,
                None => break,
            },
            result = jobs.finish(running.saturating_sub(1)), if running > 0 => result?,
        }
        while jobs.pop().is_some() {}
    }
    jobs.push(engine.finish()).await
}
