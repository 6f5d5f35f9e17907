//! A thread that logs waits which take too long.

use super::report::{Wait, report};
use crate::observe::{self, Interest, Observation, Observer};
use crate::util::panics::contain;
use crate::util::primitives::{
    Ordering, StaticBool, StaticCondvar, StaticMutex, StaticU64, lock_static, unpoisoned,
};
use std::time::{Duration, Instant};

/// Milliseconds; 0 for never.
static TIMEOUT: StaticU64 = StaticU64::new(10_000);

/// Whether the thread is awake, so that waits need not wake it.
static AWAKE: StaticBool = StaticBool::new(false);

static RUNNING: StaticMutex<bool> = StaticMutex::new(false);
static BEGUN: StaticCondvar = StaticCondvar::new();

/// Sets after how long a wait for a resource, or on the host for a device, is logged: at level `WARN`, target
/// `gpu_stages::stall`, once for each wait. 10 seconds at first; `None` for never. The time is kept to within a
/// quarter of it.
///
/// Logging needs the feature `tracing`, and a subscriber that takes such events.
pub fn set_timeout(timeout: Option<Duration>) {
    let milliseconds = timeout.map_or(0, |timeout| timeout.as_millis().max(1));
    TIMEOUT.store(
        u64::try_from(milliseconds).unwrap_or(u64::MAX),
        Ordering::Relaxed,
    );
    if is_wanted() {
        wake();
    }
}

/// Begins to observe waits, while a subscriber wants to be told of stalls.
pub(crate) fn register() {
    #[cfg(feature = "tracing")]
    CALLSITE.follow();
    // What cannot be logged need not be watched.
    #[cfg(not(feature = "tracing"))]
    observe::set_interest(&Stalls, Interest::NONE);
}

#[cfg(feature = "tracing")]
static METADATA: tracing_core::Metadata<'static> = tracing_core::metadata! {
    name: "stalled",
    target: "gpu_stages::stall",
    level: tracing::Level::WARN,
    fields: &[],
    callsite: &CALLSITE,
    kind: tracing_core::metadata::Kind::EVENT
};

#[cfg(feature = "tracing")]
static CALLSITE: observe::Subscribed = observe::Subscribed {
    metadata: &METADATA,
    observer: &Stalls,
    interest: Interest::STALLS,
};

struct Stalls;

impl Observer for Stalls {
    fn name(&self) -> &'static str {
        "stalls"
    }

    /// A wait begins that may last. There is no thread while no subscriber would receive what it logs.
    fn observe(&self, _: &Observation<'_>) {
        if !AWAKE.load(Ordering::Relaxed) && is_wanted() {
            wake();
        }
    }
}

#[cold]
fn wake() {
    let mut running = lock_static(&RUNNING);
    AWAKE.store(true, Ordering::Relaxed);
    if !*running {
        let thread = std::thread::Builder::new().name("gpu-stages stall watch".into());
        *running = thread.spawn(run).is_ok();
        // Without a thread nothing is logged, and the next wait tries again. The report can be asked for all the same.
        AWAKE.store(*running, Ordering::Relaxed);
    }
    drop(running);
    BEGUN.notify_one();
}

/// A wait that was seen before.
struct Known {
    key: (u64, usize, u64),
    since: Instant,
    logged: bool,
}

fn run() {
    let mut known: Vec<Known> = Vec::new();
    loop {
        let timeout = Duration::from_millis(TIMEOUT.load(Ordering::Relaxed));
        if timeout.is_zero() || known.is_empty() && !AWAKE.swap(false, Ordering::Relaxed) {
            sleep_until_needed();
            continue;
        }
        let interval = (timeout / 4).max(Duration::from_millis(1));
        let running = lock_static(&RUNNING);
        drop(BEGUN.wait_timeout(running, interval));
        // Values of users may be dropped here, if the last handle is.
        contain(|| look(&mut known, timeout));
    }
}

fn sleep_until_needed() {
    let mut running = lock_static(&RUNNING);
    while !AWAKE.load(Ordering::Relaxed) {
        running = unpoisoned(BEGUN.wait(running));
    }
}

/// Forgets waits that are over, and logs those that are older than `timeout`.
fn look(known: &mut Vec<Known>, timeout: Duration) {
    let report = report();
    let key = |wait: &Wait| (wait.place.0, wait.place.1, wait.by.origin.call);
    known.retain(|known| report.waits().iter().any(|wait| key(wait) == known.key));
    for wait in report.waits() {
        let index = known.iter().position(|known| known.key == key(wait));
        let Some(index) = index else {
            known.push(Known {
                key: key(wait),
                since: Instant::now(),
                logged: false,
            });
            continue;
        };
        let known = &mut known[index];
        if !known.logged && known.since.elapsed() >= timeout {
            known.logged = true;
            log(wait, known.since.elapsed());
        }
    }
}

#[cfg(feature = "tracing")]
fn log(wait: &Wait, age: Duration) {
    tracing::warn!(
        target: "gpu_stages::stall",
        resource = &*wait.resource,
        pipeline = wait.by.origin.pipeline,
        stage = wait.by.origin.stage,
        seconds = age.as_secs_f64(),
        "stalled: {wait}"
    );
}

#[cfg(feature = "tracing")]
fn is_wanted() -> bool {
    tracing::enabled!(target: "gpu_stages::stall", tracing::Level::WARN)
}

#[cfg(not(feature = "tracing"))]
fn log(_: &Wait, _: Duration) {}

#[cfg(not(feature = "tracing"))]
fn is_wanted() -> bool {
    false
}
