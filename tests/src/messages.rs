//! What the library logs.

use std::fmt;
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static MESSAGES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LOGGED: Condvar = Condvar::new();

/// Far more than a message takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

struct Kept {
    target: &'static str,
}

/// Keeps the messages of this target from now on. Once per process.
pub fn keep(target: &'static str) {
    tracing::subscriber::set_global_default(Kept { target }).expect("the first subscriber");
}

/// The messages so far.
pub fn kept() -> Vec<String> {
    MESSAGES.lock().unwrap().clone()
}

/// Waits for a message with these words and returns it.
pub fn with(words: &str) -> String {
    let find = |messages: &[String]| messages.iter().find(|it| it.contains(words)).cloned();
    let messages = MESSAGES.lock().unwrap();
    let is_missing = |messages: &mut Vec<String>| find(messages).is_none();
    let waited = LOGGED.wait_timeout_while(messages, PATIENCE, is_missing);
    let (messages, _) = waited.unwrap();
    find(&messages).unwrap_or_else(|| panic!("`{words}` is not logged: {messages:?}"))
}

struct Message;

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            MESSAGES.lock().unwrap().push(format!("{value:?}"));
            LOGGED.notify_all();
        }
    }
}

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == self.target
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Message);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
