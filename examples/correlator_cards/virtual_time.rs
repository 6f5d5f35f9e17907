//! [`makespan`]: the correlator of `fx_correlator` itself, in virtual time.

use crate::chunk::Pool;
use crate::correlator::{Correlator, Engine};
use crate::counters::Counters;
use crate::dump::DumpFile;
use crate::error::Error;
use crate::f_engine::FEngine;
use crate::kernels;
use crate::shape::Shape;
use crate::stages::Stages;
use crate::stream::Stream;
use crate::x_engine::{Output, XEngine};
use gpu_stages::JobQueue;
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Cpu, Device, Simulation};
use num_complex::Complex32;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

/// Frames in flight: what `fx_correlator` has unless it is told otherwise.
pub const IN_FLIGHT: usize = 4;

/// The smallest shape there is. The model says what frames take, so that there need not be much in them.
const TINY: Shape = Shape {
    antennas: 1,
    channels: 2,
    taps: 1,
    spectra: 1,
    packet: 4,
    integration: 1,
    first_channel: 0,
    band: 2,
    bits: 8,
};

/// What so many dumps of as many frames take.
pub fn makespan(stages: &Stages, integration: usize, dumps: usize) -> Result<Duration, Error> {
    let shape = Shape {
        integration,
        ..TINY
    };
    // No virtual time waits for other threads. The stage that would be on one has no file to write.
    let _ = gpu_stages::set_blocking_spawner(|job| job());
    let simulation = Simulation::timed(timing(stages, &shape));
    let device = Device::builder().check_hazards(true);
    let device = device.simulated(&simulation).build();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let runtime = runtime.map_err(Error::Start)?;
    let output = {
        // For the socket, which nothing is sent from.
        let _runtime = runtime.enter();
        output(&shape)?
    };
    let counters = Arc::new(Counters::default());
    let kernels = kernels::cpu(&shape);
    let took = simulation.block_on(async {
        let mut engine = Correlator {
            f: FEngine::new(&device, &kernels, shape, IN_FLIGHT).await?,
            x: XEngine::new(&device, &kernels, shape, output, counters.clone()).await?,
            counters,
        };
        let pool = Pool::<Cpu>::new(&device, &shape, Stream::Samples, IN_FLIGHT + 1)?;
        let begin = simulation.now();
        let mut jobs = JobQueue::new(IN_FLIGHT);
        for frame in 0..(dumps * integration) as u64 {
            jobs.finish(IN_FLIGHT - 1).await?;
            let chunk = pool
                .take(frame, 0, 1.0)
                .expect("one more than frames in flight");
            jobs.push(engine.frame(chunk)).await?;
        }
        jobs.push(engine.finish()).await?;
        jobs.finish(0).await?;
        Ok::<_, Error>(simulation.now() - begin)
    })?;
    device.assert_no_hazards();
    Ok(took)
}

fn output(shape: &Shape) -> Result<Output, Error> {
    let socket = || {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        tokio::net::UdpSocket::from_std(socket)
    };
    Ok(Output {
        socket: socket().map_err(Error::Start)?,
        to: None,
        file: DumpFile::create(None, *shape)?,
    })
}

/// What commands take, on bytes of the tiny shape: those of a stage together take the stage's time.
fn timing(stages: &Stages, shape: &Shape) -> Timing {
    let rate = |time: Duration, bytes: usize| {
        Cost::rate(bytes as f64 / time.as_secs_f64(), Duration::ZERO)
    };
    let dump = shape.visibilities() * size_of::<Complex32>() + shape.baselines() * size_of::<u32>();
    Timing::new()
        .uploads(rate(stages.upload, shape.samples() + shape.all_spectra()))
        .downloads(rate(stages.download, dump))
        .copies(rate(stages.clear, dump))
        .kernel("fir", Cost::fixed(stages.fir))
        .kernel("fft", Cost::fixed(stages.fft))
        .kernel("correlate", Cost::fixed(stages.correlate))
}
