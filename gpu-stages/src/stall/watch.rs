//! A thread that logs waits which take too long.

#[cfg(feature = "tracing")]
use super::party::Party;
use super::report::{Key, Wait, report};
use crate::observe::{self, Interest, Observation, Observer};
use crate::sync::waits;
use crate::util::panics::contain;
use crate::util::primitives::{
    Ordering, StaticBool, StaticCondvar, StaticMutex, StaticU64, lock_static, unpoisoned,
};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// Milliseconds; 0 for never.
static TIMEOUT: StaticU64 = StaticU64::new(10_000);

/// Whether the thread is awake, so that waits need not wake it.
static AWAKE: StaticBool = StaticBool::new(false);

/// As many waits are logged at once; of more, the number is.
const AT_ONCE: usize = 100;

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
    waits::on_wait(may_stall);
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

    /// A wait begins that may last.
    fn observe(&self, _: &Observation<'_>) {
        may_stall();
    }
}

/// There is no thread while no subscriber would receive what it logs.
fn may_stall() {
    if !AWAKE.load(Ordering::Relaxed) && is_wanted() {
        wake();
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
    since: Instant,
    is_logged: bool,
}

fn run() {
    let mut known = HashMap::new();
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
fn look(known: &mut HashMap<Key, Known>, timeout: Duration) {
    let report = report();
    let present: HashSet<Key> = report.waits().iter().map(|wait| wait.key).collect();
    known.retain(|key, _| present.contains(key));
    let now = Instant::now();
    let mut logged = 0;
    for wait in report.waits() {
        let known = known.entry(wait.key).or_insert(Known {
            since: now,
            is_logged: false,
        });
        let age = now.duration_since(known.since);
        if known.is_logged || age < timeout {
            continue;
        }
        known.is_logged = true;
        logged += 1;
        if logged <= AT_ONCE {
            log(wait, age);
        }
    }
    if logged > AT_ONCE {
        log_more(logged - AT_ONCE);
    }
}

#[cfg(feature = "tracing")]
fn log(wait: &Wait, age: Duration) {
    let origin = wait.by().map(Party::origin);
    tracing::warn!(
        target: "gpu_stages::stall",
        resource = wait.resource(),
        pipeline = origin.map(|origin| origin.pipeline),
        stage = origin.map(|origin| origin.stage),
        seconds = age.as_secs_f64(),
        "stalled: {wait}"
    );
}

#[cfg(feature = "tracing")]
fn log_more(waits: usize) {
    tracing::warn!(target: "gpu_stages::stall", "stalled: {waits} waits more");
}

#[cfg(feature = "tracing")]
fn is_wanted() -> bool {
    tracing::enabled!(target: "gpu_stages::stall", tracing::Level::WARN)
}

#[cfg(not(feature = "tracing"))]
fn log(_: &Wait, _: Duration) {}

#[cfg(not(feature = "tracing"))]
fn log_more(_: usize) {}

#[cfg(not(feature = "tracing"))]
fn is_wanted() -> bool {
    false
}
