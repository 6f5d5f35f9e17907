//! An FX correlator: the samples of an array of antennas come in as UDP datagrams, a filter bank and a Fourier transform
//! take them to channels (F), all pairs of inputs are multiplied and added up (X), and the sums leave as UDP datagrams
//! and into a file for NumPy. Start reading at `pipeline.rs`; `docs/correlator.md` tells how it came about.
//!
//! ```sh
//! cargo run --release --example fx_correlator -- --file dumps.npy --frames 320 &
//! cargo run --release --example sky_simulator -- --source 0.3:20 --packets 2560
//! cargo run --release --example correlator_view -- dumps.npy --plot fringes.svg
//! ```
//!
//! F and X can be divided among processes:
//!
//! ```sh
//! cargo run --release --example fx_correlator -- --engine x --listen 127.0.0.1:7149 --channels 0..32 --file low.npy &
//! cargo run --release --example fx_correlator -- --engine x --listen 127.0.0.1:7150 --channels 32..64 --file high.npy &
//! cargo run --release --example fx_correlator -- --engine f --to 127.0.0.1:7149=0..32 --to 127.0.0.1:7150=32..64 &
//! ```
//!
//! `packet.rs` describes the datagrams, `dump.rs` the file. It ends after `--frames`, when nothing came for `--idle`
//! seconds, or with Ctrl-C: what is in flight is completed then, and the dump that was begun is written.

#[cfg(feature = "opencl")]
mod by_hand;
mod chunk;
mod corner_turn;
mod correlator;
mod counters;
mod dump;
mod error;
mod f_engine;
mod kernels;
mod live;
#[allow(dead_code, reason = "the viewer reads what this program writes")]
mod npy;
mod options;
#[allow(dead_code, reason = "both ends of the formats are here")]
mod packet;
mod pipeline;
mod reassemble;
mod run;
mod shape;
mod stream;
mod x_engine;

#[cfg(feature = "opencl")]
use by_hand::ByHand;
use chunk::Pool;
use clap::Parser;
use corner_turn::{Receiver, Sender};
use correlator::{BandCorrelator, Channeliser, Correlator, Engine};
use counters::Counters;
use dump::DumpFile;
use error::Error;
use f_engine::FEngine;
use gpu_stages::{Backend, cpu};
use kernels::Kernels;
use options::{DeviceChoice, EngineChoice, Options, Schedule};
use reassemble::{Assembly, OPEN};
use run::Door;
use shape::Shape;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use stream::Stream;
use tokio::net::UdpSocket;
use x_engine::{Output, XEngine};

