//! The log of waits that take too long.

use gpu_stages::{Resource, Result, gpu_pipeline, stall};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[gpu_pipeline]
async fn count(#[updates] total: u32) -> Result<u32> {
    total += 1;
    Ok(total)
}

/// Keeps the messages of the library's stalls.
struct Kept;

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static TOO_EARLY: AtomicBool = AtomicBool::new(false);
static LOGGED: Condvar = Condvar::new();

const TIMEOUT: Duration = Duration::from_millis(20);

impl Visit for Kept {
    fn record_f64(&mut self, field: &Field, seconds: f64) {
        assert_eq!(field.name(), "seconds");
        let is_due = seconds >= TIMEOUT.as_secs_f64();
        TOO_EARLY.fetch_or(!is_due, Ordering::SeqCst);
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            MESSAGES.lock().unwrap().push(format!("{value:?}"));
            LOGGED.notify_all();
        }
    }
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "gpu_stages::stall"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Kept);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_wait_that_takes_too_long_is_logged_once() {
    in_own_process(a_wait_that_takes_too_long_is_logged_once, || {
        tracing::subscriber::set_global_default(Kept).unwrap();
        stall::set_timeout(Some(TIMEOUT));
        let logged = |name: &str, messages: &Vec<String>| {
            messages
                .iter()
                .filter(|message| message.contains(name))
                .count()
        };
        let hang = |name: &str| {
            let total = Resource::new(0).named(name);
            let first = count(&total);
            let mut second = Box::pin(count(&total));
            assert!(poll_once(&mut second).is_pending());
            let messages = MESSAGES.lock().unwrap();
            let missing = |messages: &mut Vec<String>| logged(name, messages) == 0;
            let patience = Duration::from_secs(20);
            let waited = LOGGED.wait_timeout_while(messages, patience, missing);
            assert!(!waited.unwrap().1.timed_out(), "`{name}` is not logged");
            (first, second)
        };
        let _first = hang("too long");
        // By the time that another one is logged, the first would have been logged again.
        let _second = hang("also too long");
        let messages = MESSAGES.lock().unwrap();
        assert_eq!(logged("`too long`", &messages), 1, "{messages:?}");
        assert!(
            messages
                .iter()
                .any(|message| message.starts_with("stalled: call"))
        );
        let too_early = TOO_EARLY.load(Ordering::SeqCst);
        assert!(!too_early, "none is logged before its time");
        drop(messages);
        stall::set_timeout(None);
        let total = Resource::new(0).named("not looked at");
        let _first = count(&total);
        let mut second = Box::pin(count(&total));
        assert!(poll_once(&mut second).is_pending());
        // Long enough for a look; too short would only miss a mistake.
        std::thread::sleep(2 * TIMEOUT);
        let messages = MESSAGES.lock().unwrap();
        assert_eq!(logged("`not looked at`", &messages), 0, "{messages:?}");
    });
}
