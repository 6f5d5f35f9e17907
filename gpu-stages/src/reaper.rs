//! Dropping values only once the device is done with them, without blocking whoever dropped them.
//!
//! One thread, started when it is first needed, serves all values. It is needed only when a call is cancelled,
//! or resolves early, while commands on its own values are in flight. Values that wait for a device which does not
//! go on by itself are dropped by whoever makes it go on: the thread would wait for ever, and others behind it.

use crate::event::{Event, Events, WaitKey};
use crate::panics::contain;
use crate::sync::{Arc, Mutex, StaticMutex, lock, lock_static};
use std::sync::mpsc::{self, Sender};
use std::task::Wake;

type Drop = Box<dyn FnOnce() + Send>;

static REAPER: StaticMutex<Option<Sender<Drop>>> = StaticMutex::new(None);

/// Drops `value` when all of `events` are over, well or not: now, if they are. If no thread can be started the value is leaked,
/// which is always safe.
pub(crate) fn drop_after<T: Send + 'static>(value: T, events: Events) {
    if events.iter().all(|event| !event.is_pending()) {
        return drop(value);
    }
    if !events.iter().all(Event::runs_by_itself) {
        return Arc::new(Kept::new(value, events)).wake();
    }
    let value = std::mem::ManuallyDrop::new(value);
    let job: Drop = Box::new(move || {
        events.iter().for_each(|event: &Event| {
            event.block();
        });
        drop(std::mem::ManuallyDrop::into_inner(value));
    });
    if let Some(reaper) = sender() {
        // A reaper that is gone gives the job back unrun: the value is leaked with it.
        let _ = reaper.send(job);
    }
}

fn sender() -> Option<Sender<Drop>> {
    let mut reaper = lock_static(&REAPER);
    if reaper.is_none() {
        let (sender, jobs) = mpsc::channel::<Drop>();
        let thread = std::thread::Builder::new().name("gpu-stages reaper".into());
        let run = move || {
            for job in jobs {
                // A destructor that panics must not take the values of others with it.
                contain(job);
            }
        };
        *reaper = thread.spawn(run).is_ok().then_some(sender);
    }
    reaper.clone()
}

/// A value that is dropped by the wake that finds the last of its events over.
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
