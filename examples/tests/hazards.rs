//! The examples on a device that checks for hazards and fills new versions with a debug pattern: they rely on nothing
//! but promises, and find their results right.

#![allow(dead_code, reason = "the programs' own `main`")]

#[path = "../process_one/check.rs"]
mod check;
#[path = "../process_one/device.rs"]
mod device;
#[path = "../process_one/error.rs"]
mod error;
#[path = "../inference.rs"]
mod inference;
#[path = "../process_one/modes.rs"]
mod modes;
#[path = "../overlap.rs"]
mod overlap;
#[path = "../process_one/pipeline.rs"]
mod pipeline;
#[path = "../process_one/progress.rs"]
mod progress;
#[path = "../reduction.rs"]
mod reduction;
#[path = "../side_by_side.rs"]
mod side_by_side;
#[path = "../solver.rs"]
mod solver;
#[path = "../process_one/source.rs"]
mod source;

use gpu_stages::cpu::Device;
use gpu_stages::cpu::hazards::EdgeKind;
use std::num::NonZeroUsize;
use std::process::ExitCode;

fn block_on<F: Future>(example: F) -> F::Output {
    let executor = tokio::runtime::Builder::new_current_thread().build();
    executor.unwrap().block_on(example)
}

/// There was no hazard, and no command waited in vain.
#[track_caller]
fn check_trace(device: &Device) {
    device.assert_no_hazards();
    let trace = device.trace().unwrap();
    let edges = trace.edges().into_iter();
    let waits = edges.filter(|edge| edge.kind == EdgeKind::Wait);
    let unneeded = waits
        .clone()
        .find(|edge| trace.without(*edge).hazards().is_empty());
    assert_eq!(unneeded, None, "a wait that is not needed");
}

fn checking() -> Device {
    let builder = Device::builder().check_hazards(true).record_trace(true);
    builder.fill_garbage(true).build()
}

macro_rules! examples {
    ($($example:ident: $run:path;)+) => {$(
        #[test]
        fn $example() {
            let device = checking();
            let code = block_on($run(&device)).unwrap();
            assert_eq!(code, ExitCode::SUCCESS, "its results are wrong");
            check_trace(&device);
        }
    )+};
}

examples! {
    the_solver: solver::solve;
    inference_on_two_queues: inference::serve;
    a_reduction: reduction::count;
    overlapping_frames: overlap::receive_all;
    the_macro_and_the_hand: side_by_side::compare;
}

#[test]
fn process_one_in_all_modes() {
    let input = source::Input::normals(1, NonZeroUsize::new(64).unwrap(), 24);
    let mut progress = progress::Progress::new(96);
    let expected = modes::on_the_host(&input, &mut progress).unwrap();
    for mode in [
        modes::Mode::Sync,
        modes::Mode::Finish,
        modes::Mode::Pipeline,
    ] {
        let device = checking();
        let bench = modes::Bench::new(&device::cpu(device.clone()), &input, 2).unwrap();
        let mut check = check::Check::new(&expected, &mut progress);
        block_on(bench.run(mode, input.frames(), 3, &mut check)).unwrap();
        assert_eq!(check.tally().first_wrong, None);
        check_trace(&device);
    }
}
