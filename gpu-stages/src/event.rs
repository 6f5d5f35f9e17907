//! [`Event`]: one small handle to the completion of a device command, whatever the backend.

use crate::error::Failure;
use crate::order::{Knowledge, Position, QueueId};
use crate::pool::{Head, Node, Pooled, Recycle};
use crate::sync::{Arc, Ordering, StaticU64, thread, thread_local};
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll, Wake, Waker};

/// A few events; most waits have one or two.
pub(crate) type Events = SmallVec<[Event; 4]>;

/// How far a command has come.
#[derive(Clone, Debug)]
pub enum Status {
    /// Queued or running.
    Pending,
    /// Done; its effects are visible to whoever saw this status.
    Complete,
    /// It failed, or something it needed the data of did. It will not touch memory any more.
    Failed(Arc<Failure>),
}

impl Status {
    /// Whether the command is over, well or not.
    pub fn is_terminal(&self) -> bool {
        !matches!(self, Status::Pending)
    }
}

/// What a backend's event record must be able to tell.
pub trait EventSource: Recycle<Object = dyn Erased> {
    /// The queue that the command was enqueued on.
    fn queue(&self) -> QueueId;

    /// Where on that queue the command stands.
    fn position(&self) -> Position;

    /// What that queue has waited for, if it keeps account of it.
    fn knowledge(&self) -> Option<Pooled<Knowledge>>;

    /// The command's own status: the truth, whatever callbacks said.
    fn status(&self) -> Status;

    /// The status as far as it is known without asking the device. It may lag behind, but not behind a wake
    /// that [`register`](EventSource::register) promised.
    fn known(&self) -> Status;

    /// Whether the command has been seen to be over. Asks nobody.
    fn is_noted_over(&self) -> bool;

    /// Whether the command has been seen to have gone well. Asks nobody.
    fn is_noted_good(&self) -> bool;

    /// Wakes `waker` once the command is over. Returns `false`, and keeps nothing, if it is known to be.
    ///
    /// The wait `key` has one waker: a new one replaces the one before.
    fn register(&self, key: WaitKey, waker: &Waker) -> bool;

    /// The wait `key` is given up.
    fn unregister(&self, key: WaitKey);

    /// Somebody who is not on the queue is going to wait: a backend that makes events late makes it now.
    fn announce(&self);

    /// Whether the device goes on by itself; if not, threads other than its own must not block for the command.
    fn runs_by_itself(&self) -> bool {
        true
    }
}

