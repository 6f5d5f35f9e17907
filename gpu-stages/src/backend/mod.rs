//! [`Backend`]: the small unsafe part that each kind of device implements.
//!
//! Everything else, from buffers to the checks before a command, is written once on top of it. A pipeline may
//! be generic over the backend:
//!
//! ```
//! use gpu_stages::{Backend, DeviceBuffer, HostBuffer, Queue, Result, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn round_trip<B: Backend>(
//!     #[queue] queue: Queue<B>,
//!     #[writes] host: HostBuffer<B, u32>,
//!     #[writes] device: DeviceBuffer<B, u32>,
//!     first: u32,
//! ) -> Result<u32> {
//!     host[0] = first;
//!     queue.upload(&host, &mut device)?;
//!     queue.download(&device, &mut host)?;
//!     Ok(host[0])
//! }
//! ```

mod data;
mod grid;

use crate::error::{Failure, Origin, Problem};
use crate::observe::{MemoryId, UseId};
use crate::sync::access::Access;
use crate::sync::clock::{Knowledge, QueueId};
use crate::sync::event::{Event, What};
use crate::util::pool::Pooled;
use crate::util::primitives::Arc;
pub use data::{ALIGNMENT, Bytes, Element, ElementType, Region};
pub use grid::Grid;
use smallvec::SmallVec;
use std::fmt::Debug;
use std::ptr::NonNull;

/// A kind of device: in-order queues, memory, kernels and events. The backends of this crate implement it.
///
/// # Safety
///
/// - Commands of one queue run one after another, in the order of the calls to `submit`.
/// - A command touches memory only from when all events of its `order` are over until its own event is, and
///   nothing outside of its regions; kernels write only to regions passed as `&mut`.
/// - An event's status is terminal only when the command will not touch memory any more; a command whose
///   `data` contains a failed event fails and touches nothing.
/// - The backend keeps the memory of a command alive until the command is over.
/// - Memory is zeroed and aligned to 128 bytes; `host_pointer` is valid for its size and stays the same.
pub unsafe trait Backend: sealed::Sealed + Debug + Send + Sync + Sized + 'static {
    /// A device.
    type Device: Clone + Debug + Send + Sync + 'static;
    /// An in-order queue.
    type RawQueue: Debug + Send + Sync + 'static;
    /// Memory of the device.
    type Memory: Debug + Send + Sync + 'static;
    /// Memory of the host that the device can copy from and to.
    type HostMemory: Debug + Send + Sync + 'static;
    /// A program for the device. A clone is another handle to the same.
    type Kernel: Clone + Debug + Send + Sync + 'static;

    /// Makes a queue.
    ///
    /// # Errors
    ///
    /// What the device says.
    #[doc(hidden)]
    fn open(device: &Self::Device, identity: Identity) -> Result<Self::RawQueue, Failure>;

    /// Makes `bytes` bytes of device memory.
    ///
    /// # Errors
    ///
    /// What the device says, for one when it has not got as much.
    #[doc(hidden)]
    fn allocate(device: &Self::Device, bytes: usize) -> Result<Self::Memory, Failure>;

    /// Makes `bytes` bytes of host memory.
    ///
    /// # Errors
    ///
    /// What the device says, for one when there is not as much.
    #[doc(hidden)]
    fn allocate_host(device: &Self::Device, bytes: usize) -> Result<Self::HostMemory, Failure>;

    /// Where the host memory begins.
    #[doc(hidden)]
    fn host_pointer(memory: &Self::HostMemory) -> NonNull<u8>;

    /// The id under which an observer follows the memory, if one does.
    #[doc(hidden)]
    fn memory_id(_: &Self::Memory) -> Option<MemoryId> {
        None
    }

    /// The id under which an observer follows the memory, if one does.
    #[doc(hidden)]
    fn host_memory_id(_: &Self::HostMemory) -> Option<MemoryId> {
        None
    }

    /// Checks a launch before it is enqueued.
    ///
    /// # Errors
    ///
    /// What does not fit the kernel.
    #[doc(hidden)]
    fn check_launch(kernel: &Self::Kernel, arguments: &Arguments<Self>) -> Result<(), Problem>;

    /// Checks that what a command uses is of the queue's device. Where any memory of the process will do, it is.
    ///
    /// # Errors
    ///
    /// [`Problem::OtherDevice`].
    #[doc(hidden)]
    fn check_device(_: &Self::RawQueue, _: Used<'_, Self>) -> Result<(), Problem> {
        Ok(())
    }

    /// Enqueues a command and returns the event of its completion. Does not block.
    ///
    /// # Errors
    ///
    /// What the device says; then nothing was enqueued.
    ///
    /// # Safety
    ///
    /// While the command may run, nothing conflicts with its regions but commands that it is ordered after by `order` or by
    /// the queue. Regions lie inside their memory. A launch has passed `check_launch`. What the command uses has passed
    /// `check_device`.
    #[doc(hidden)]
    unsafe fn submit(
        queue: &Self::RawQueue,
        submission: Submission<'_, Self>,
    ) -> Result<Event, Failure>;

    /// Whether new versions are filled with the debug pattern before their first use on this queue.
    #[doc(hidden)]
    fn fills_new_versions(_: &Self::RawQueue) -> bool {
        false
    }

    /// Whether commands of `queue` can have `event` in their `order`.
    #[doc(hidden)]
    fn can_wait(queue: &Self::RawQueue, event: &Event) -> bool;

    /// Makes sure that what is enqueued begins.
    #[doc(hidden)]
    fn flush(queue: &Self::RawQueue);

    /// Blocks this thread until everything enqueued so far is over.
    #[doc(hidden)]
    fn finish(queue: &Self::RawQueue);
}

