//! The warnings that the library logs, in a test that has a process of its own.

use std::fmt;
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LOGGED: Condvar = Condvar::new();

/// Collects warnings from now on.
pub fn collect() {
    tracing::subscriber::set_global_default(Collector).expect("the process has no subscriber yet");
}

/// Waits for a warning that contains all of `parts`, and returns it.
pub fn wait_for(parts: &[&str]) -> String {
    let messages = MESSAGES.lock().unwrap();
    let find = |messages: &[String]| {
        let fits = |message: &&String| parts.iter().all(|part| message.contains(part));
        messages.iter().find(fits).cloned()
    };
    let missing = |messages: &mut Vec<String>| find(messages).is_none();
    let patience = Duration::from_secs(60);
    let (messages, _) = LOGGED
        .wait_timeout_while(messages, patience, missing)
        .unwrap();
    find(&messages).unwrap_or_else(|| panic!("no warning with {parts:?} in {messages:?}"))
}

/// How many warnings so far contain `part`.
pub fn count(part: &str) -> usize {
    let messages = MESSAGES.lock().unwrap();
    messages
        .iter()
        .filter(|message| message.contains(part))
        .count()
}

struct Collector;

impl Visit for Collector {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            MESSAGES.lock().unwrap().push(format!("{value:?}"));
            LOGGED.notify_all();
        }
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("gpu_stages::") && *metadata.level() == Level::WARN
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Collector);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
