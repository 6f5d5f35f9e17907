//! A device for models. The library does not see its commands, only the markers of its queue.

use super::Watched;
use crate::DeviceVisible;
use crate::call::OpaqueQueue;
use crate::device::command_queue::{CommandQueue, Opaque, Uses, sealed};
use crate::error::Result;
use crate::observe::UseId;
use crate::sync::access::Access;
use crate::sync::clock::{Knowledge, Position, QueueId};
use crate::sync::event::{CommandName, Erased, Event, EventSource, Status, WaitKey, Wakers};
use crate::util::panics::wake_all;
use crate::util::pool::{Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Arc, AtomicBool, Mutex, Ordering, StaticU64, lock};
use std::any::Any;
use std::task::Waker;

/// A value that commands of the device use.
#[derive(DeviceVisible)]
#[device(crate = crate)]
pub(crate) struct Data {
    #[device(skip)]
    pub log: Arc<Watched>,
}

impl Data {
    pub(crate) fn new() -> Self {
        let log = Arc::new(Watched::new());
        Data { log }
    }
}

/// An in-order queue. A thread of the model does the work of its commands, and then calls [`DeviceQueue::end`].
#[derive(Clone, Debug)]
pub(crate) struct DeviceQueue {
    id: QueueId,
    progress: Arc<Mutex<Progress>>,
}

#[derive(Debug, Default)]
struct Progress {
    /// Whether the commands are over.
    is_over: bool,
    enqueued: u64,
    /// Markers that are not over.
    markers: Vec<Pooled<Marker>>,
}

impl DeviceQueue {
    pub(crate) fn new() -> Self {
        DeviceQueue::with_id(QueueId::unique())
    }

    /// A queue with the id of another one, for a twin.
    pub(crate) fn with_id(id: QueueId) -> Self {
        DeviceQueue {
            id,
            progress: Arc::default(),
        }
    }

    /// Enqueues a marker after the commands; `None` if they are over.
    pub(crate) fn marker(&self) -> Option<Event> {
        let mut progress = lock(&self.progress);
        if progress.is_over {
            return None;
        }
        progress.enqueued += 1;
        let marker = Pooled::<Marker>::take();
        marker.queue.store(self.id.into_raw(), Ordering::Relaxed);
        marker.position.store(progress.enqueued, Ordering::Relaxed);
        progress.markers.push(marker.clone());
        Some(marker.into())
    }

    /// The commands are over, and the markers after them.
    pub(crate) fn end(&self) {
        let mut progress = lock(&self.progress);
        progress.is_over = true;
        let markers = std::mem::take(&mut progress.markers);
        drop(progress);
        markers.iter().for_each(|marker| marker.end());
    }
}

impl sealed::Sealed for DeviceQueue {}

impl CommandQueue for DeviceQueue {
    fn id(&self) -> QueueId {
        self.id
    }

    fn can_wait(&self, _: &Event) -> bool {
        false
    }

    fn flush(&self) {}

    fn open(&self, uses: &Uses<'_>) -> Result<Opaque> {
        let queue: Arc<dyn OpaqueQueue> = Arc::new(self.clone());
        Ok(Opaque::new(uses.open(&queue, &uses.ordered(self.id))))
    }
}

impl OpaqueQueue for DeviceQueue {
    fn id(&self) -> QueueId {
        self.id
    }

    fn mark(&self, _: &[&dyn OpaqueQueue], _: &[(UseId, Access)]) -> Option<Event> {
        self.marker()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The record of a marker's event.
#[derive(Debug)]
struct Marker {
    queue: StaticU64,
    position: StaticU64,
    is_over: AtomicBool,
    wakers: Mutex<Wakers>,
}

static_pool!(MARKERS: Marker);

impl Marker {
    fn end(&self) {
        let mut wakers = lock(&self.wakers);
        let woken = wakers.take();
        // Release: a thread that sees it sees what the commands before did.
        self.is_over.store(true, Ordering::Release);
        drop(wakers);
        wake_all(woken);
    }
}

impl Recycle for Marker {
    type Object = dyn Erased;

    fn pool() -> &'static Pool<Self> {
        &MARKERS
    }

    fn fresh() -> Self {
        Marker {
            queue: StaticU64::new(0),
            position: StaticU64::new(0),
            is_over: AtomicBool::new(false),
            wakers: Mutex::default(),
        }
    }

    fn recycle(&self) {
        self.is_over.store(false, Ordering::Relaxed);
        let wakers = lock(&self.wakers).take();
        drop(wakers);
    }
}

impl EventSource for Marker {
    fn queue(&self) -> QueueId {
        QueueId::from_raw(self.queue.load(Ordering::Relaxed))
    }

    fn position(&self) -> Position {
        Position::exact(self.position.load(Ordering::Relaxed))
    }

    fn knowledge(&self) -> Option<Pooled<Knowledge>> {
        None
    }

    fn status(&self) -> Status {
        match self.is_noted_over() {
            true => Status::Complete,
            false => Status::Pending,
        }
    }

    fn known(&self) -> Status {
        self.status()
    }

    fn is_noted_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    fn is_noted_good(&self) -> bool {
        self.is_noted_over()
    }

    fn register(&self, key: WaitKey, waker: &Waker) -> bool {
        let waker = waker.clone();
        let mut wakers = lock(&self.wakers);
        let is_pending = !self.is_noted_over();
        let unused = match is_pending {
            true => wakers.keep(key, waker),
            false => Some(waker),
        };
        drop(wakers);
        drop(unused);
        is_pending
    }

    fn unregister(&self, key: WaitKey) {
        let removed = lock(&self.wakers).remove(key);
        drop(removed);
    }

    fn command(&self) -> CommandName {
        CommandName::default()
    }

    fn announce(&self) {}
}
