//! Step 8: the network does not wait. A frame without free memory is dropped when it comes in, and the run ends when it
//! is told to stop.

use crate::network::Receiver;
use crate::step_6_accumulate::Jobs;
use crate::step_8_chunk::{Chunk, Pool};
use crate::step_8_correlator::Correlator;
use crate::world::{RECEIVE, World};
use futures::future::FutureExt;
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::pin::pin;

/// Where frames come in.
struct Door {
    receiver: Resource<Receiver>,
    pool: Pool,
}

impl Door {
    fn new(world: &World) -> Result<Self> {
        Ok(Door {
            // It stays good when a call that receives is cancelled.
            receiver: Resource::new(world.receiver()).keep_on_failure(),
            pool: Pool::new(&world.device, 3)?,
        })
    }

    /// Receives the next frame into `chunk`. Without one the frame is lost.
    #[gpu_pipeline]
    async fn receive(
        &self,
        #[updates(self.receiver)] receiver: Receiver,
        mut chunk: Option<Chunk>,
    ) -> Result<Option<Chunk>> {
        #[stage(name = "receive")]
        match &mut chunk {
            Some(chunk) => chunk.frame = receiver.receive(&mut chunk.samples[0]).await,
            None => receiver.pass().await,
        }
        Ok(chunk)
    }

    /// Begins to receive the next frame, into a chunk if one is free.
    fn next(&self) -> impl Future<Output = Result<Option<Chunk>>> {
        self.receive(self.pool.take())
    }
}

/// Correlates what comes until `stop`; returns the numbers of the frames that were not dropped.
async fn correlate(
    door: &Door,
    correlator: &Correlator,
    stop: impl Future<Output = ()>,
) -> Result<Vec<usize>> {
    let mut frames: Vec<usize> = Vec::new();
    // What bounds the frames in flight is the number of chunks.
    let mut jobs = Jobs::new(usize::MAX);
    let mut stop = pin!(stop);
    let mut receiving = Box::pin(door.next());
    loop {
        let running = jobs.in_flight();
        let received = tokio::select! {
            biased;
            () = &mut stop => break,
            received = &mut receiving => received?,
            // The jobs run only while the queue is awaited.
            ended = jobs.finish(running.saturating_sub(1)), if running > 0 => {
                ended?;
                continue;
            }
        };
        receiving = Box::pin(door.next());
        if let Some(chunk) = received {
            let last = frames.last().copied();
            frames.push(chunk.frame);
            correlator.add(chunk, last, &mut jobs).await?;
        }
    }
    // Cancels the call that receives. The frames in flight go on to their end, and the last dump goes out.
    drop(receiving);
    if !frames.is_empty() {
        jobs.push(correlator.sums.dump().boxed_local()).await?;
    }
    jobs.finish(0).await?;
    Ok(frames)
}

/// Stops in the middle of the frame after the last one.
pub async fn run(world: &World, frames: usize) -> Result<Vec<usize>> {
    let (door, correlator) = (Door::new(world)?, Correlator::new(world)?);
    let stop = RECEIVE * frames as u32 + RECEIVE / 2;
    correlate(&door, &correlator, world.simulation.host_work(stop)).await
}
