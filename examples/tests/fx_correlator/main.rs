//! Tests of the example programs `fx_correlator`, `sky_simulator` and `correlator_view`: their parts against a plain
//! reference, and the programs as a user runs them.

macro_rules! parts_of_the_program {
    ($($name:ident: $path:literal,)+) => {$(
        #[allow(dead_code, unused_imports, reason = "a part of the program, which uses all of it")]
        #[path = $path]
        mod $name;
    )+};
}

parts_of_the_program! {
    chunk: "../../fx_correlator/chunk.rs",
    corner_turn: "../../fx_correlator/corner_turn/mod.rs",
    correlator: "../../fx_correlator/correlator.rs",
    counters: "../../fx_correlator/counters.rs",
    dump: "../../fx_correlator/dump.rs",
    error: "../../fx_correlator/error.rs",
    f_engine: "../../fx_correlator/f_engine.rs",
    kernels: "../../fx_correlator/kernels/mod.rs",
    npy: "../../fx_correlator/npy.rs",
    options: "../../fx_correlator/options.rs",
    packet: "../../fx_correlator/packet.rs",
    pipeline: "../../fx_correlator/pipeline.rs",
    reassemble: "../../fx_correlator/reassemble.rs",
    run: "../../fx_correlator/run.rs",
    shape: "../../fx_correlator/shape.rs",
    stream: "../../fx_correlator/stream.rs",
    x_engine: "../../fx_correlator/x_engine.rs",
    network: "../../sky_simulator/network.rs",
    sky: "../../sky_simulator/sky.rs",
}

mod assembly;
mod failures;
mod harness;
mod numbers;
mod programs;
mod reference;
mod split;
#[cfg(target_os = "linux")]
mod sustained;
