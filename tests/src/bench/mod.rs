//! What the benchmarks share: options, cases that are measured in turn, and the report.
//!
//! Whatever is compared runs in one process, a short batch at a time, in random order, so that whatever else the
//! machine does meets all of it. Ratios are taken within a round; figures are medians over the rounds.

mod case;
mod options;
mod report;
mod threads;

pub use case::{Case, interleave};
pub use options::Options;
pub use report::{Report, median};
pub use threads::on_threads;
