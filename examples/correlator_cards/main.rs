//! How fast `fx_correlator` could be on real cards: its own pipelines, in virtual time, with stages that take as long as
//! the bytes that they move take by the card's published figures.
//!
//! ```sh
//! cargo run --release --example correlator_cards
//! ```

macro_rules! parts_of_the_correlator {
    ($($name:ident: $path:literal,)+) => {$(
        #[allow(dead_code, unused_imports, reason = "a part of another program")]
        #[path = $path]
        mod $name;
    )+};
}

parts_of_the_correlator! {
    chunk: "../fx_correlator/chunk.rs",
    corner_turn: "../fx_correlator/corner_turn/mod.rs",
    correlator: "../fx_correlator/correlator.rs",
    counters: "../fx_correlator/counters.rs",
    dump: "../fx_correlator/dump.rs",
    error: "../fx_correlator/error.rs",
    f_engine: "../fx_correlator/f_engine.rs",
    kernels: "../fx_correlator/kernels/mod.rs",
    npy: "../fx_correlator/npy.rs",
    packet: "../fx_correlator/packet.rs",
    pipeline: "../fx_correlator/pipeline.rs",
    reassemble: "../fx_correlator/reassemble.rs",
    shape: "../fx_correlator/shape.rs",
    stream: "../fx_correlator/stream.rs",
    x_engine: "../fx_correlator/x_engine.rs",
}

#[path = "../overlap_model/markdown.rs"]
mod markdown;
mod stages;
mod table;
mod virtual_time;

use clap::Parser;
use std::io::{self, Write};
use std::process::ExitCode;

/// Prints what the stages of an FX correlator take on cards, which of them is the bottleneck, and how near the
/// pipelines come to it.
#[derive(Parser)]
struct Options {}

fn main() -> ExitCode {
    let Options {} = Options::parse();
    match table::rows() {
        Ok(rows) => {
            // It is no error if stdout is closed early.
            let _ = write!(io::stdout(), "{}", table::table(&rows));
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
