//! Commands that failed: finding out, and telling no sooner than their memory is free.
//!
//! OpenCL says that a command does not run when something in its wait list has failed. It does not say when such a
//! command counts as over: PoCL says at once, while other commands that it was behind may still run. Users that come
//! next rely on the command being behind those. So a failure is told only when a *fence* has passed: a marker behind
//! all queues that the command's own queue was ever behind.

use super::cl::{self, ClEvent};
use super::event::{Completion, Weak};
use super::line::{Line, Waits};
use crate::error::Failure;
use crate::sync::clock::Position;
use crate::sync::event::Status;
use crate::util::pool::Pooled;
use crate::util::primitives::{Arc, AtomicBool, Mutex, Ordering, StaticBool, lock};
use cl_sys as sys;
use smallvec::SmallVec;
use std::sync;

/// Whether anything has ever failed: while not, nobody looks for failures.
static ANY: StaticBool = StaticBool::new(false);

pub(super) fn any() -> bool {
    ANY.load(Ordering::Acquire)
}

pub(super) fn note_any() {
    ANY.store(true, Ordering::Release);
}

/// A failure that is not told yet.
#[derive(Debug)]
pub(super) struct Failing {
    pub failure: Arc<Failure>,
    pub fence: Fence,
}

/// Markers that must be over first.
pub(super) type Fence = SmallVec<[ClEvent; 1]>;

/// A command that another one is behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause {
    pub command: Weak,
    /// Whether it stands in the other's wait list. If not, the queues order the two, and the other may run whatever
    /// became of this one.
    pub waited: bool,
    /// Whether the other needs what it made.
    pub data: bool,
}

pub(super) type Causes = SmallVec<[Cause; 4]>;

/// What a queue remembers of failures.
#[derive(Debug, Default)]
pub(super) struct Failures {
    stretches: Mutex<SmallVec<[Stretch; 1]>>,
    /// The queues that commands of this one were behind.
    behind: Mutex<SmallVec<[sync::Weak<Line>; 4]>>,
    /// A command waits for one that had failed before: the driver may never run it, or what comes after.
    stuck: AtomicBool,
}

/// A part of a queue in which a command failed. Those in it that have no event of their own may be the ones.
#[derive(Debug)]
struct Stretch {
    /// Up to here all is well.
    from: u64,
    to: u64,
    failure: Arc<Failure>,
}

/// Stretches kept per queue; older ones are forgotten.
const HISTORY: usize = 16;

impl Failures {
    /// Notes that the queue was behind `line`.
    pub fn note_behind(&self, line: &Arc<Line>) {
        let mut behind = lock(&self.behind);
        let is_known = |known: &sync::Weak<Line>| known.as_ptr() == Arc::as_ptr(line);
        if !behind.iter().any(is_known) {
            behind.retain(|line| line.strong_count() > 0);
            behind.push(Arc::downgrade(line));
        }
    }

    pub fn note_stuck(&self) {
        self.stuck.store(true, Ordering::Relaxed);
    }

    /// Notes that the command at `position` failed; what is complete up to `completed` did not.
    pub fn note(&self, position: Position, completed: u64, failure: &Arc<Failure>) {
        let mut stretches = lock(&self.stretches);
        if stretches.len() == HISTORY {
            stretches.remove(0);
        }
        stretches.push(Stretch {
            from: completed,
            to: position.latest,
            failure: failure.clone(),
        });
        note_any();
    }

    /// Notes that the command at `position` went well, and with it those before.
    pub fn note_complete(&self, position: Position) {
        if any() {
            let mut stretches = lock(&self.stretches);
            let around = stretches.iter_mut().filter(|it| position.latest < it.to);
            around.for_each(|it| it.from = it.from.max(position.completes()));
        }
    }

    /// The failure that a command at `position` without an event of its own may be the cause of.
    pub fn at(&self, position: Position) -> Option<Arc<Failure>> {
        if !any() {
            return None;
        }
        let stretches = lock(&self.stretches);
        let inside = |it: &&Stretch| it.from < position.latest && position.latest <= it.to;
        stretches.iter().find(inside).map(|it| it.failure.clone())
    }
}

