//! Overlapping frames: a FIR filter over a signal that comes in frames. A frame is filtered with the end of the
//! previous frame, which is still in the ring: `pin` names that version and keeps its slot until the filter has read it.
//!
//! Nothing is copied from frame to frame, and frames overlap: while one is filtered, the next ones are uploaded into
//! the other slots. A write to the slot of a pinned version waits for the pin.

use futures::future::join;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{JobQueue, Resource, Result, gpu_pipeline};
use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

const FRAMES: usize = 20;
const SAMPLES: usize = 1024;
const IN_FLIGHT: usize = 3;
/// A low-pass filter.
const TAPS: [f32; 7] = [0.03, 0.12, 0.22, 0.26, 0.22, 0.12, 0.03];
/// The part of the previous frame that a frame needs.
const HISTORY: usize = TAPS.len() - 1;

/// Makes the next frame the newest version of `signal`.
#[gpu_pipeline]
async fn receive(
    #[queue] up: Queue,
    #[writes] received: HostBuffer<f32>,
    #[writes] signal: DeviceBuffer<f32>,
    frame: usize,
) -> Result<()> {
    for (sample, x) in (frame * SAMPLES..).zip(received.iter_mut()) {
        *x = antenna(sample);
    }
    up.upload(&received, &mut signal)
}

/// Filters one frame; `before` is the one before it.
#[gpu_pipeline]
async fn filter(
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[reads] before: DeviceBuffer<f32>,
    #[reads] signal: DeviceBuffer<f32>,
    #[writes] filtered: DeviceBuffer<f32>,
    #[writes] result: HostBuffer<f32>,
    fir: Kernel,
) -> Result<Vec<f32>> {
    let end = before.len() - HISTORY;
    compute.launch(&fir, SAMPLES, (&before[end..], &signal, &mut filtered))?;
    down.download(&filtered, &mut result)?;
    Ok(result.to_vec())
}

struct Receiver {
    queues: [Queue; 3],
    received: Resource<HostBuffer<f32>>,
    signal: Resource<DeviceBuffer<f32>>,
    filtered: Resource<DeviceBuffer<f32>>,
    result: Resource<HostBuffer<f32>>,
    fir: Kernel,
}

impl Receiver {
    fn new(device: &Device) -> Result<Self> {
        let queue = || Queue::new(device);
        let host = || HostBuffer::new(device, SAMPLES);
        let on_device = || DeviceBuffer::new(device, SAMPLES);
        Ok(Receiver {
            queues: [queue()?, queue()?, queue()?],
            received: Resource::try_ring(2, host)?,
            // One slot more than frames in flight, for the frame before the first of them.
            signal: Resource::try_ring(IN_FLIGHT + 1, on_device)?,
            filtered: Resource::try_ring(2, on_device)?,
            result: Resource::try_ring(2, host)?,
            fir: Kernel::new("fir", |before: &[f32], signal: &[f32], out: &mut [f32]| {
                let samples: Vec<f32> = before.iter().chain(signal).copied().collect();
                for (window, out) in samples.windows(TAPS.len()).zip(out) {
                    *out = convolve(window);
                }
            }),
        })
    }

    /// Both calls are made here, so that frames are in order; the future only waits for them.
    fn frame(&self, frame: usize) -> impl Future<Output = Result<Vec<f32>>> + use<> {
        let [up, compute, down] = &self.queues;
        // At first, silence: buffers start zeroed.
        let before = self.signal.pin();
        let received = receive(up, &self.received, &self.signal, frame);
        let (filtered, result, fir) = (&self.filtered, &self.result, self.fir.clone());
        // Once acquired the slot is held by the call: the version can go.
        let filtered = filter(compute, down, &before, &self.signal, filtered, result, fir);
        async move {
            // Both to their end: `try_join` would cancel one when the other fails.
            let (received, filtered) = join(received, filtered).await;
            received.and(filtered)
        }
    }
}

fn antenna(sample: usize) -> f32 {
    ((sample * 37) % 101) as f32 / 50.0 - 1.0
}

fn convolve(window: &[f32]) -> f32 {
    window.iter().zip(TAPS).map(|(x, tap)| x * tap).sum()
}

/// Filters all frames, and says whether the result is that of one long signal.
pub async fn receive_all(device: &Device) -> Result<ExitCode> {
    let receiver = Receiver::new(device)?;
    let (mut jobs, mut filtered) = (JobQueue::new(IN_FLIGHT), Vec::new());
    for frame in 0..FRAMES {
        jobs.push(receiver.frame(frame)).await?;
    }
    while let Some(frame) = jobs.next().await? {
        filtered.extend(frame);
    }
    let silence = std::iter::repeat_n(0.0, HISTORY);
    let signal: Vec<f32> = silence.chain((0..FRAMES * SAMPLES).map(antenna)).collect();
    let expected: Vec<f32> = signal.windows(TAPS.len()).map(convolve).collect();
    let is_right = filtered == expected;
    let _ = writeln!(io::stdout(), "as one signal: {is_right}");
    Ok(ExitCode::from(u8::from(!is_right)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    receive_all(&Device::new()).await
}
