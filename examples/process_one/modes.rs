//! The three ways through the same frames, and the host's own computation to compare with.

use crate::check::Check;
use crate::device::Device;
use crate::error::Error;
use crate::pipeline::{mean_square, process_one};
use crate::progress::Progress;
use crate::source::{Input, Source};
use gpu_stages::{
    Backend, CommandQueue, DeviceBuffer, HostBuffer, JobQueue, Queue, Resource, WaitDevice, acquire,
};

/// A way to process frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// After each command, wait until the device is done.
    Sync,
    /// Enqueue all commands of a frame, then wait once.
    Finish,
    /// Several frames in flight.
    Pipeline,
}

/// What the frames share: queues, rings of buffers, and the source.
pub struct Bench<B: Backend> {
    up: Queue<B>,
    compute: Queue<B>,
    down: Queue<B>,
    source: Resource<Source>,
    h_in: Resource<HostBuffer<B, f32>>,
    d_in: Resource<DeviceBuffer<B, f32>>,
    d_out: Resource<DeviceBuffer<B, f32>>,
    h_out: Resource<HostBuffer<B, f32>>,
    triple: B::Kernel,
}

impl<B: Backend> Bench<B> {
    /// Everything anew, with the source at its first frame.
    pub fn new(device: &Device<B>, input: &Input, slots: usize) -> Result<Self, Error> {
        let Device { handle, triple, .. } = device;
        let host = || Resource::try_ring(slots, || HostBuffer::new(handle, input.size()));
        let on_device = || Resource::try_ring(slots, || DeviceBuffer::new(handle, input.size()));
        Ok(Bench {
            up: Queue::new(handle)?,
            compute: Queue::new(handle)?,
            down: Queue::new(handle)?,
            source: Resource::new(input.open()?),
            h_in: host()?,
            d_in: on_device()?,
            d_out: on_device()?,
            h_out: host()?,
            triple: triple.clone(),
        })
    }

    /// Processes `frames` frames.
    pub async fn run(
        &self,
        mode: Mode,
        frames: u64,
        in_flight: usize,
        check: &mut Check<'_>,
    ) -> Result<(), Error> {
        match mode {
            Mode::Sync => {
                for _ in 0..frames {
                    check.note(self.by_hand(Queue::finish).await?);
                }
            }
            Mode::Finish => {
                for _ in 0..frames {
                    check.note(self.by_hand(Queue::flush).await?);
                }
            }
            Mode::Pipeline => self.overlapped(frames, in_flight, check).await?,
        }
        Ok(())
    }

    /// One frame, alone. `after_each` command but the last there is a `finish`, or a `flush` so that it begins.
    async fn by_hand(&self, after_each: impl Fn(&Queue<B>)) -> Result<f64, Error> {
        let (source, h_in, d_in, d_out, h_out) = acquire((
            self.source.updates().named("source"),
            self.h_in.writes().named("h_in"),
            self.d_in.writes().named("d_in"),
            self.d_out.writes().named("d_out"),
            self.h_out.writes().named("h_out"),
        ))?;

        let mut source = source.wait_events().await?;
        let mut h_in = h_in.wait_events().await?;
        let n = source.fill(&mut h_in)?;
        source.ready();

        let (h_in, mut d_in) = (h_in, d_in).wait_device(&self.up).await?;
        self.up.upload(&h_in.slice(..n), &mut d_in.slice_mut(..n))?;
        self.up.ready((h_in,));
        after_each(&self.up);

        let (d_in, mut d_out) = (d_in, d_out).wait_device(&self.compute).await?;
        let arguments = (&d_in.slice(..n), &mut d_out.slice_mut(..n));
        self.compute.launch(&self.triple, n, arguments)?;
        self.compute.ready((d_in,));
        after_each(&self.compute);

        let (d_out, mut h_out) = (d_out, h_out).wait_device(&self.down).await?;
        self.down
            .download(&d_out.slice(..n), &mut h_out.slice_mut(..n))?;
        self.down.ready((d_out,));
        self.down.finish();

        let h_out = h_out.wait_events_to_read().await?;
        let power = mean_square(&h_out[..n]);
        h_out.ready();
        Ok(power)
    }

    /// All frames, up to `in_flight` of them at a time.
    async fn overlapped(
        &self,
        frames: u64,
        in_flight: usize,
        check: &mut Check<'_>,
    ) -> Result<(), Error> {
        let mut jobs = JobQueue::new(in_flight);
        for _ in 0..frames {
            jobs.push(self.call()).await?;
            while let Some(power) = jobs.pop() {
                check.note(power);
            }
        }
        while let Some(power) = jobs.next().await? {
            check.note(power);
        }
        Ok(())
    }

    fn call(&self) -> impl Future<Output = Result<f64, Error>> + use<B> {
        process_one(
            &self.up,
            &self.compute,
            &self.down,
            &self.source,
            &self.h_in,
            &self.d_in,
            &self.d_out,
            &self.h_out,
            self.triple.clone(),
        )
    }
}

/// What the host computes by itself.
pub fn on_the_host(input: &Input, progress: &mut Progress) -> Result<Vec<f64>, Error> {
    let mut source = input.open()?;
    let mut frame = vec![0.0; input.size()];
    let powers = (0..input.frames()).map(|_| {
        let n = source.fill(&mut frame)?;
        frame[..n].iter_mut().for_each(|x| *x *= 3.0);
        progress.step();
        Ok(mean_square(&frame[..n]))
    });
    powers.collect()
}
