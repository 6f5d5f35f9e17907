//! How small tasks may be: the minimum effective task granularity, METG(50 %), on six dependence patterns.
//!
//! As Task Bench defines it (Slaughter et al., "Task Bench: A Parameterized Benchmark for Evaluating Parallel Runtime
//! Performance", SC 2020): tasks do nothing but compute, and the granularity of a run is its wall time
//! times the number of cores, divided by the number of tasks. METG(50 %) is the smallest granularity at which at least
//! half of the peak rate of computing is reached. The peak is measured in each round by the same work without tasks.
//!
//! A task is a pipeline of one stage: a kernel on the embedded device, which has one queue for each core. It reads the
//! newest versions of the columns that it depends on and writes the next version of its own. Beside it, the same graph
//! as tokio tasks that are joined by oneshots.
//!
//! `cargo bench -p gpu-stages-tests --bench granularity -- [--json] [--quick]`

mod graph;
mod pipelines;
mod search;
mod tasks;
mod work;

use clap::Parser;
use gpu_stages_tests::bench::{self, Report};
use graph::Pattern;
use search::{System, search};
use work::Peak;

/// The minimum effective task granularity, METG(50 %), on six dependence patterns.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    common: bench::Options,
}

fn main() {
    let common = Options::parse().common;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut systems: [Box<dyn System>; 2] = [
        Box::new(pipelines::Pipelines::new(cores)),
        Box::new(tasks::Tasks::new(cores)),
    ];
    let mut report = Report::default();
    for pattern in Pattern::ALL {
        let mut found = [Vec::new(), Vec::new()];
        for _ in 0..common.rounds(10) {
            let peak = Peak::measure(cores);
            let mut order = [0, 1];
            fastrand::shuffle(&mut order);
            for index in order {
                let granularity = search(&mut *systems[index], pattern, &peak);
                found[index].push(granularity.as_secs_f64() * 1e6);
            }
        }
        let name = pattern.name();
        let [pipelines, tasks] = &found;
        report.ratio(format!("metg/{name}_to_tokio"), pipelines, tasks);
        report.figure(format!("metg/{name}/pipelines"), pipelines, "us");
        report.figure(format!("metg/{name}/tokio"), tasks, "us");
    }
    report.print(common.json);
}
