//! The spans themselves.

use crate::call::Call;
use crate::error::Origin;
use crate::sync::{AtomicBool, Mutex, Ordering, lock};
use std::cell::Cell;
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::span::EnteredSpan;
use tracing::{Level, Span};

/// Whether any subscriber may want spans: a look at a static.
#[inline]
fn is_wanted() -> bool {
    Level::DEBUG <= STATIC_MAX_LEVEL && Level::DEBUG <= LevelFilter::current()
}

/// Where a call keeps its spans while it is not polled.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// Whether there are any. Only whoever makes and polls the call changes it.
    is_set: AtomicBool,
    spans: Mutex<Option<Box<Spans>>>,
}

#[derive(Debug)]
struct Spans {
    call: Span,
    /// None before the first stage and behind the last.
    stage: Option<Span>,
}

/// The spans of a call that is being polled on this thread.
struct Current {
    id: u64,
    // Before `call`, to be left first.
    stage: Option<EnteredSpan>,
    call: EnteredSpan,
    /// Those of the call in whose stage this one is polled.
    outer: Option<Box<Current>>,
}

thread_local! {
    static CURRENT: Cell<Option<Box<Current>>> = const { Cell::new(None) };
}

impl Slot {
    #[inline]
    fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }

    /// Puts spans in, or takes them out. Subscribers run when the old ones are dropped: under no lock.
    fn replace(&self, spans: Option<Box<Spans>>) -> Option<Box<Spans>> {
        self.is_set.store(spans.is_some(), Ordering::Relaxed);
        std::mem::replace(&mut *lock(&self.spans), spans)
    }

    /// Ends the spans, if there are any.
    #[inline]
    pub fn close(&self) {
        if self.is_set() {
            self.drop_spans();
        }
    }

    #[cold]
    fn drop_spans(&self) {
        drop(self.replace(None));
    }
}

/// A call was made: in whatever span that was, its own is.
#[inline]
pub(crate) fn begins(call: &Call) {
    if is_wanted() {
        begin(call);
    }
}

#[cold]
fn begin(call: &Call) {
    // Allocations made by hand are not polled.
    if call.is_manual() {
        return;
    }
    let Origin {
        pipeline, call: id, ..
    } = call.origin();
    let span = tracing::debug_span!(target: "gpu_stages::call", "call", pipeline, call = id);
    if !span.is_disabled() {
        let spans = Spans {
            call: span,
            stage: None,
        };
        call.spans().replace(Some(Box::new(spans)));
    }
}

/// The last stage of a call is over.
#[inline]
pub(crate) fn leave(call: &Call) {
    if call.spans().is_set() {
        leave_stage(call);
    }
}

#[cold]
fn leave_stage(call: &Call) {
    if let Some(mut spans) = call.spans().replace(None) {
        spans.stage = None;
        call.spans().replace(Some(spans));
    }
}

/// A call is over.
#[inline]
pub(crate) fn close(call: &Call) {
    call.spans().close();
}

/// Spans that are entered until this is dropped, on the same thread, by a panic too.
pub(crate) struct Entered<'a>(Option<&'a Call>);

/// Enters the spans of a call, if there are any.
#[inline]
pub(crate) fn enter(call: &Call) -> Entered<'_> {
    let is_set = call.spans().is_set();
    if is_set {
        make_current(call);
    }
    Entered(is_set.then_some(call))
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(call) = self.0 {
            rest(call);
        }
    }
}

/// Does `work` in the spans of a call, and ends them.
#[inline]
pub(crate) fn around(call: &Call, work: impl FnOnce()) {
    let entered = enter(call);
    work();
    drop(entered);
    close(call);
}

#[cold]
fn make_current(call: &Call) {
    // A thread that is at its end has no place for them any more.
    let Ok(outer) = CURRENT.try_with(Cell::take) else {
        return;
    };
    let Some(spans) = call.spans().replace(None) else {
        CURRENT.set(outer);
        return;
    };
    let entered = spans.call.entered();
    CURRENT.set(Some(Box::new(Current {
        id: call.id(),
        stage: spans.stage.map(Span::entered),
        call: entered,
        outer,
    })));
}

#[cold]
fn rest(call: &Call) {
    let Ok(Some(current)) = CURRENT.try_with(Cell::take) else {
        return;
    };
    let Current {
        stage,
        call: entered,
        outer,
        ..
    } = *current;
    let stage = stage.map(EnteredSpan::exit);
    let spans = Spans {
        call: entered.exit(),
        stage,
    };
    CURRENT.set(outer);
    call.spans().replace(Some(Box::new(spans)));
}

/// A call that is being polled comes to its next stage.
#[inline]
pub(crate) fn enters(call: &Call) {
    if is_wanted() {
        enter_stage(call);
    }
}

#[cold]
fn enter_stage(call: &Call) {
    let Ok(Some(mut current)) = CURRENT.try_with(Cell::take) else {
        return;
    };
    if current.id == call.id() {
        drop(current.stage.take());
        let Origin {
            pipeline,
            stage,
            call,
        } = call.origin();
        let span = tracing::trace_span!(
            target: "gpu_stages::call",
            parent: &*current.call,
            "stage",
            pipeline,
            stage,
            call
        );
        current.stage = Some(span.entered());
    }
    CURRENT.set(Some(current));
}

/// The span that this thread is in, for work that goes on elsewhere.
pub(crate) struct Here(Option<Span>);

impl Here {
    pub fn now() -> Self {
        Here(is_wanted().then(Span::current))
    }

    /// Does `work` in the span.
    pub fn within<R>(self, work: impl FnOnce() -> R) -> R {
        match self.0 {
            Some(span) => span.in_scope(work),
            None => work(),
        }
    }
}
