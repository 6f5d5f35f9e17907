//! An FX correlator: the samples of an array of antennas come in as UDP datagrams, a filter bank and a Fourier transform
//! take them to channels (F), all pairs of inputs are multiplied and added up (X), and the sums leave as UDP datagrams
//! and into a file for NumPy. Start reading at `pipeline.rs`; `docs/correlator.md` tells how it is built.
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
mod process;
mod reassemble;
mod run;
mod shape;
mod stream;
mod x_engine;

use clap::Parser;
use counters::Counters;
use error::Error;
use gpu_stages::cpu;
#[cfg(feature = "opencl")]
use options::Schedule;
use options::{DeviceChoice, Options};
use process::{Process, interrupted};
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

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
        let process = Process {
            options,
            shape,
            counters,
            // Before there is a device: drivers have handlers of their own, which end the process if they are the
            // first, and otherwise pass the signal on.
            interrupted: interrupted().await,
        };
        match &options.device {
            DeviceChoice::Cpu => {
                let device = cpu::Device::new();
                process.run(&device, &kernels::cpu(&shape)).await
            }
            #[cfg(feature = "opencl")]
            DeviceChoice::OpenCl(choice) if options.schedule == Schedule::ByHand => {
                process.run_by_hand(choice).await
            }
            #[cfg(feature = "opencl")]
            DeviceChoice::OpenCl(choice) => {
                let device = gpu_stages::opencl::Device::find(choice)?;
                let kernels = kernels::opencl(&device, &shape)?;
                process.run(&device, &kernels).await
            }
        }
    })
}

/// One line on stderr, if it is open.
fn complain(what: &dyn Display) {
    say(&format_args!("error: {what}"));
}

fn say(what: &dyn Display) {
    let _ = writeln!(io::stderr(), "{what}");
}
