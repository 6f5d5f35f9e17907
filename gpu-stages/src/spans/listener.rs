//! The observer that makes, enters and closes spans.

use crate::error::Origin;
use crate::observe::{Interest, Observation, Observer, Subscribed};
use crate::schedule::Schedule;
use crate::util::primitives::{Ordering, StaticMutex, StaticU64, lock_static};
use std::cell::RefCell;
use std::collections::HashMap;
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::span::EnteredSpan;
use tracing::{Level, Span};
use tracing_core::metadata::{Kind, Metadata};

/// Begins to observe calls, while a subscriber wants spans.
pub(crate) fn register() {
    CALLSITE.follow();
}

static METADATA: Metadata<'static> = tracing_core::metadata! {
    name: "call",
    target: "gpu_stages::call",
    level: Level::DEBUG,
    fields: &[],
    callsite: &CALLSITE,
    kind: Kind::SPAN
};

static CALLSITE: Subscribed = Subscribed {
    metadata: &METADATA,
    observer: &Spans,
    interest: Interest::CALLS,
};

/// Whether any subscriber may want spans: a look at a static.
#[inline]
fn is_wanted() -> bool {
    Level::DEBUG <= STATIC_MAX_LEVEL && Level::DEBUG <= LevelFilter::current()
}

/// The spans of one call.
#[derive(Clone)]
struct CallSpans {
    call: Span,
    /// None before the first stage and after the last.
    stage: Option<Span>,
}

/// The spans of all calls that have some.
static CALLS: StaticMutex<Option<HashMap<u64, CallSpans>>> = StaticMutex::new(None);

/// The number of entries in `CALLS`, so that the map is not locked while it is empty.
static COUNT: StaticU64 = StaticU64::new(0);

/// The spans of a call whose code this thread runs.
struct Entered {
    id: u64,
    // Before `_call`, to be exited first.
    stage: Option<EnteredSpan>,
    _call: EnteredSpan,
}

thread_local! {
    /// The calls with spans whose code this thread runs, each within the one before.
    static ENTERED: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

struct Spans;

impl Observer for Spans {
    fn name(&self) -> &'static str {
        "spans"
    }

    fn observe(&self, observation: &Observation<'_>) {
        match *observation {
            Observation::CallBegan {
                call,
                schedule,
                is_manual: false,
            } if is_wanted() => make(call, schedule),
            Observation::CallLeft { call } => drop(take_entered(call)),
            // While there is no span, the rest is a look at a static.
            _ if COUNT.load(Ordering::Relaxed) == 0 => {}
            Observation::CallEntered { call } => enter(call),
            Observation::StageEntered { origin, .. } => enter_stage(&origin),
            Observation::BodyEnded { call } => drop(set_stage(call, None)),
            Observation::CallEnded { call, .. } => close(call),
            _ => {}
        }
    }
}

/// A call was made: its span is within the current one.
fn make(call: u64, schedule: &'static Schedule) {
    let pipeline = schedule.name;
    let span = tracing::debug_span!(target: "gpu_stages::call", "call", pipeline, call);
    if !span.is_disabled() {
        let spans = CallSpans {
            call: span,
            stage: None,
        };
        COUNT.fetch_add(1, Ordering::Relaxed);
        let mut calls = lock_static(&CALLS);
        calls.get_or_insert_default().insert(call, spans);
    }
}

fn spans_of(call: u64) -> Option<CallSpans> {
    lock_static(&CALLS).as_ref()?.get(&call).cloned()
}

/// Sets the span of the current stage. Returns the one before, to be dropped when no lock is held: subscribers run then.
fn set_stage(call: u64, stage: Option<Span>) -> Option<Span> {
    let mut calls = lock_static(&CALLS);
    let spans = calls.as_mut()?.get_mut(&call)?;
    std::mem::replace(&mut spans.stage, stage)
}

fn close(call: u64) {
    let mut calls = lock_static(&CALLS);
    let spans = calls.as_mut().and_then(|calls| calls.remove(&call));
    drop(calls);
    if spans.is_some() {
        COUNT.fetch_sub(1, Ordering::Relaxed);
    }
    drop(spans);
}

fn enter(call: u64) {
    let Some(spans) = spans_of(call) else { return };
    let entered = spans.call.entered();
    put_entered(Entered {
        id: call,
        stage: spans.stage.map(Span::entered),
        _call: entered,
    });
}

fn put_entered(entered: Entered) {
    // A thread that is ending has no place for it any more: then the spans are exited here.
    let _ = ENTERED.try_with(|all| all.borrow_mut().push(entered));
}

/// Takes the last entry, if it is that of `call`. It is dropped outside of the borrow: exiting runs subscribers.
fn take_entered(call: u64) -> Option<Entered> {
    let take = |all: &RefCell<Vec<Entered>>| {
        let mut all = all.borrow_mut();
        let is_last = all.last().is_some_and(|last| last.id == call);
        if is_last { all.pop() } else { None }
    };
    ENTERED.try_with(take).ok().flatten()
}

/// A call comes to its next stage.
fn enter_stage(origin: &Origin) {
    let Some(spans) = spans_of(origin.call) else {
        return;
    };
    let Origin {
        pipeline,
        stage,
        call,
    } = *origin;
    let span = tracing::trace_span!(
        target: "gpu_stages::call",
        parent: &spans.call,
        "stage",
        pipeline,
        stage,
        call
    );
    drop((set_stage(call, Some(span.clone())), spans));
    let Some(mut entered) = take_entered(call) else {
        return;
    };
    drop(entered.stage.take());
    entered.stage = Some(span.entered());
    put_entered(entered);
}
