//! A subscriber that remembers what it has seen.

use crate::alone;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// What a subscriber has seen.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<State>>);

#[derive(Default)]
pub struct State {
    pub spans: Vec<Seeing>,
    /// The spans that each thread is in, and what was logged where.
    pub entered: BTreeMap<String, Vec<u64>>,
    pub events: Vec<(String, Option<u64>)>,
    pub threads: Vec<(u64, ThreadId)>,
}

/// One span.
pub struct Seeing {
    pub metadata: &'static Metadata<'static>,
    pub fields: BTreeMap<&'static str, String>,
    pub parent: Option<u64>,
    handles: usize,
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0
            .insert(field.name(), format!("{value:?}").replace('"', ""));
    }
}

fn here() -> String {
    format!("{:?}", thread::current().id())
}

impl Seen {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// `call of stage` for each span, innermost last, by what it is called: `pipeline` or `pipeline/stage`.
    pub fn path(&self, mut id: Option<u64>) -> Vec<String> {
        let state = self.state();
        let mut path = Vec::new();
        while let Some(span) = id.map(|id| &state.spans[id as usize - 1]) {
            let pipeline = &span.fields["pipeline"];
            let stage = span.fields.get("stage").map(|stage| format!("/{stage}"));
            path.insert(0, format!("{pipeline}{}", stage.unwrap_or_default()));
            id = span.parent;
        }
        path
    }

    /// Where each message was logged.
    pub fn events(&self) -> Vec<(String, Vec<String>)> {
        let events = self.state().events.clone();
        let events = events.into_iter();
        events
            .map(|(message, span)| (message, self.path(span)))
            .collect()
    }

    /// The spans of this name that were made, as they are called.
    pub fn made(&self, name: &str) -> Vec<String> {
        let count = self.state().spans.len() as u64;
        let of_name = |id: &u64| self.state().spans[*id as usize - 1].metadata.name() == name;
        let ids = (1..=count).filter(of_name);
        ids.map(|id| self.path(Some(id)).pop().unwrap()).collect()
    }

    #[track_caller]
    pub fn check_nothing_is_entered(&self) {
        let entered = self.state().entered.values().flatten().count();
        assert_eq!(entered, 0);
    }

    pub fn open(&self) -> usize {
        self.state()
            .spans
            .iter()
            .filter(|span| span.handles > 0)
            .count()
    }
}

/// The subscriber itself, for levels up to `level`.
struct Looking {
    seen: Seen,
    level: LevelFilter,
}

impl Subscriber for Looking {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= &self.level
    }
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }
    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut state = self.seen.state();
        let current = state.entered.get(&here()).and_then(|stack| stack.last());
        let parent = match attributes.parent() {
            Some(parent) => Some(parent.into_u64()),
            None => current.copied().filter(|_| attributes.is_contextual()),
        };
        state.spans.push(Seeing {
            metadata: attributes.metadata(),
            fields: fields.0,
            parent,
            handles: 1,
        });
        Id::from_u64(state.spans.len() as u64)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut state = self.seen.state();
        let current = state.entered.get(&here()).and_then(|stack| stack.last());
        let (current, message) = (current.copied(), fields.0["message"].clone());
        state.events.push((message, current));
    }
    fn enter(&self, id: &Id) {
        let mut state = self.seen.state();
        state.entered.entry(here()).or_default().push(id.into_u64());
        state.threads.push((id.into_u64(), thread::current().id()));
    }
    fn exit(&self, id: &Id) {
        let mut state = self.seen.state();
        let last = state.entered.get_mut(&here()).and_then(Vec::pop);
        assert_eq!(last, Some(id.into_u64()), "spans are left from the inside");
    }
    fn current_span(&self) -> Current {
        let state = self.seen.state();
        let current = state.entered.get(&here()).and_then(|stack| stack.last());
        current.map_or_else(Current::none, |id| {
            let metadata = state.spans[*id as usize - 1].metadata;
            Current::new(Id::from_u64(*id), metadata)
        })
    }
    fn clone_span(&self, id: &Id) -> Id {
        self.seen.state().spans[id.into_u64() as usize - 1].handles += 1;
        id.clone()
    }
    fn try_close(&self, id: Id) -> bool {
        let mut state = self.seen.state();
        let span = &mut state.spans[id.into_u64() as usize - 1];
        span.handles -= 1;
        span.handles == 0
    }
}

/// Runs `test` with a subscriber for levels up to `level`.
pub fn looking(level: LevelFilter, test: impl FnOnce(&Seen)) -> Seen {
    let _alone = alone();
    let seen = Seen::default();
    let subscriber = Looking {
        seen: seen.clone(),
        level,
    };
    tracing::subscriber::with_default(subscriber, || test(&seen));
    seen.check_nothing_is_entered();
    seen
}