fn main() -> ExitCode {
    let options = Options::parse();
    let counters = Arc::new(Counters::default());
    let result = start(&options, &counters);
    let concluded = match &result {
        Ok(()) => live::conclude(&counters.totals(), options.json),
        Err(_) => Ok(()),
    };
    match result.and_then(|()| concluded.map_err(Error::Start)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

fn start(options: &Options, counters: &Arc<Counters>) -> Result<(), Error> {
    let shape = options.shape()?;
    options.check_engine()?;
    let executor = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Error::Start)?;
    executor.block_on(async {
        match &options.device {
            DeviceChoice::Cpu => {
                let device = cpu::Device::new();
                run(options, shape, &device, kernels::cpu(&shape), counters).await
            }
            #[cfg(feature = "opencl")]
            DeviceChoice::OpenCl(choice) if options.schedule == Schedule::ByHand => {
                run_by_hand(options, shape, choice, counters).await
            }
            #[cfg(feature = "opencl")]
            DeviceChoice::OpenCl(choice) => {
                let device = gpu_stages::opencl::Device::find(choice)?;
                let kernels = kernels::opencl(&device, &shape)?;
                run(options, shape, &device, kernels, counters).await
            }
        }
    })
}

/// Puts together what the process is asked to be.
async fn run<B: Backend>(
    options: &Options,
    shape: Shape,
    device: &B::Device,
    kernels: Kernels<B>,
    counters: &Arc<Counters>,
) -> Result<(), Error> {
    let in_flight = usize::from(options.in_flight);
    let (kernels, shared) = (&kernels, || counters.clone());
    match options.engine {
        EngineChoice::Fx => {
            let x = XEngine::new(device, kernels, shape, output(options, shape)?, shared()).await?;
            let f = FEngine::new(device, kernels, shape, in_flight).await?;
            let counters = shared();
            let mut engine = Correlator { f, x, counters };
            serve(
                options,
                shape,
                Stream::Samples,
                device,
                &mut engine,
                shared(),
            )
            .await
        }
        EngineChoice::F => {
            let route = options.route(shape)?;
            let socket = bind(any_port(route.destinations.first().map(|it| it.to)))?;
            let sender = Sender::new(device, kernels, route, socket, shared())?;
            let f = FEngine::new(device, kernels, shape, in_flight).await?;
            let counters = shared();
            let mut engine = Channeliser {
                f,
                sender,
                counters,
            };
            serve(
                options,
                shape,
                Stream::Samples,
                device,
                &mut engine,
                shared(),
            )
            .await
        }
        EngineChoice::X => {
            let x = XEngine::new(device, kernels, shape, output(options, shape)?, shared()).await?;
            let receiver = Receiver::new(device, kernels, shape, in_flight)?;
            let counters = shared();
            let mut engine = BandCorrelator {
                receiver,
                x,
                counters,
            };
            serve(
                options,
                shape,
                Stream::Spectra,
                device,
                &mut engine,
                shared(),
            )
            .await
        }
    }
}

#[cfg(feature = "opencl")]
async fn run_by_hand(
    options: &Options,
    shape: Shape,
    choice: &str,
    counters: &Arc<Counters>,
) -> Result<(), Error> {
    let in_flight = usize::from(options.in_flight);
    let opened = by_hand::open(choice)?;
    let (device, output) = (opened.device.clone(), output(options, shape)?);
    let mut engine = ByHand::new(opened, shape, in_flight, output, counters.clone())?;
    let counters = counters.clone();
    serve(
        options,
        shape,
        Stream::Samples,
        &device,
        &mut engine,
        counters,
    )
    .await
}

fn output(options: &Options, shape: Shape) -> Result<Output, Error> {
    Ok(Output {
        socket: bind(any_port(options.send))?,
        to: options.send,
        file: DumpFile::create(options.file.as_deref(), shape)?,
    })
}

/// Takes in what comes, until the end.
async fn serve<B: Backend>(
    options: &Options,
    shape: Shape,
    stream: Stream,
    device: &B::Device,
    engine: &mut impl Engine<B>,
    counters: Arc<Counters>,
) -> Result<(), Error> {
    let in_flight = usize::from(options.in_flight);
    // All memory that frames ever take: those in flight, those that wait, and those in the making.
    let chunks = in_flight + usize::from(options.waiting) + OPEN as usize;
    let pool = Pool::new(device, &shape, stream, chunks)?;
    let assembly = Assembly::new(shape, stream, pool, counters.clone(), options.frames);
    let socket = bind(options.listen)?;
    let address = socket.local_addr().map_err(Error::Start)?;
    let door = Door::new(socket, assembly, options.idle);
    let mut interrupted = Box::pin(tokio::signal::ctrl_c());
    // From here on nothing is lost by Ctrl-C.
    let _ = futures::poll!(&mut interrupted);
    let stop = async move {
        // Without signals, there are other ways to end.
        if interrupted.await.is_err() {
            std::future::pending().await
        }
    };
    say(&format_args!("listening at {address}"));
    let result = async {
        match options.schedule {
            Schedule::Synchronous => run::synchronous(door, engine, stop).await,
            Schedule::Pipeline | Schedule::ByHand => {
                run::pipeline(door, engine, in_flight, stop).await
            }
        }
    };
    tokio::select! {
        result = result => result,
        () = live::lines(counters, in_flight) => Ok(()),
    }
}

/// Where to send from: any port of the family of what is sent to.
fn any_port(to: Option<SocketAddr>) -> SocketAddr {
    let from: IpAddr = match to {
        Some(SocketAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
        _ => Ipv4Addr::UNSPECIFIED.into(),
    };
    (from, 0).into()
}

/// A socket with as much room as the system allows: a burst waits there while this process does not run.
fn bind(address: SocketAddr) -> Result<UdpSocket, Error> {
    const ROOM: usize = 4 << 20;
    let bind = || {
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, None)?;
        socket.set_recv_buffer_size(ROOM)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        UdpSocket::from_std(socket.into())
    };
    bind().map_err(|cause| Error::Listen { address, cause })
}

/// One line on stderr, if anybody listens.
fn complain(what: &dyn Display) {
    say(&format_args!("error: {what}"));
}

fn say(what: &dyn Display) {
    let _ = writeln!(io::stderr(), "{what}");
}
