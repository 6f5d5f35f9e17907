//! Values that devices may still use are dropped later, when the devices are done with them. Dropping never blocks the
//! caller.
//!
//! One thread, started when it is first needed, serves all values. It is needed only when a call is cancelled, or resolves
//! early, while commands on its owned values are running. A value that waits for a device which makes no progress by
//! itself (a simulation) is dropped by the thread that steps the device: the deferring thread would wait for ever, and
//! all other values with it.

use crate::sync::event::{Event, Events, WaitKey};
use crate::util::panics::contain;
use crate::util::primitives::{Arc, Mutex, StaticMutex, lock, lock_static};
use std::sync::mpsc::{self, Sender};
use std::task::Wake;
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

static SENDER: StaticMutex<Option<Sender<Job>>> = StaticMutex::new(None);

/// Drops `value` when all `events` are over, successful or not; at once if they already are. If no thread can be started,
/// the value is leaked, which is safe.
pub(crate) fn drop_after<T: Send + 'static>(value: T, events: Events) {
    if events.iter().all(|event| !event.is_pending()) {
        return drop(value);
    }
    if !events.iter().all(Event::runs_by_itself) {
        return Arc::new(Kept::new(value, events)).wake();
    }
    let value = std::mem::ManuallyDrop::new(value);
    let job: Job = Box::new(move || {
        events.iter().for_each(|event: &Event| {
            event.block();
        });
        drop(std::mem::ManuallyDrop::into_inner(value));
    });
    if let Some(sender) = sender() {
        // A thread that is gone returns the job unrun: the value is leaked with it.
        let _ = sender.send(job);
    }
}

/// Waits a moment for the thread to drop what is over by now. For a caller that is short of memory.
#[cfg_attr(
    not(feature = "opencl"),
    allow(dead_code, reason = "for backends that run out of memory")
)]
pub(crate) fn catch_up() {
    /// Long for a destructor, short for a program that is going to fail.
    const PATIENCE: Duration = Duration::from_millis(200);
    let Some(sender) = lock_static(&SENDER).clone() else {
        return;
    };
    let (done, is_done) = mpsc::channel();
    let job: Job = Box::new(move || {
        let _ = done.send(());
    });
    if sender.send(job).is_ok() {
        let _ = is_done.recv_timeout(PATIENCE);
    }
}

fn sender() -> Option<Sender<Job>> {
    let mut shared = lock_static(&SENDER);
    if shared.is_none() {
        let (sender, jobs) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new().name("gpu-stages deferred drop".into());
        let run = move || {
            for job in jobs {
                // A destructor that panics must not end the thread.
                contain(job);
            }
        };
        *shared = thread.spawn(run).is_ok().then_some(sender);
    }
    shared.clone()
}

/// A value that is dropped by the wake that finds its last event over.
struct Kept<T> {
    value: Mutex<Option<T>>,
    events: Events,
    key: WaitKey,
}

impl<T> Kept<T> {
    fn new(value: T, events: Events) -> Self {
        Kept {
            value: Mutex::new(Some(value)),
            events,
            key: WaitKey::unique(),
        }
    }
}

impl<T: Send + 'static> Wake for Kept<T> {
    fn wake(self: Arc<Self>) {
        let waker = self.clone().into();
        let waits = |event: &Event| event.is_pending() && event.register(self.key, &waker);
        if !self.events.iter().any(waits) {
            let value = lock(&self.value).take();
            drop(value);
        }
    }
}
