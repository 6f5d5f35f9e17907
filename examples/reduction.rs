//! A reduction over as many partial results as there are: each of `N` producers fills a partial histogram of its
//! share of the samples, on a queue of its own; one call adds them up.
//!
//! `#[reads] partials: [T]` takes any number of resources, and acquires all of them in the same step as its others:
//! the sum comes after the producers of its round and before those of the next, without a wait in this program.

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

const PRODUCERS: u32 = 5;
const ROUNDS: u32 = 4;
const SAMPLES: u32 = 20_000;
const BINS: usize = 16;

/// Counts the samples of one share into a partial histogram.
#[gpu_pipeline]
async fn produce(
    #[queue] queue: Queue,
    #[writes] partial: DeviceBuffer<f32>,
    histogram: Kernel,
    first: u32,
) -> Result<()> {
    queue.fill(&mut partial, 0.0)?;
    queue.launch(&histogram, 1, (&mut partial, first))
}

/// Adds up all partial histograms.
#[gpu_pipeline]
async fn reduce(
    #[queue] queue: Queue,
    #[reads] partials: [DeviceBuffer<f32>],
    #[writes] total: DeviceBuffer<f32>,
    #[writes] result: HostBuffer<f32>,
    add: Kernel,
) -> Result<Vec<f32>> {
    queue.fill(&mut total, 0.0)?;
    for i in 0..partials.len() {
        queue.launch(&add, total.len(), (&partials[i], &mut total))?;
    }
    queue.download(&total, &mut result)?;
    Ok(result.to_vec())
}

/// Where a sample falls.
fn bin(sample: u32) -> usize {
    let mixed = sample.wrapping_mul(2_654_435_761).rotate_left(13);
    mixed as usize % BINS
}

/// The first sample of a producer's share in one round.
fn share(round: u32, producer: u32) -> u32 {
    (round * PRODUCERS + producer) * SAMPLES
}

struct Reduction {
    /// One for each producer.
    queues: Vec<Queue>,
    sums: Queue,
    partials: Vec<Resource<DeviceBuffer<f32>>>,
    total: Resource<DeviceBuffer<f32>>,
    result: Resource<HostBuffer<f32>>,
    histogram: Kernel,
    add: Kernel,
}

impl Reduction {
    fn new(device: &Device) -> Result<Self> {
        let histogram = |counts: &mut [f32], first: u32| {
            (first..first + SAMPLES).for_each(|sample| counts[bin(sample)] += 1.0);
        };
        let add = |part: &[f32], total: &mut [f32]| {
            total.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        };
        let queues = (0..PRODUCERS).map(|_| Queue::new(device));
        // Two slots each: the next round is counted while this one is added up.
        let partial = |_| Resource::try_ring(2, || DeviceBuffer::new(device, BINS));
        Ok(Reduction {
            queues: queues.collect::<Result<_>>()?,
            sums: Queue::new(device)?,
            partials: (0..PRODUCERS).map(partial).collect::<Result<_>>()?,
            total: Resource::new(DeviceBuffer::new(device, BINS)?),
            result: Resource::new(HostBuffer::new(device, BINS)?),
            histogram: Kernel::new("histogram", histogram),
            add: Kernel::new("add", add),
        })
    }

    /// All calls of a round, in the order in which they use the partial results; the futures then overlap.
    fn round(&self, round: u32) -> impl Future<Output = Result<Vec<f32>>> + use<> {
        let producers = (0..).zip(&self.partials).zip(&self.queues);
        let produced = producers.map(|((producer, partial), queue)| {
            let first = share(round, producer);
            produce(queue, partial, self.histogram.clone(), first)
        });
        let produced = futures::future::try_join_all(produced.collect::<Vec<_>>());
        let partials: Vec<_> = self.partials.iter().collect();
        let (total, result) = (&self.total, &self.result);
        let sum = reduce(&self.sums, &partials, total, result, self.add.clone());
        async move { Ok(futures::future::try_join(produced, sum).await?.1) }
    }
}

/// Counts all rounds, and says whether the histograms are right.
pub async fn count(device: &Device) -> Result<ExitCode> {
    let reduction = Reduction::new(device)?;
    let rounds = (0..ROUNDS).map(|round| reduction.round(round));
    let sums = futures::future::try_join_all(rounds.collect::<Vec<_>>()).await?;
    let expected = (0..ROUNDS).map(|round| {
        let mut counts = vec![0.0; BINS];
        (share(round, 0)..share(round + 1, 0)).for_each(|sample| counts[bin(sample)] += 1.0);
        counts
    });
    let correct = expected.zip(&sums).filter(|(a, b)| a == *b).count();
    let _ = writeln!(io::stdout(), "{correct} of {ROUNDS} histograms are right");
    Ok(ExitCode::from(u8::from(correct != ROUNDS as usize)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    count(&Device::new()).await
}
