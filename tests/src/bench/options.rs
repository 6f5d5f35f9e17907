//! The command line.

use clap::Args;

/// What all benchmarks can be asked for. A benchmark flattens them into its own.
#[derive(Args, Clone, Copy, Debug)]
pub struct Options {
    /// Print one JSON object instead of lines
    #[arg(long)]
    pub json: bool,

    /// A fifth of the rounds
    #[arg(long)]
    pub quick: bool,

    /// Cargo passes it to all benchmarks.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// How many rounds to make, of `full` when there is time.
    pub fn rounds(&self, full: usize) -> usize {
        if self.quick { full.div_ceil(5) } else { full }
    }
}
