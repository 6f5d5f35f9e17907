//! [`ByHand`]: the same correlator on an OpenCL device, scheduled by hand, to compare the pipelines with. What a frame
//! waits for, which slot it uses, when memory is free again and in which order dumps leave: all of it is written here.
//! The receiving task, the kernels and the formats are the same.
//!
//! Commands wait for each other on the device, by wait lists. The host waits for uploads, frames and downloads, by a
//! callback each.

mod objects;
mod over;
mod writer;

use crate::chunk::Chunk;
use crate::correlator::{Engine, Job};
use crate::counters::{Count, Counters};
use crate::dump::Label;
use crate::error::Error;
use crate::shape::Shape;
use crate::x_engine::Output;
use futures::FutureExt;
use futures::future::join;
use gpu_stages::opencl::OpenCl;
use objects::{Objects, clear, download, launch, upload};
pub use objects::{Opened, open};
use ocl::Event;
use over::over;
use std::collections::VecDeque;
use std::sync::Arc;
use writer::{HostSums, Writer};

/// A correlator of one shape on one device.
pub struct ByHand {
    shape: Shape,
    in_flight: usize,
    objects: Objects,
    writer: Writer,
    counters: Arc<Counters>,
    /// Frames so far: they say which slots are next.
    frames: usize,
    /// Of the latest frames, the newest first: when slots are free again.
    latest: VecDeque<Ends>,
    /// The dump that frames are added to, and its slot of the sums.
    current: Option<(Label, usize)>,
    /// By slot of the sums, the end of its download.
    downloaded: [Vec<Event>; 2],
}

/// The ends of a frame's commands.
struct Ends {
    uploaded: Event,
    filtered: Event,
    correlated: Event,
}

impl ByHand {
    /// A correlator with buffers for as many frames in flight.
    pub fn new(
        opened: Opened,
        shape: Shape,
        in_flight: usize,
        output: Output,
        counters: Arc<Counters>,
    ) -> Result<Self, Error> {
        let writer = Writer::new(opened.device.clone(), shape, output, counters.clone());
        Ok(ByHand {
            shape,
            in_flight,
            objects: Objects::new(opened, &shape, in_flight)?,
            writer,
            counters,
            frames: 0,
            latest: VecDeque::new(),
            current: None,
            downloaded: [Vec::new(), Vec::new()],
        })
    }

    /// Enqueues a frame whose sums are in this slot.
    fn enqueue(&mut self, chunk: &mut Chunk<OpenCl>, sums: usize) -> ocl::Result<Ends> {
        let Objects { up, f, x, .. } = &self.objects;
        let (objects, frame) = (&self.objects, self.frames);
        let samples = &objects.samples[frame % objects.samples.len()];
        // One slot more than frames in flight: the one before this one, around the ring.
        let before = &objects.samples[(frame + self.in_flight) % objects.samples.len()];
        let valid = &objects.valid[frame % objects.valid.len()];
        let spectra = &objects.spectra[frame % objects.spectra.len()];
        let end = |back: usize, of: fn(&Ends) -> &Event| {
            let frame = self.latest.get(back - 1);
            Vec::from_iter(frame.map(|it| of(it).clone()))
        };
        // Its samples were last used as those before the frame of `in_flight` frames ago.
        let samples_free = end(self.in_flight, |it| &it.filtered);
        let valid_free = end(self.in_flight, |it| &it.correlated);
        let spectra_free = end(objects.spectra.len(), |it| &it.correlated);

        let buffers = chunk.buffers();
        // Queues are in order: the end of the second upload is the end of both.
        drop(upload(up, &buffers.data, samples, &samples_free)?);
        let uploaded = upload(up, &buffers.valid, valid, &valid_free)?;
        up.flush()?;

        objects.fir.set_arg(0, before)?;
        objects.fir.set_arg(1, samples)?;
        let filtered = launch(f, &objects.fir, std::slice::from_ref(&uploaded))?;
        objects.fft.set_arg(1, valid)?;
        objects.fft.set_arg(2, spectra)?;
        let transformed = launch(f, &objects.fft, &spectra_free)?;
        f.flush()?;

        let (products, sums) = (&objects.correlate, &objects.sums[sums]);
        products.set_arg(0, spectra)?;
        products.set_arg(1, valid)?;
        products.set_arg(3, &sums.visibilities)?;
        products.set_arg(4, &sums.weights)?;
        let correlated = launch(x, products, &[transformed])?;
        x.flush()?;
        Ok(Ends {
            uploaded,
            filtered,
            correlated,
        })
    }

