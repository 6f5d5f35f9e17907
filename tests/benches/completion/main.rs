//! From the end of a command to the task that waits for it: how long it takes, and what waiting costs meanwhile.
//!
//! The pipeline's future is compared with what one does without it: a blocking wait in `spawn_blocking`, a thread that
//! asks for the status again and again, and on OpenCL a callback by hand. On the embedded device time begins where the
//! command's kernel ends; on OpenCL where the host lets go of the queue, so that the driver's own time is in all
//! figures alike.
//!
//! `cargo bench -p gpu-stages-tests [--features opencl] --bench completion -- [--json] [--quick]`

mod cpu;
mod crowd;
mod latency;
#[cfg(feature = "opencl")]
mod opencl;
mod rig;
mod ways;

use clap::Parser;
use gpu_stages_tests::bench::{self, Report};
use rig::Rig;
use tokio::runtime::{Builder, Runtime};

/// From the end of a command to the task that waits for it.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: bench::Options,
}

fn main() {
    let common = Options::parse().common;
    let mut report = Report::default();
    on(&mut cpu::Embedded::new(), &mut report, &common);
    #[cfg(feature = "opencl")]
    on(&mut opencl::OpenCl::new(), &mut report, &common);
    report.print(common.json);
}

fn on(rig: &mut impl Rig, report: &mut Report, common: &bench::Options) {
    latency::measure(rig, report, common.rounds(300));
    for waits in [1, 100, 10_000] {
        crowd::measure(rig, report, waits, common.rounds(5));
    }
}

/// One worker is enough for tasks that only wait.
fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).build().expect("a runtime")
}
