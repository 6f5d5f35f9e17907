//! [`CommandQueue`]: what pipelines need of a queue, whatever the backend.

use crate::call::Call;
use crate::error::Result;
use crate::event::Event;
use crate::lease::{Before, Lease, settle};
use crate::order::QueueId;
use crate::sync::Arc;
use crate::track::{Access, Open, Unseen};
use crate::watch::Watch;
use smallvec::SmallVec;

/// An in-order command queue: commands run one after another, in the order in which they were enqueued.
///
/// A clone is another handle to the same queue.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command queue",
    label = "this is no queue",
    note = "use a queue of one of the backends, such as `gpu_stages::cpu::Queue`"
)]
pub trait CommandQueue: Clone + Send + Sync + 'static {
    /// The queue's identity.
    fn id(&self) -> QueueId;

    /// Whether commands on this queue can wait for `event` on the device. If not, the host waits.
    fn can_wait(&self, event: &Event) -> bool;

    /// Makes sure that what is enqueued begins. Waiting for an event does this by itself; a stage that is
    /// followed by other work does it so that the two overlap.
    fn flush(&self);

    /// Hands on several resources whose last use is behind, as [`Guard::ready`](crate::guard::Guard::ready)
    /// does; if they need a marker, with one for all.
    fn ready<G: HandOn>(&self, guards: G) {
        guards.hand_on();
    }

    /// Begins a use of device guards by what the library does not see: commands that are enqueued past it, or
    /// memory that a kernel reaches by itself. `guards` is a tuple: `&guard` is read, `&mut guard` is written.
    /// What is enqueued on this queue until the returned [`Opaque`] is dropped may use them.
    ///
    /// The queue is put behind what the uses need, by one barrier if they need anything, and one marker ends
    /// them. What the library sees within goes on as usual. On a foreign queue this adds nothing: there a use
    /// begins with `wait_device` and ends where the guard leaves the queue.
    ///
    /// It promises order, and no more: what is enqueued past the library is the caller's `unsafe`.
    ///
    /// ```
    /// use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
    /// use gpu_stages::{CommandQueue, DeviceVisible, Resource};
    /// use std::sync::{Arc, Mutex};
    ///
    /// /// Stands for what the kernel keeps between launches.
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
    /// [`Error::Setup`](crate::Error::Setup) with what the device says to the barrier.
    fn opaque<G: OpaqueUses>(&self, guards: G) -> Result<Opaque> {
        guards.open(self)
    }

    /// Opens uses by what is not seen.
    #[doc(hidden)]
    fn open(&self, uses: &Uses<'_>) -> Result<Opaque>;

    /// Whether new versions are filled with garbage before their first use on this queue.
    #[doc(hidden)]
    fn fills_garbage(&self) -> bool {
        false
    }

    /// Who watches what this queue's device does, if anybody does.
    #[doc(hidden)]
    fn watch(&self) -> Option<&Arc<dyn Watch>> {
        None
    }

    /// Uses of resources begin. A queue whose commands the library does not see puts itself behind what they
    /// need.
    #[doc(hidden)]
    fn begin(&self, _: &Uses<'_>) -> Result<()> {
        Ok(())
    }
}

/// The uses of resources that begin together on a queue.
#[derive(Debug, Default)]
pub struct Uses<'a>(pub(crate) SmallVec<[(&'a Lease, Access); 8]>);

impl Uses<'_> {
    /// What they must be behind on `queue`.
    pub(crate) fn before(&self, queue: QueueId) -> Before {
        let handed_on = |_| unreachable!("a use begins before it is handed on");
        Before::of(&self.0, queue).unwrap_or_else(handed_on)
    }

    /// The call that they belong to.
    pub(crate) fn call(&self) -> Option<&Call> {
        self.0.first().map(|(lease, _)| lease.call())
    }

    /// Opens them: they are behind `before`, and `queue` marks their end.
    pub(crate) fn open(&self, queue: &Arc<dyn Unseen>, before: &Before) {
        for ((lease, access), seen) in self.0.iter().zip(&before.seen) {
            lease.open(Open {
                queue: queue.clone(),
                access: *access,
                seen: *seen,
            });
        }
    }
}

/// Uses by what the library does not see, from [`CommandQueue::opaque`]. Dropping it marks their end, as does
/// handing on a guard or moving it elsewhere.
#[derive(Debug, Default)]
#[must_use = "the uses end when it is dropped: keep it until everything is enqueued"]
pub struct Opaque {
    /// None on a foreign queue.
    queue: Option<Arc<dyn Unseen>>,
    leases: SmallVec<[Lease; 4]>,
}

impl Opaque {
    /// Opens `uses`, which are behind `before`.
    pub(crate) fn new(queue: Arc<dyn Unseen>, uses: &Uses<'_>, before: &Before) -> Self {
        uses.open(&queue, before);
        let leases = uses.0.iter().map(|(lease, _)| Lease::clone(lease));
        Opaque {
            queue: Some(queue),
            leases: leases.collect(),
        }
    }
}

impl Drop for Opaque {
    fn drop(&mut self) {
        if let Some(queue) = &self.queue {
            // Those of them that were handed on, or moved and opened elsewhere, have ended before.
            let open = self.leases.iter().filter(|lease| lease.is_open_on(queue));
            settle(&open.collect::<SmallVec<[&Lease; 4]>>());
        }
    }
}

/// Device guards that [`CommandQueue::opaque`] can be told: tuples of up to 32, of `&guard` to read and
/// `&mut guard` to write, lists of guards too.
pub trait OpaqueUses {
    #[doc(hidden)]
    fn open<Q: CommandQueue>(self, queue: &Q) -> Result<Opaque>;
}

/// Device guards that can be handed on together: tuples of up to 32.
pub trait HandOn {
    /// Hands on each as [`Guard::ready`](crate::guard::Guard::ready) does.
    fn hand_on(self);
}
