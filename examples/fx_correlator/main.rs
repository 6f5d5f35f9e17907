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
//! `packet.rs` describes the datagrams, `dump.rs` the file. It ends after `--frames`, when nothing came for `--idle`
//! seconds, or with Ctrl-C: what is in flight is completed then, and the dump that was begun is written.

mod chunk;
mod correlator;
mod counters;
mod dump;
mod error;
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

use chunk::Pool;
use clap::Parser;
use correlator::{Correlator, Output};
use counters::Counters;
use dump::DumpFile;
use error::Error;
use gpu_stages::{Backend, cpu};
use kernels::Kernels;
use options::{DeviceChoice, Options, Schedule};
use reassemble::{Assembly, OPEN};
use run::Door;
use shape::Shape;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::UdpSocket;

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
            DeviceChoice::OpenCl(choice) => {
                let device = gpu_stages::opencl::Device::find(choice)?;
                let kernels = kernels::opencl(&device, &shape)?;
                run(options, shape, &device, kernels, counters).await
            }
        }
    })
}

async fn run<B: Backend>(
    options: &Options,
    shape: Shape,
    device: &B::Device,
    kernels: Kernels<B>,
    counters: &Arc<Counters>,
) -> Result<(), Error> {
    let in_flight = usize::from(options.in_flight);
    let from: IpAddr = match options.send {
        Some(SocketAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
        _ => Ipv4Addr::UNSPECIFIED.into(),
    };
    let output = Output {
        socket: bind((from, 0).into())?,
        to: options.send,
        file: DumpFile::create(options.file.as_deref(), shape)?,
    };
    let mut correlator =
        Correlator::new(device, kernels, shape, in_flight, output, counters.clone()).await?;
    // All memory that frames ever take: those in flight, those that wait, and those in the making.
    let chunks = in_flight + usize::from(options.waiting) + OPEN as usize;
    let pool = Pool::new(device, &shape, chunks)?;
    let assembly = Assembly::new(shape, pool, counters.clone(), options.frames);
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
            Schedule::Synchronous => run::synchronous(door, &mut correlator, stop).await,
            Schedule::Pipeline => run::pipeline(door, &mut correlator, in_flight, stop).await,
        }
    };
    let result = tokio::select! {
        result = result => result,
        () = live::line(counters.clone()) => Ok(()),
    };
    live::end();
    result
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