    /// The slot of the dump that this frame is added to. A new one is cleared when its last download is over.
    fn sums_of(&mut self, label: Label) -> ocl::Result<usize> {
        let slot = match self.current {
            Some((current, slot)) if current == label => return Ok(slot),
            Some((_, slot)) => 1 - slot,
            None => 0,
        };
        let sums = &self.objects.sums[slot];
        clear(&self.objects.x, &sums.visibilities, &self.downloaded[slot])?;
        clear(&self.objects.x, &sums.weights, &[])?;
        self.current = Some((label, slot));
        Ok(slot)
    }

    /// Enqueues the download of the dump that frames were added to.
    fn dump(&mut self) -> Result<Job, Error> {
        let Some((label, slot)) = self.current else {
            return Ok(async { Ok(()) }.boxed());
        };
        let mut host = self.writer.memory()?;
        match self.download(slot, &mut host) {
            Ok(downloaded) => Ok(self.writer.write(label, host, downloaded)),
            Err(error) => {
                // One of the two downloads may run.
                self.objects.finish();
                Err(error)
            }
        }
    }

    /// Enqueues the downloads of a slot of the sums.
    fn download(
        &mut self,
        slot: usize,
        host: &mut HostSums,
    ) -> Result<impl Future<Output = Result<(), Error>> + Send + use<>, Error> {
        let (down, sums) = (&self.objects.down, &self.objects.sums[slot]);
        let added = Vec::from_iter(self.latest.front().map(|it| it.correlated.clone()));
        drop(download(
            down,
            &sums.visibilities,
            &mut host.visibilities,
            &added,
        )?);
        let end = download(down, &sums.weights, &mut host.weights, &[])?;
        down.flush()?;
        let downloaded = over(&end)?;
        self.downloaded[slot] = vec![end];
        Ok(downloaded)
    }

    /// Enqueues a frame. While it fails `chunk` stays where it is; otherwise it is taken.
    fn try_frame(&mut self, chunk: &mut Option<Chunk<OpenCl>>) -> Result<Job, Error> {
        let Some(samples) = chunk.as_mut() else {
            return Ok(async { Ok(()) }.boxed());
        };
        let label = Label {
            dump: samples.frame / self.shape.integration as u64,
            sync: samples.sync,
        };
        let is_new = self.current.is_some_and(|(current, _)| current != label);
        let ended = if is_new { Some(self.dump()?) } else { None };
        let sums = self.sums_of(label)?;
        let ends = self.enqueue(samples, sums)?;
        let (uploaded, correlated) = (over(&ends.uploaded)?, over(&ends.correlated)?);
        self.frames += 1;
        self.latest.push_front(ends);
        self.latest.truncate(self.in_flight.max(2));
        let counters = self.counters.clone();
        let chunk = chunk.take();
        // A separate task holds the chunk until the upload is over, even if the frame is cancelled.
        let frame = tokio::spawn(async move {
            uploaded.await?;
            drop(chunk);
            correlated.await?;
            counters.count(Count::Correlated);
            Ok(())
        });
        let frame = async {
            frame
                .await
                .unwrap_or(Err(Error::Lost("what waits for a frame")))
        };
        let ended = ended.unwrap_or_else(|| async { Ok(()) }.boxed());
        // Both run to their end: a dump is good even if the next frame fails.
        let both = join(frame, ended).map(|(frame, ended)| frame.and(ended));
        Ok(both.boxed())
    }
}

impl Engine<OpenCl> for ByHand {
    fn frame(&mut self, chunk: Chunk<OpenCl>) -> Job {
        let mut chunk = Some(chunk);
        self.try_frame(&mut chunk).unwrap_or_else(|error| {
            // What was enqueued before may run, and reads the chunk.
            self.objects.finish();
            drop(chunk);
            async { Err(error) }.boxed()
        })
    }

    fn finish(&mut self) -> Job {
        let enqueued = self.dump();
        self.current = None;
        enqueued.unwrap_or_else(|error| async { Err(error) }.boxed())
    }
}