pub(crate) mod sealed {
    /// Implemented by the backends of this crate.
    pub trait Sealed {}
}

/// A queue's identity, which its events carry.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The queue's id.
    pub id: QueueId,
    /// What the queue has waited for.
    pub knowledge: Pooled<Knowledge>,
}

impl Identity {
    /// That of a new queue, which knows nothing.
    pub(crate) fn unique() -> Self {
        let id = QueueId::unique();
        Identity {
            id,
            knowledge: Knowledge::of(id),
        }
    }
}

/// A command, and what the device must know besides.
#[derive(Debug)]
pub struct Submission<'a, B: Backend> {
    /// The command; a backend may take it out.
    pub command: &'a mut Command<B>,
    /// The command begins when these are over, successful or not.
    pub order: &'a [Event],
    /// The command fails if one of these failed. They are over when the command begins: each is in `order`, or
    /// implied by it or by the queue.
    pub data: &'a [Event],
    /// The stage that the command belongs to.
    pub origin: Option<Origin>,
    /// The same for commands that are enqueued at about the same time, one right after another; 0 if not known.
    pub moment: u64,
    /// Whether a waiter outside of the queue is expected.
    pub signals: bool,
    /// For observers, the uses of the command's regions in the same order; of a barrier or marker, the opaque uses that it
    /// begins or ends. Empty where no observer wants them.
    pub(crate) uses: &'a [(UseId, Access)],
}

impl<'a, B: Backend> Submission<'a, B> {
    /// A command outside of all stages, ordered after nothing but its queue.
    pub fn alone(command: &'a mut Command<B>) -> Self {
        Submission {
            command,
            order: &[],
            data: &[],
            origin: None,
            moment: 0,
            signals: true,
            uses: &[],
        }
    }
}

/// One argument of a kernel.
#[derive(Debug)]
pub enum Argument<B: Backend> {
    /// Device memory that the kernel reads.
    Read(Region<B::Memory>, ElementType),
    /// Device memory that the kernel may write.
    Write(Region<B::Memory>, ElementType),
    /// A value.
    Scalar(Bytes, ElementType),
}

impl<B: Backend> Argument<B> {
    fn region(&self) -> Option<&Region<B::Memory>> {
        match self {
            Argument::Read(region, _) | Argument::Write(region, _) => Some(region),
            Argument::Scalar(..) => None,
        }
    }
}

/// The arguments of one launch, in order.
pub type Arguments<B> = SmallVec<[Argument<B>; 6]>;

/// What of a device a command uses besides its queue. Memory of the host is of the process.
#[derive(Debug)]
pub enum Used<'a, B: Backend> {
    /// Memory.
    Memory(&'a B::Memory),
    /// A kernel.
    Kernel(&'a B::Kernel),
}

/// What a queue can be told to do.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "arguments are inline so that a launch allocates nothing"
)]
pub enum Command<B: Backend> {
    /// Copy from the host to the device; both regions have one size.
    Upload(Region<B::HostMemory>, Region<B::Memory>),
    /// Copy from the device to the host; both regions have one size.
    Download(Region<B::Memory>, Region<B::HostMemory>),
    /// Copy on the device; both regions have one size and do not overlap.
    Copy(Region<B::Memory>, Region<B::Memory>),
    /// Fill with a repeated pattern, whose size divides the region's.
    Fill(Region<B::Memory>, Bytes),
    /// Run a kernel.
    Launch(B::Kernel, Grid, Arguments<B>),
    /// Nothing: its event is the completion of everything before it.
    Marker,
    /// Nothing: everything after it is behind what it waits for.
    Barrier,
}

impl<B: Backend> Command<B> {
    /// Checks the kernel and each memory of the device that the command uses. The error comes with the number of the
    /// access that it is about; a kernel's with the first.
    pub(crate) fn check_each(
        &self,
        check: impl Fn(Used<'_, B>) -> Result<(), Problem>,
    ) -> Result<(), (usize, Problem)> {
        let memory = |access, region: &Region<B::Memory>| {
            check(Used::Memory(&*region.memory)).map_err(|problem| (access, problem))
        };
        match self {
            Command::Upload(_, target) => memory(1, target),
            Command::Download(source, _) => memory(0, source),
            Command::Copy(source, target) => {
                memory(0, source)?;
                memory(1, target)
            }
            Command::Fill(target, _) => memory(0, target),
            Command::Launch(kernel, _, arguments) => {
                check(Used::Kernel(kernel)).map_err(|problem| (0, problem))?;
                let regions = arguments.iter().filter_map(Argument::region);
                let mut regions = regions.enumerate();
                regions.try_for_each(|(access, region)| memory(access, region))
            }
            Command::Marker | Command::Barrier => Ok(()),
        }
    }

    /// The command's name, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Upload(..) => "upload",
            Command::Download(..) => "download",
            Command::Copy(..) => "copy",
            Command::Fill(..) => "fill",
            Command::Launch(..) => "launch",
            Command::Marker => "marker",
            Command::Barrier => "barrier",
        }
    }

    /// The command as observers see it. `name` names kernels.
    pub(crate) fn what(&self, name: impl FnOnce(&B::Kernel) -> Arc<str>) -> What {
        What {
            command: self.name(),
            kernel: match self {
                Command::Launch(kernel, ..) => Some(name(kernel)),
                _ => None,
            },
        }
    }
}
