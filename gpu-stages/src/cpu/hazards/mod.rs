//! The hazard checker: whether what ran was ordered by synchronisation, or by luck.
//!
//! A device built with [`check_hazards`](super::DeviceBuilder::check_hazards) follows every command on its memory,
//! every use of a host guard, and every free. It reports each pair of conflicting accesses, at least one of them a
//! write, to bytes that both touch, that no synchronisation orders: on some timing of the queues they would overlap,
//! or happen in the other order. What happened to run first does not count, so that one run stands for all timings
//! of what it enqueued. Each [`Hazard`] names the resource and its slot, both stages, calls and queues, the bytes,
//! and what is missing.
//!
//! The library orders what goes through it. A report means a mistake of the library or of unsafe code; in tests of
//! pipelines it says that they rely on nothing but promises.
//!
//! ```
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
//! use gpu_stages::{Resource, Result, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn round_trip(
//!     #[queue] up: Queue,
//!     #[queue] down: Queue,
//!     #[writes] host: HostBuffer<u32>,
//!     #[writes] device: DeviceBuffer<u32>,
//!     frame: u32,
//! ) -> Result<u32> {
//!     host.fill(frame);
//!     up.upload(&host, &mut device)?;
//!     down.download(&device, &mut host)?;
//!     Ok(host[0])
//! }
//!
//! # fn main() -> Result<()> {
//! // In a test:
//! let device = Device::builder().check_hazards(true).build();
//! let (up, down) = (Queue::new(&device)?, Queue::new(&device)?);
//! let host = Resource::try_ring(2, || HostBuffer::new(&device, 16))?;
//! let buffer = Resource::new(DeviceBuffer::new(&device, 16)?);
//! let frames = (0..4).map(|frame| round_trip(&up, &down, &host, &buffer, frame));
//! for frame in futures::executor::block_on(futures::future::join_all(frames)) {
//!     frame?;
//! }
//! device.assert_no_hazards();
//! # Ok(())
//! # }
//! ```
//!
//! # What orders
//!
//! - Commands of one queue, in the order in which they were enqueued.
//! - Wait lists, markers and barriers, and what they imply through other queues.
//! - The host: a call that awaited an event, or that saw it complete and therefore did not wait for it, enqueues
//!   everything later after it.
//! - Releases: a use that is granted a slot is ordered after what earlier uses did on the host and saw to be complete, not
//!   after what they enqueued. Readers are not ordered among themselves.
//! - Moves: a buffer that the host has moved to another slot is used there after what the host had waited for when it
//!   could move it.
//! - Frees: the last handle to a memory is given back after all others.
//!
//! The order of operations within one call counts; the thread or task that runs them does not. Locks inside of the
//! library order nothing.
//!
//! # Limits
//!
//! Buffers, and queues that wait for each other, must be of one device: clones of one [`Device`](super::Device)
//! value. A host guard counts as a use of all buffers that are in its slot, as far as a use of the slot on a queue has
//! shown them. So does what an opaque stage declares, at the barrier before it and the marker behind. Uses of values that
//! are not in a device's memory are the resource's own matter. Device and host memory of other backends is not followed.
//!
//! # Traces
//!
//! With [`record_trace`](super::DeviceBuilder::record_trace) the device keeps what it checks as a [`Trace`], which can
//! be checked again with any single wait taken away: one that can go without a hazard was not needed. Traces can be
//! written by hand, too.

mod checker;
mod clock;
mod keys;
mod memory;
mod replay;
mod report;
mod stamp;
mod state;
mod touch;
mod trace;
mod tracked;
mod watcher;

pub use keys::{Access, ActorKey, EventKey, LockKey, MemoryKey, QueueKey, Turn, UseKey};
pub use report::{Action, Doer, Hazard, Kind, Party, Place};
pub(super) use stamp::Stamp;
pub use trace::{Edge, EdgeKind, Trace};
pub(super) use tracked::Tracked;
pub(super) use watcher::Watcher;
