//! What the library costs: the talk's pipeline against the same frames written by hand on `ocl-core`.
//!
//! All versions run in one process, a few frames at a time, in random order, so that whatever else the machine
//! does meets all of them. Ratios are taken within a round; figures are medians over the rounds.
//!
//! `cargo bench -p gpu-stages-tests --features opencl --bench opencl_overhead -- [--json] [--quick]
//! [--device NAME]`

mod allocations;
mod by_hand;
mod case;
mod enqueuing;
mod flag;
mod options;
mod pipelines;
mod report;
mod throughput;
mod version;

use gpu_stages::opencl::Device;
use options::Options;
use report::Report;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() {
    let options = Options::from_arguments();
    let device = Device::find(&options.device).expect("an OpenCL device");
    let mut report = Report::default();
    for (bytes, size) in [(4 << 10, "4KiB"), (256 << 10, "256KiB"), (4 << 20, "4MiB")] {
        report.throughput(size, &throughput::measure(&device, bytes, options.rounds));
    }
    report.enqueuing(&enqueuing::measure(&device, options.rounds));
    report.print(options.json);
}
