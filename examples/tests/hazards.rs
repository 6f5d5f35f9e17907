//! The examples on a device that checks for hazards and fills what is to be written with garbage: they rely on nothing
//! but promises, and find their results right.

#![allow(dead_code, reason = "the programs' own `main`")]

#[path = "../inference.rs"]
mod inference;
#[path = "../overlap.rs"]
mod overlap;
#[path = "../reduction.rs"]
mod reduction;
#[path = "../side_by_side.rs"]
mod side_by_side;
#[path = "../solver.rs"]
mod solver;

use gpu_stages::Result;
use gpu_stages::cpu::Device;
use gpu_stages::cpu::hazards::EdgeKind;
use std::process::ExitCode;

/// Runs an example; returns on how many waits of commands it relies.
#[track_caller]
fn check<F: Future<Output = Result<ExitCode>>>(device: &Device, example: F) -> usize {
    let executor = tokio::runtime::Builder::new_current_thread().build();
    let code = executor.unwrap().block_on(example).unwrap();
    assert_eq!(code, ExitCode::SUCCESS, "its results are wrong");
    device.assert_no_hazards();
    let trace = device.trace().unwrap();
    let edges = trace.edges().into_iter();
    let waits = edges.filter(|edge| edge.kind == EdgeKind::Wait);
    let unneeded = waits
        .clone()
        .find(|edge| trace.without(*edge).hazards().is_empty());
    assert_eq!(unneeded, None, "a wait that is not needed");
    waits.count()
}

fn device() -> Device {
    let builder = Device::builder().check_hazards(true).record_trace(true);
    builder.fill_garbage(true).build()
}

macro_rules! examples {
    ($($example:ident: $run:path;)+) => {$(
        #[test]
        fn $example() {
            let device = device();
            check(&device, $run(&device));
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