/// A record of an [`EventSource`], made into an object.
#[allow(private_interfaces, reason = "the trait is the core's own")]
pub trait Erased: Send + Sync {
    fn source_free(&'static self);
    fn source_queue(&self) -> QueueId;
    fn source_position(&self) -> Position;
    fn source_knowledge(&self) -> Option<Pooled<Knowledge>>;
    fn source_status(&self) -> Status;
    fn source_known(&self) -> Status;
    fn source_noted_over(&self) -> bool;
    fn source_noted_good(&self) -> bool;
    fn source_register(&self, key: WaitKey, waker: &Waker) -> bool;
    fn source_unregister(&self, key: WaitKey);
    fn source_announce(&self);
    fn source_runs_by_itself(&self) -> bool;
    fn source_record(&self) -> &dyn Any;
}

impl<T: EventSource> Erased for Node<T> {
    fn source_free(&'static self) {
        self.free();
    }
    fn source_queue(&self) -> QueueId {
        self.value().queue()
    }
    fn source_position(&self) -> Position {
        self.value().position()
    }
    fn source_knowledge(&self) -> Option<Pooled<Knowledge>> {
        self.value().knowledge()
    }
    fn source_status(&self) -> Status {
        self.value().status()
    }
    fn source_known(&self) -> Status {
        self.value().known()
    }
    fn source_noted_over(&self) -> bool {
        self.value().is_noted_over()
    }
    fn source_noted_good(&self) -> bool {
        self.value().is_noted_good()
    }
    fn source_register(&self, key: WaitKey, waker: &Waker) -> bool {
        self.value().register(key, waker)
    }
    fn source_unregister(&self, key: WaitKey) {
        self.value().unregister(key);
    }
    fn source_announce(&self) {
        self.value().announce();
    }
    fn source_runs_by_itself(&self) -> bool {
        self.value().runs_by_itself()
    }
    fn source_record(&self) -> &dyn Any {
        self.value()
    }
}

/// The completion of one device command.
///
/// Cloning counts a reference and allocates nothing. Dropping an event does not cancel the command and never
/// blocks.
///
/// ```
/// # fn main() -> gpu_stages::Result<()> {
/// use gpu_stages::cpu::{Device, Queue};
///
/// let queue = Queue::new(&Device::new())?;
/// let event = queue.marker()?;
/// futures::executor::block_on(event.wait())?;
/// assert!(event.status().is_terminal());
/// # Ok(())
/// # }
/// ```
pub struct Event(&'static Head<dyn Erased>);

impl<T: EventSource> From<Pooled<T>> for Event {
    fn from(record: Pooled<T>) -> Self {
        let node = record.into_node();
        Event(node.erase(node))
    }
}

impl Event {
    /// How far the command has come.
    pub fn status(&self) -> Status {
        self.0.object().source_status()
    }

    /// The queue that the command was enqueued on.
    pub fn queue(&self) -> QueueId {
        self.0.object().source_queue()
    }

    /// Where on its queue the command stands.
    pub fn position(&self) -> Position {
        self.0.object().source_position()
    }

    /// Whether both commands are on one in-order queue, so that neither needs to wait for the other on the
    /// device.
    pub fn same_queue(&self, other: &Event) -> bool {
        self.queue() == other.queue()
    }

    /// Wakes `waker` once the command is over; `false`, and nothing kept, if it is known to be. A waker that is
    /// replaced by the next one of the same [`WaitKey`].
    pub fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        self.0.object().source_register(key, waker)
    }

    /// Takes back what [`register`](Event::register) left.
    pub fn unregister(&self, key: WaitKey) {
        self.0.object().source_unregister(key);
    }

    /// Resolves when the command is over: to its [`Failure`] if it failed.
    ///
    /// No thread waits and `poll` never spins. Dropping the future leaves nothing behind.
    pub async fn wait(&self) -> Result<(), Arc<Failure>> {
        let mut wait = Wait {
            event: self,
            key: None,
        };
        poll_fn(|context| wait.poll(context)).await
    }

    /// Blocks this thread until the command is over. For device threads and for shutdown, never for tasks.
    pub(crate) fn block(&self) -> Status {
        loop {
            let status = self.known();
            if status.is_terminal() {
                return status;
            }
            if UNPARK.with(|(key, waker)| self.register(*key, waker)) {
                thread::park();
            }
        }
    }

    pub(crate) fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        self.0.object().source_knowledge()
    }

    /// The status as far as it is known without asking the device.
    pub(crate) fn known(&self) -> Status {
        self.0.object().source_known()
    }

    /// The backend's own record, if it is of this type.
    pub(crate) fn record<T: EventSource>(&self) -> Option<&T> {
        self.0.object().source_record().downcast_ref()
    }

    /// Somebody who is not on the queue is going to wait.
    pub(crate) fn announce(&self) {
        self.0.object().source_announce();
    }

    /// Whether the device goes on by itself, so that a thread may block for the command.
    pub(crate) fn runs_by_itself(&self) -> bool {
        self.0.object().source_runs_by_itself()
    }

    /// Whether the command has been seen to be over. Asks nobody: for use under locks.
    pub(crate) fn is_noted_over(&self) -> bool {
        self.0.object().source_noted_over()
    }

    /// Whether the command has been seen to have gone well. Asks nobody: for use under locks.
    pub(crate) fn is_noted_good(&self) -> bool {
        self.0.object().source_noted_good()
    }

    /// Whether both are handles to one event.
    pub(crate) fn is(&self, other: &Event) -> bool {
        std::ptr::eq(self.0, other.0)
    }

