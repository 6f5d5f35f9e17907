//! The engines that frames go through: an F-engine and then an X-engine, or one of them with a network on its other
//! side.
//! All calls of the pipelines are made here, in the order of the frames; the futures wait for them.

use crate::chunk::Chunk;
use crate::corner_turn::{Receiver, Sender};
use crate::counters::{Count, Counters};
use crate::error::Error;
use crate::f_engine::FEngine;
use crate::x_engine::XEngine;
use futures::future::{BoxFuture, FutureExt, join};
use gpu_stages::Backend;
use std::sync::Arc;

/// A frame on its way, or what is left to do at the end.
pub type Job = BoxFuture<'static, Result<(), Error>>;

/// What frames go through.
pub trait Engine<B: Backend>: Send {
    /// Takes the next frame.
    fn frame(&mut self, chunk: Chunk<B>) -> Job;

    /// Completes what was begun with the frames so far.
    fn finish(&mut self) -> Job;
}

/// F and X in one process.
pub struct Correlator<B: Backend> {
    /// Makes the spectra.
    pub f: FEngine<B>,
    /// Takes them.
    pub x: XEngine<B>,
    /// Frames are counted here.
    pub counters: Arc<Counters>,
}

/// F alone.
pub struct Channeliser<B: Backend> {
    /// Makes the spectra.
    pub f: FEngine<B>,
    /// Takes them.
    pub sender: Sender<B>,
    /// Frames are counted here.
    pub counters: Arc<Counters>,
}

/// X alone.
pub struct BandCorrelator<B: Backend> {
    /// Takes spectra in.
    pub receiver: Receiver<B>,
    /// Takes them.
    pub x: XEngine<B>,
    /// Frames are counted here.
    pub counters: Arc<Counters>,
}

impl<B: Backend> Engine<B> for Correlator<B> {
    fn frame(&mut self, chunk: Chunk<B>) -> Job {
        let (frame, sync) = (chunk.frame, chunk.sync);
        let made = self.f.channelise(chunk);
        let taken = (self.x).correlate(frame, sync, &self.f.spectra, &self.f.valid);
        both(made, taken, &self.counters)
    }

    fn finish(&mut self) -> Job {
        self.x.finish().boxed()
    }
}

impl<B: Backend> Engine<B> for Channeliser<B> {
    fn frame(&mut self, chunk: Chunk<B>) -> Job {
        let (frame, sync) = (chunk.frame, chunk.sync);
        let made = self.f.channelise(chunk);
        let taken = self.sender.send(frame, sync, &self.f);
        both(made, taken, &self.counters)
    }

    fn finish(&mut self) -> Job {
        async { Ok(()) }.boxed()
    }
}

impl<B: Backend> Engine<B> for BandCorrelator<B> {
    fn frame(&mut self, chunk: Chunk<B>) -> Job {
        let (frame, sync) = (chunk.frame, chunk.sync);
        let made = self.receiver.unpack(chunk, &self.x.queue);
        let (spectra, valid) = (&self.receiver.spectra, &self.receiver.valid);
        let taken = self.x.correlate(frame, sync, spectra, valid);
        both(made, taken, &self.counters)
    }

    fn finish(&mut self) -> Job {
        self.x.finish().boxed()
    }
}

/// Both calls of a frame to their end; if both fail, the first is the cause.
fn both(
    made: impl Future<Output = Result<(), Error>> + Send + 'static,
    taken: impl Future<Output = Result<(), Error>> + Send + 'static,
    counters: &Arc<Counters>,
) -> Job {
    let (done, counters) = (join(made, taken), counters.clone());
    async move {
        let (made, taken) = done.await;
        made.and(taken)?;
        counters.count(Count::Correlated);
        Ok(())
    }
    .boxed()
}
