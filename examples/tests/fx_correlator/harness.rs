//! What the tests share: an array in a program, and a correlator without a network.

use crate::chunk::Pool;
use crate::correlator::{Correlator, Engine};
use crate::counters::{Counters, Totals};
use crate::dump::DumpFile;
use crate::error::Error;
use crate::f_engine::FEngine;
use crate::kernels::Kernels;
use crate::npy::{self, Record};
use crate::packet::SamplesHeader;
use crate::reassemble::Assembly;
use crate::reference::Heard;
use crate::shape::Shape;
use crate::sky::{Plan, Sky};
use crate::stream::Stream;
use crate::x_engine::{Output, XEngine};
use gpu_stages::{Backend, JobQueue};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::UdpSocket;

/// When sample 0 was taken.
pub const SYNC: u64 = 1_475_700_000_000_000_000;

/// A small array.
pub const SMALL: Shape = Shape {
    antennas: 2,
    channels: 16,
    taps: 4,
    spectra: 8,
    packet: 64,
    integration: 3,
    first_channel: 0,
    band: 16,
    bits: 8,
};

/// What an array of this shape hears for so many frames. Nothing is lost.
pub fn heard(shape: &Shape, frames: usize, sources: &[(f64, f64)]) -> Heard {
    let mut sky = Sky::new(Plan {
        antennas: shape.antennas,
        spacing: 1.0,
        noise: 10.0,
        sources: sources.to_vec(),
        tone: Some((0.2, 3.0)),
        seed: 7,
    });
    let mut samples = vec![Vec::new(); shape.inputs()];
    let mut now = vec![0; shape.inputs()];
    for _ in 0..frames * shape.frame() {
        sky.next_sample(&mut now);
        for (samples, &now) in samples.iter_mut().zip(&now) {
            samples.push(now);
        }
    }
    Heard {
        samples,
        arrived: vec![vec![true; frames * shape.packets()]; shape.inputs()],
        turned: vec![vec![true; frames * shape.spectra]; shape.inputs()],
    }
}

impl Heard {
    /// The datagrams that arrived, in the order in which they were taken.
    pub fn datagrams(&self, shape: &Shape) -> Vec<Vec<u8>> {
        let packets = 0..self.arrived[0].len();
        let all = packets.flat_map(|packet| (0..shape.inputs()).map(move |input| (packet, input)));
        all.filter(|&(packet, input)| self.arrived[input][packet])
            .map(|(packet, input)| self.datagram(shape, packet, input))
            .collect()
    }

    /// One datagram.
    pub fn datagram(&self, shape: &Shape, packet: usize, input: usize) -> Vec<u8> {
        let mut datagram = Vec::new();
        let header = SamplesHeader {
            antenna: (input / 2) as u16,
            polarisation: (input % 2) as u8,
            sequence: packet as u64,
            sync: SYNC,
        };
        let samples = &self.samples[input][packet * shape.packet..][..shape.packet];
        header.write(samples, &mut datagram);
        datagram
    }
}

/// A correlator, with the door that gives it frames and the file that it writes.
pub struct Setup<B: Backend> {
    pub correlator: Correlator<B>,
    pub assembly: Assembly<B>,
    pub counters: Arc<Counters>,
    pub path: PathBuf,
    _dir: TempDir,
}

impl<B: Backend> Setup<B> {
    pub async fn new(device: &B::Device, kernels: Kernels<B>, shape: Shape, chunks: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dumps.npy");
        let counters = Arc::new(Counters::default());
        let x = x_engine(device, &kernels, shape, &path, &counters).await;
        let f = FEngine::new(device, &kernels, shape.check().unwrap(), 3);
        let pool = Pool::new(device, &shape, Stream::Samples, chunks).unwrap();
        Setup {
            correlator: Correlator {
                f: f.await.unwrap(),
                x,
                counters: counters.clone(),
            },
            assembly: Assembly::new(shape, Stream::Samples, pool, counters.clone(), None),
            counters,
            path,
            _dir: dir,
        }
    }