/// A marker on `line` behind everything that is enqueued by now on it and on the queues that it was ever behind;
/// whatever comes next on `line` is behind it.
pub(super) fn fence(line: &Arc<Line>) -> Fence {
    let mut lines = vec![line.clone()];
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let behind = lock(&line.failures.behind).clone();
        for line in behind.iter().filter_map(sync::Weak::upgrade) {
            if !lines.iter().any(|known| Arc::ptr_eq(known, &line)) {
                lines.push(line);
            }
        }
        index += 1;
    }
    // A queue that refuses a marker runs nothing any more.
    let flows = |line: &&Arc<Line>| !line.failures.stuck.load(Ordering::Relaxed);
    let mark = |line: &Arc<Line>| {
        let marker = line.marker(&[]).ok()?;
        line.flush();
        Some(marker)
    };
    let others: Fence = lines[1..].iter().filter(flows).filter_map(mark).collect();
    if !flows(&line) {
        return others;
    }
    let natives: Waits = others.iter().map(|event| event.0).collect();
    let own = line.marker(&natives).ok();
    line.flush();
    own.into_iter().collect()
}

/// Whether all is over, well or not.
pub(super) fn has_passed(events: &[sys::cl_event]) -> bool {
    events
        .iter()
        .all(|&event| cl::event_status(event).is_ok_and(|status| status <= 0))
}

/// Where a failure began: `command` failed with `code`, maybe because something that it needed did. Also whether it
/// began with `command` itself, as far as is known.
pub(super) fn root(command: &Completion, code: i32) -> (Arc<Failure>, bool) {
    let mut at: Option<(Pooled<Completion>, i32)> = None;
    loop {
        let causes = at.as_ref().map_or(command, |(cause, _)| cause).causes();
        let mut deeper = None;
        for cause in causes.iter().filter_map(|cause| cause.command.upgrade()) {
            match (cause.badness(), cause.native_failure()) {
                (Some(failure), _) => return (failure, false),
                (None, Some(code)) => deeper = Some((cause, code)),
                (None, None) => {}
            }
        }
        let Some(next) = deeper else { break };
        at = Some(next);
    }
    let is_own = at.is_none();
    let (command, code) = at.as_ref().map_or((command, code), |(c, code)| (c, *code));
    let failure = Failure::new(command.origin(), cl::status_name(code));
    (Arc::new(failure), is_own)
}

impl Weak {
    /// Whether the command may still run, as far as is known without the driver.
    pub(super) fn is_running(&self) -> bool {
        self.upgrade().is_some_and(|record| !record.is_known_over())
    }

    /// Whether nothing behind the command can be over before it is told to be. A marker that stands in for the command
    /// and a fence behind a failed one stand further behind on the queue, where others may be stuck.
    pub(super) fn tells_of_those_behind(&self) -> bool {
        self.upgrade()
            .is_none_or(|record| record.is_its_own_event())
    }

    /// Looks after a wait: asks the driver about the command and about what it waits for. Returns whether to look
    /// again. `round` is another one for each look at all waits.
    pub(super) fn look(&self, round: u64) -> bool {
        let Some(record) = self.upgrade() else {
            return false;
        };
        if record.is_known_over() {
            // By a command behind it, perhaps: then nobody has been told.
            record.hint();
            return false;
        }
        // What it waits for first: the drivers that leave a command behind a failed one queued for ever do not
        // say that it failed.
        let mut records: SmallVec<[Pooled<Completion>; 8]> = SmallVec::new();
        records.push(record);
        let mut index = 0;
        while let Some(record) = records.get(index) {
            let causes = record.causes();
            let waited = causes.iter().filter(|cause| cause.waited);
            for cause in waited.filter_map(|cause| cause.command.upgrade()) {
                if cause.is_new_in(round) && !cause.is_known_over() {
                    records.push(cause);
                }
            }
            index += 1;
        }
        for record in records.iter().rev() {
            let _: Status = record.ask();
        }
        !records[0].is_known_over()
    }
}
