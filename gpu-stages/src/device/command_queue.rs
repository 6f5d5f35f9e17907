//! [`CommandQueue`]: what pipelines need of a queue, whatever the backend.

use crate::call::{OpaqueQueue, Ordered, Use, settle_numbered};
use crate::error::Result;
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::event::Event;
use crate::util::primitives::Arc;
use smallvec::SmallVec;

pub(crate) mod sealed {
    /// Implemented by the queues of this crate and those of `ocl`: uses of resources rely on how they begin and end there.
    pub trait Sealed {}
}

/// An in-order command queue: commands run one after another, in the order in which they were enqueued.
///
/// A clone is another handle to the same queue.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command queue",
    label = "this is no queue",
    note = "use a queue of one of the backends, such as `gpu_stages::cpu::Queue`"
)]
pub trait CommandQueue: sealed::Sealed + Clone + Send + Sync + 'static {
    /// The queue's identity.
    fn id(&self) -> QueueId;

    /// Whether commands on this queue can wait for `event` on the device. If not, the host waits.
    fn can_wait(&self, event: &Event) -> bool;

    /// Makes sure that what is enqueued begins. Waiting for an event does this by itself; a stage that is followed by other
    /// work does it so that the two overlap.
    fn flush(&self);

    /// Releases several resources, as [`Guard::ready`](crate::guard::Guard::ready) does; if they need a marker, with one
    /// for all.
    fn ready<G: Release>(&self, guards: G) {
        guards.release();
    }

    /// Begins an opaque use of device guards: commands that are enqueued without the library, or memory that a kernel
    /// reaches by itself. `guards` is a tuple: `&guard` is read, `&mut guard` is written. Commands that are enqueued on
    /// this queue until the returned [`Opaque`] is dropped may use them.
    ///
    /// The queue is ordered after what the uses need, by one barrier if they need anything, and one marker ends them.
    /// Commands of the library in between work as usual. On a foreign queue this adds nothing: there a use begins with
    /// `wait_device` and ends where the guard leaves the queue.
    ///
    /// Opaque uses of one guard may overlap: each lasts until its own [`Opaque`] is dropped, or the guard leaves the queue.
    ///
    /// It promises order, and no more: commands that are enqueued without the library are the caller's `unsafe`.
    ///
    /// ```
    /// use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
    /// use gpu_stages::{CommandQueue, DeviceVisible, Resource};
    /// use std::sync::{Arc, Mutex};
    ///
    /// /// Stands for the memory that the kernel keeps between launches.
    /// #[derive(DeviceVisible)]
    /// struct Total;
    ///
    /// # fn main() -> gpu_stages::Result<()> {
    /// # futures::executor::block_on(async {
    /// let (device, sum) = (Device::new(), Arc::new(Mutex::new(0)));
    /// let add = Kernel::new("add", move |x: &[u32]| *sum.lock().unwrap() += x[0]);
    /// let (queue, total) = (Queue::new(&device)?, Resource::new(Total));
    /// let data = Resource::new(DeviceBuffer::<u32>::new(&device, 4)?);
    ///
    /// let data = data.acquire_read()?.wait_device(&queue).await?;
    /// let mut total = total.acquire_update()?.wait_device(&queue).await?;
    /// let opaque = queue.opaque((&mut total,))?;
    /// queue.launch(&add, 4, (&*data,))?;
    /// drop(opaque);
    /// queue.ready((data, total));
    /// # Ok(()) })
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Command`](crate::Error::Command) when a guard was waited for on another queue, and
    /// [`Error::NotEnqueued`](crate::Error::NotEnqueued) with what the device says to the barrier.
    fn opaque<G: OpaqueUses>(&self, guards: G) -> Result<Opaque> {
        guards.open(self)
    }

    /// Opens opaque uses.
    #[doc(hidden)]
    fn open(&self, uses: &Uses<'_>) -> Result<Opaque>;

    /// Whether new versions are filled with the debug pattern before their first use on this queue.
    #[doc(hidden)]
    fn fills_new_versions(&self) -> bool {
        false
    }

    /// Uses of resources begin. A queue whose commands the library does not see is ordered after what they need.
    #[doc(hidden)]
    fn begin(&self, _: &Uses<'_>) -> Result<()> {
        Ok(())
    }
}

/// Accesses that begin together on a queue. Only the library makes a value of this type, from granted guards.
#[derive(Debug)]
pub struct Uses<'a>(pub(crate) SmallVec<[(&'a Use, Access); 8]>);

impl<'a> Uses<'a> {
    pub(crate) fn new() -> Self {
        Uses(SmallVec::new())
    }

    /// What the accesses must be ordered after on `queue`.
    pub(crate) fn ordered(&self, queue: QueueId) -> Ordered {
        let mut ordered = Ordered::default();
        let added = ordered.add(self.0.iter().copied(), queue);
        debug_assert!(added.is_ok(), "the use of a guard is granted");
        ordered
    }

    /// The uses.
    pub(crate) fn uses(&self) -> impl Iterator<Item = &'a Use> + Clone {
        self.0.iter().map(|(usage, _)| *usage)
    }

    /// Opens the accesses as opaque ones, which are ordered after `ordered`. Returns their numbers.
    pub(crate) fn open(
        &self,
        queue: &Arc<dyn OpaqueQueue>,
        ordered: &Ordered,
    ) -> SmallVec<[(Use, u64); 4]> {
        let accesses = self.0.iter().zip(ordered.recorded());
        let open = accesses.filter_map(|((usage, access), recorded)| {
            let number = usage.open(queue, *access, *recorded)?;
            Some(((*usage).clone(), number))
        });
        open.collect()
    }
}

/// Opaque uses, from [`CommandQueue::opaque`]. Dropping it marks their end. They end as well when their guard is made ready
/// or leaves the queue.
#[derive(Debug)]
#[must_use = "the opaque uses end when it is dropped: keep it until everything is enqueued"]
pub struct Opaque {
    /// None on a foreign queue.
    open: SmallVec<[(Use, u64); 4]>,
}

impl Opaque {
    /// The opaque uses with these numbers.
    pub(crate) fn new(open: SmallVec<[(Use, u64); 4]>) -> Self {
        Opaque { open }
    }
}

impl Drop for Opaque {
    fn drop(&mut self) {
        if !self.open.is_empty() {
            settle_numbered(&self.open);
        }
    }
}

/// Device guards that [`CommandQueue::opaque`] takes: tuples of up to 32, of `&guard` to read and `&mut guard` to write,
/// and lists of guards.
pub trait OpaqueUses {
    #[doc(hidden)]
    fn open<Q: CommandQueue>(self, queue: &Q) -> Result<Opaque>;
}

/// Device guards that can be released together: tuples of up to 32.
pub trait Release {
    /// Releases each as [`Guard::ready`](crate::guard::Guard::ready) does.
    fn release(self);
}