    /// Correlates what these datagrams bring, with three frames in flight, and says what was counted and written.
    pub async fn run(
        &mut self,
        datagrams: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<(Totals, Vec<Record>), Error> {
        through(&mut self.correlator, &mut self.assembly, datagrams).await?;
        Ok((self.counters.totals(), self.records()))
    }

    /// What is in the file.
    pub fn records(&self) -> Vec<Record> {
        npy::read(&self.path).unwrap().0
    }
}

/// An X-engine that writes into this file.
pub async fn x_engine<B: Backend>(
    device: &B::Device,
    kernels: &Kernels<B>,
    shape: Shape,
    path: &Path,
    counters: &Arc<Counters>,
) -> XEngine<B> {
    let output = Output {
        socket: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        to: None,
        file: DumpFile::create(Some(path), shape).unwrap(),
    };
    let engine = XEngine::new(device, kernels, shape, output, counters.clone());
    engine.await.unwrap()
}

/// Takes what these datagrams bring through an engine, with three frames in flight.
pub async fn through<B: Backend>(
    engine: &mut impl Engine<B>,
    assembly: &mut Assembly<B>,
    datagrams: impl IntoIterator<Item = Vec<u8>>,
) -> Result<(), Error> {
    let mut jobs = JobQueue::new(3);
    for datagram in datagrams {
        assembly.take(&datagram);
        while let Some(chunk) = assembly.pop() {
            jobs.finish(2).await?;
            jobs.push(engine.frame(chunk)).await?;
        }
    }
    assembly.close_all();
    while let Some(chunk) = assembly.pop() {
        jobs.push(engine.frame(chunk)).await?;
    }
    jobs.push(engine.finish()).await?;
    jobs.finish(0).await
}

/// Checks dumps against the reference: weights exactly, visibilities within 1e-5 of what the two inputs alone would
/// give.
pub fn check(shape: &Shape, heard: &Heard, records: &[Record]) {
    check_within(shape, heard, records, |_, _, _| 0.0);
}

/// The same if visibilities may differ by more: `also` of how many spectra were added up, and the powers of the two
/// inputs.
pub fn check_within(
    shape: &Shape,
    heard: &Heard,
    records: &[Record],
    also: impl Fn(f64, f64, f64) -> f64,
) {
    const ERROR: f64 = 1e-5;
    let pairs: Vec<_> = shape.pairs().collect();
    for record in records {
        let number = record.header.dump as usize;
        let expected = heard.dump(shape, number);
        assert_eq!(record.weights, expected.weights, "dump {number}");
        assert_eq!(record.visibilities.len(), expected.visibilities.len());
        assert_eq!(record.header.sync, SYNC);
        let first = number * shape.integration * shape.frame();
        assert_eq!(record.header.sample, first as u64);
        let values = record.visibilities.iter().zip(&expected.visibilities);
        for (i, (found, wanted)) in values.enumerate() {
            let (baseline, channel) = (i / shape.band, i % shape.band);
            let (a, b) = pairs[baseline];
            let power = |input| {
                let own = pairs.iter().position(|&pair| pair == (input, input));
                expected.visibilities[own.unwrap() * shape.band + channel].re
            };
            let error = (found.re as f64 - wanted.re).hypot(found.im as f64 - wanted.im);
            let (of_a, of_b) = (power(a), power(b));
            let also = also(record.weights[baseline].into(), of_a, of_b);
            let bound = ERROR * (of_a * of_b).sqrt() + also;
            assert!(
                error <= bound,
                "dump {number}, inputs {a} and {b}, channel {channel}: {found} instead of {wanted} +- {bound}"
            );
        }
    }
}

/// The OpenCL device that tests run on: what the environment variable `GPU_STAGES_OPENCL_DEVICE` says, or the first one.
#[cfg(feature = "opencl")]
pub fn opencl_device() -> String {
    std::env::var("GPU_STAGES_OPENCL_DEVICE").unwrap_or_default()
}
