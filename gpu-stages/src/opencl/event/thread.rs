//! The thread that wakes tasks and that looks after waits.
//!
//! A driver calls back on threads of its own, or inside the call that sets the callback, and OpenCL forbids most of its
//! functions there. So a callback only hands the command to this thread, which wakes the waiting tasks: a waker is user
//! code, and may call anything. The thread sleeps while there is nothing to do.

use super::completion::{Completion, WeakCompletion};
use super::watchdog;
use crate::error::Failure;
use crate::opencl::leftovers::Place;
use crate::opencl::{aftercare, alarm};
use crate::sync::event::Status;
use crate::util::panics::contain;
use crate::util::pool::Pooled;
use crate::util::primitives::{StaticMutex, lock_static};
use std::time::{Duration, Instant};

/// The time between two looks at the waits: well above what callbacks take, well below what a person notices.
const INTERVAL: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Tasks {
    /// Commands whose callback came, and where they stand: by now a record may serve another command.
    hinted: Vec<(&'static Completion, Place)>,
    /// Waits that the thread has not taken yet.
    added: Vec<WeakCompletion>,
    /// Commands that only the thread waits for.
    held: Vec<Pooled<Completion>>,
    is_running: bool,
}

static TASKS: StaticMutex<Tasks> = StaticMutex::new(Tasks {
    hinted: Vec::new(),
    added: Vec::new(),
    held: Vec::new(),
    is_running: false,
});

/// Starts the thread, unless it runs. Each queue does this before it has commands: without the thread no task is woken.
pub(in crate::opencl) fn start() -> Result<(), Failure> {
    let mut tasks = lock_static(&TASKS);
    if !tasks.is_running {
        let thread = std::thread::Builder::new().name("gpu-stages opencl events".into());
        let refused = |error| Failure::new(None, format!("no thread can be started: {error}"));
        thread.spawn(run).map_err(refused)?;
        tasks.is_running = true;
    }
    Ok(())
}

/// Has the thread hint at the end of a command. Makes no call of the driver and runs no code of the user's.
pub(super) fn hint(completion: &'static Completion) {
    let hinted = (completion, completion.place());
    lock_static(&TASKS).hinted.push(hinted);
    alarm::ring();
}

/// Looks after `wait` until it is over.
pub(super) fn look_after(wait: WeakCompletion) {
    make_room();
    lock_static(&TASKS).added.push(wait);
    alarm::ring_if_idle();
}

/// Looks after `wait`, which nothing else waits for, until it is over.
pub(super) fn hold(wait: WeakCompletion) {
    if let Some(record) = wait.upgrade() {
        lock_static(&TASKS).held.push(record);
        look_after(wait);
    }
}

/// Releases the commands that are over, and logs which of them failed.
fn release_held() {
    let mut held = std::mem::take(&mut lock_static(&TASKS).held);
    held.retain(|record| match record.noted() {
        Status::Pending => true,
        Status::Complete => false,
        Status::Failed(failure) => {
            failure.log_unless_claimed();
            false
        }
    });
    let mut tasks = lock_static(&TASKS);
    held.append(&mut tasks.held);
    tasks.held = held;
}

/// Before the list grows, forgets what is over: on a busy machine waits come faster than the thread looks.
fn make_room() {
    let mut waits = {
        let mut tasks = lock_static(&TASKS);
        if tasks.added.len() < tasks.added.capacity() {
            return;
        }
        std::mem::take(&mut tasks.added)
    };
    waits.retain(watchdog::may_run);
    let mut tasks = lock_static(&TASKS);
    waits.append(&mut tasks.added);
    tasks.added = waits;
}

fn run() {
    let mut hinted = Vec::new();
    let (mut added, mut waits) = (Vec::new(), Vec::<WeakCompletion>::new());
    let mut next_look = None;
    loop {
        let mut tasks = lock_static(&TASKS);
        std::mem::swap(&mut hinted, &mut tasks.hinted);
        let has_waits = !waits.is_empty() || !tasks.added.is_empty();
        let is_due = next_look.is_some_and(|next| next <= Instant::now());
        if is_due {
            std::mem::swap(&mut added, &mut tasks.added);
        }
        drop(tasks);
        for (completion, place) in hinted.drain(..) {
            if completion.place() == place {
                // A waker that panics must not take the waits of others with it.
                contain(|| completion.hint());
            }
        }
        if is_due {
            next_look = None;
            watchdog::look_at_all(&mut waits);
            release_held();
            // They are as old as an interval when the thread looks at them: most are over by then.
            waits.append(&mut added);
            waits.sort_unstable_by_key(|wait| (wait.place.queue, wait.place.position.latest));
            contain(aftercare::look_at_all);
            continue;
        }
        if has_waits || aftercare::has_queues() {
            let now = Instant::now();
            let next = *next_look.get_or_insert(now + INTERVAL);
            alarm::sleep(Some(next.saturating_duration_since(now)));
        } else {
            alarm::sleep(None);
        }
    }
}
