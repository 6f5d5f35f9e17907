//! The thread that wakes tasks and that looks after waits.
//!
//! A driver calls back on threads of its own, or inside the call that sets the callback, and OpenCL forbids most of its
//! functions there. So a callback only hands the command to this thread, which wakes the waiting tasks: a waker is user
//! code, and may call anything. The thread sleeps while there is nothing to do.

use super::completion::{Completion, Place, WeakCompletion};
use super::watchdog;
use crate::error::Failure;
use crate::util::panics::contain;
use crate::util::primitives::{StaticCondvar, StaticGuard, StaticMutex, lock_static, unpoisoned};
use std::time::{Duration, Instant};

/// The time between two looks at the waits: well above what callbacks take, well below what a person notices.
const INTERVAL: Duration = Duration::from_millis(10);

#[derive(Debug)]
struct Tasks {
    /// Commands whose callback came, and where they stand: by now a record may serve another command.
    hinted: Vec<(&'static Completion, Place)>,
    /// Waits that the thread has not taken yet.
    added: Vec<WeakCompletion>,
    is_running: bool,
    /// Whether the thread sleeps until there is something to do.
    is_idle: bool,
}

static TASKS: StaticMutex<Tasks> = StaticMutex::new(Tasks {
    hinted: Vec::new(),
    added: Vec::new(),
    is_running: false,
    is_idle: false,
});
static ADDED: StaticCondvar = StaticCondvar::new();

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
    ADDED.notify_one();
}

/// Looks after `wait` until it is over.
pub(super) fn look_after(wait: WeakCompletion) {
    make_room();
    let mut tasks = lock_static(&TASKS);
    tasks.added.push(wait);
    let is_idle = tasks.is_idle;
    drop(tasks);
    if is_idle {
        ADDED.notify_one();
    }
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
        let mut tasks = sleep(lock_static(&TASKS), &mut next_look, waits.is_empty());
        std::mem::swap(&mut hinted, &mut tasks.hinted);
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
            // They are as old as an interval when the thread looks at them: most are over by then.
            waits.append(&mut added);
            waits.sort_unstable_by_key(|wait| (wait.place.queue, wait.place.position.latest));
        }
    }
}

/// Sleeps until a callback came or the waits are to be looked at.
fn sleep(
    mut tasks: StaticGuard<'static, Tasks>,
    next_look: &mut Option<Instant>,
    has_no_waits: bool,
) -> StaticGuard<'static, Tasks> {
    while tasks.hinted.is_empty() {
        if has_no_waits && tasks.added.is_empty() {
            tasks.is_idle = true;
            tasks = unpoisoned(ADDED.wait(tasks));
            tasks.is_idle = false;
            continue;
        }
        let now = Instant::now();
        let next = *next_look.get_or_insert(now + INTERVAL);
        if next <= now {
            break;
        }
        tasks = unpoisoned(ADDED.wait_timeout(tasks, next - now)).0;
    }
    tasks
}
