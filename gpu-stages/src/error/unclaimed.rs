//! The log of failures of commands that no caller was told of.

use super::site::Origin;
use crate::util::panics::contain;
use crate::util::primitives::{StaticMutex, lock_static};

/// More failures than that at once are counted and not told one by one.
const AT_ONCE: usize = 100;

/// What is to be logged, and how many failures more there were.
#[derive(Debug, Default)]
struct Unclaimed {
    failures: Vec<(Option<Origin>, String)>,
    more: usize,
}

/// None while no thread logs.
static UNCLAIMED: StaticMutex<Option<Unclaimed>> = StaticMutex::new(None);

/// Logs a failure, on a thread of its own: failures are dropped under locks, and a subscriber is user code.
#[cold]
pub(super) fn log(origin: Option<Origin>, message: String) {
    if !cfg!(feature = "tracing") {
        return;
    }
    let mut unclaimed = lock_static(&UNCLAIMED);
    let is_logging = unclaimed.is_some();
    let to_log = unclaimed.get_or_insert_default();
    if to_log.failures.len() < AT_ONCE {
        to_log.failures.push((origin, message));
    } else {
        to_log.more += 1;
    }
    if !is_logging {
        let thread = std::thread::Builder::new().name("gpu-stages failures".into());
        if thread.spawn(run).is_err() {
            // Without a thread nothing is logged.
            *unclaimed = None;
        }
    }
}

/// Logs until there is nothing more to log.
fn run() {
    loop {
        let mut unclaimed = lock_static(&UNCLAIMED);
        let to_log = unclaimed.take().filter(|it| !it.failures.is_empty());
        let Some(to_log) = to_log else { return };
        *unclaimed = Some(Unclaimed::default());
        drop(unclaimed);
        contain(|| to_log.log());
    }
}

impl Unclaimed {
    #[cfg(feature = "tracing")]
    fn log(&self) {
        for (origin, message) in &self.failures {
            let stage = origin.map(|origin| format!("of {origin} (call {})", origin.call));
            let stage = stage.unwrap_or_else(|| "that belongs to no stage".to_owned());
            tracing::warn!(
                target: "gpu_stages::failure",
                pipeline = origin.map(|origin| origin.pipeline),
                stage = origin.map(|origin| origin.stage),
                "unclaimed failure: a command {stage} failed, and no caller was told: {message}"
            );
        }
        if self.more > 0 {
            tracing::warn!(
                target: "gpu_stages::failure",
                "unclaimed failures: {} more at about the same time",
                self.more
            );
        }
    }

    /// Nothing is logged without the feature `tracing`.
    #[cfg(not(feature = "tracing"))]
    fn log(&self) {}
}