    pub(crate) fn is_pending(&self) -> bool {
        !self.known().is_terminal()
    }
}

/// Tells one wait for events from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitKey(u64);

impl WaitKey {
    /// A key that no other wait has.
    pub fn unique() -> Self {
        static NEXT: StaticU64 = StaticU64::new(1);
        WaitKey(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// One wait of a task for an event.
struct Wait<'a> {
    event: &'a Event,
    /// Set once a waker was left with the event.
    key: Option<WaitKey>,
}

impl Wait<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Arc<Failure>>> {
        loop {
            match self.event.known() {
                Status::Complete => return Poll::Ready(Ok(())),
                Status::Failed(failure) => return Poll::Ready(Err(failure)),
                Status::Pending => {
                    let key = *self.key.get_or_insert_with(WaitKey::unique);
                    if self.event.register(key, context.waker()) {
                        return Poll::Pending;
                    }
                    // Over in the meantime: the next look says how.
                }
            }
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.event.unregister(key);
        }
    }
}

/// The wakers that are left with an event.
#[derive(Debug, Default)]
pub struct Wakers(SmallVec<[(WaitKey, Waker); 2]>);

impl Wakers {
    /// Keeps `waker` for the wait `key`; returns the one that it replaces, to be dropped outside of any lock.
    pub(crate) fn keep(&mut self, key: WaitKey, waker: Waker) -> Option<Waker> {
        match self.0.iter_mut().find(|(kept, _)| *kept == key) {
            Some((_, kept)) => Some(std::mem::replace(kept, waker)),
            None => {
                self.0.push((key, waker));
                None
            }
        }
    }

    /// Gives up the wait `key`.
    pub(crate) fn remove(&mut self, key: WaitKey) -> Option<Waker> {
        let index = self.0.iter().position(|(kept, _)| *kept == key)?;
        Some(self.0.swap_remove(index).1)
    }

    /// Takes all of them out.
    pub(crate) fn take(&mut self) -> impl IntoIterator<Item = Waker> + use<> {
        std::mem::take(&mut self.0)
            .into_iter()
            .map(|(_, waker)| waker)
    }
}

impl Clone for Event {
    fn clone(&self) -> Self {
        self.0.retain();
        Event(self.0)
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if self.0.release() {
            self.0.object().source_free();
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("queue", &self.queue())
            .field("position", &self.position())
            .field("status", &self.status())
            .finish()
    }
}

thread_local! {
    static UNPARK: (WaitKey, Waker) =
        (WaitKey::unique(), Arc::new(Unpark(thread::current())).into());
}

/// Wakes a thread that waits in [`Event::block`].
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Moves all of `events` to the end of `list`.
pub(crate) fn move_all(events: &mut Events, list: &mut Events) {
    if list.is_empty() {
        std::mem::swap(events, list);
    } else {
        events.drain(..).for_each(|event| list.push(event));
    }
}

/// Moves the events that are known to be over to the end of `list`.
pub(crate) fn move_over(events: &mut Events, list: &mut Events) {
    move_those(events, list, Event::is_noted_over);
}

/// Moves the events that are known to have gone well to the end of `list`.
pub(crate) fn move_good(events: &mut Events, list: &mut Events) {
    move_those(events, list, Event::is_noted_good);
}

fn move_those(events: &mut Events, list: &mut Events, which: impl Fn(&Event) -> bool) {
    let mut index = 0;
    while index < events.len() {
        if which(&events[index]) {
            list.push(events.remove(index));
        } else {
            index += 1;
        }
    }
}

/// Adds `event` to the reads; an older one on the same in-order queue is implied by it and moved to `list`.
pub(crate) fn replace_older(reads: &mut Events, event: Event, list: &mut Events) {
    match reads.iter_mut().find(|old| old.same_queue(&event)) {
        Some(old) if old.position().is_within(event.position()) => {
            list.push(std::mem::replace(old, event));
        }
        Some(old) if event.position().is_within(old.position()) => list.push(event),
        _ => reads.push(event),
    }
}
