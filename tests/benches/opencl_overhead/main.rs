//! What the library costs: the talk's pipeline against the same frames written by hand on `ocl-core`.
//!
//! `cargo bench -p gpu-stages-tests --features opencl --bench opencl_overhead -- [--json] [--quick]
//! [--device NAME]`

mod by_hand;
mod case;
mod enqueuing;
mod flag;
mod pipelines;
mod report;
mod throughput;
mod version;

use clap::Parser;
use gpu_stages::opencl::Device;
use gpu_stages_tests::bench::{self, Report};
use gpu_stages_tests::heap::{self, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the library costs beside the same frames written by hand on `ocl-core`.
#[derive(Parser)]
struct Options {
    /// The device's number or name [default: the first]
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    device: String,

    /// Say what the device is, and measure nothing
    #[arg(long)]
    describe: bool,

    #[command(flatten)]
    common: bench::Options,
}

fn main() {
    let Options {
        device,
        describe,
        common,
    } = Options::parse();
    let device = Device::find(&device).unwrap_or_else(|error| {
        eprintln!("no such OpenCL device: {error}");
        std::process::exit(2);
    });
    if describe {
        println!("{}", by_hand::describe(device.name()));
        return;
    }
    let rounds = common.rounds(40);
    heap::start();
    let mut report = Report::default();
    for (bytes, size) in [(4 << 10, "4KiB"), (256 << 10, "256KiB"), (4 << 20, "4MiB")] {
        let cases = throughput::measure(&device, bytes, rounds);
        report::throughput(&mut report, size, &cases);
    }
    let cases = enqueuing::measure(&device, rounds);
    report::enqueuing(&mut report, &cases);
    report.print(common.json);
}
