//! Stall reports: which call waits for what, and what holds it.
//!
//! No interleaving of calls deadlocks on acquisition. What no library can mend is a future that is kept but neither
//! polled nor dropped, and a stage that waits for what cannot come before the stage has ended. Then [`report`] names
//! who holds what, and so does the log when a wait takes longer than [`set_timeout`] says.
//!
//! ```
//! use gpu_stages::{Resource, Result, gpu_pipeline, stall};
//!
//! #[gpu_pipeline]
//! async fn count(#[updates] total: u64) -> Result<u64> {
//!     total += 1;
//!     Ok(total)
//! }
//!
//! # futures::executor::block_on(async {
//! let total = Resource::new(0);
//! let first = count(&total);
//! let mut second = Box::pin(count(&total));
//! assert!(futures::poll!(&mut second).is_pending());
//! let report = stall::report().to_string();
//! // call 2 of `count` in stage `stage 1` waits for its turn with `total`
//! //   held by call 1 of `count` in stage `stage 1`, which was never polled
//! assert!(report.contains("`total`") && report.contains("never polled"), "{report}");
//! # drop(first);
//! # });
//! ```

mod cause;
mod cycle;
mod graph;
mod party;
mod report;
mod scene;
mod text;
mod watch;

pub use party::{Holder, Party};
pub use report::{Report, Wait, report};
pub(crate) use watch::register;
pub use watch::set_timeout;
