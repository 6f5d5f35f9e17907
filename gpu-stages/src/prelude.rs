//! The names that most programs need: `use gpu_stages::prelude::*;`.
//!
//! Buffers, queues, kernels and devices come from the module of a backend, such as [`cpu`](crate::cpu).
//!
//! ```
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
//! use gpu_stages::prelude::*;
//!
//! #[gpu_pipeline]
//! async fn echo(
//!     #[queue] queue: Queue,
//!     #[writes] host: HostBuffer<u32>,
//!     #[writes] device: DeviceBuffer<u32>,
//!     value: u32,
//! ) -> Result<u32> {
//!     host.fill(value);
//!     queue.upload(&host, &mut device)?;
//!     queue.download(&device, &mut host)?;
//!     Ok(host[0])
//! }
//!
//! # fn main() -> Result<()> {
//! let device = Device::new();
//! let queue = Queue::new(&device)?;
//! let host = Resource::new(HostBuffer::new(&device, 4)?);
//! let buffer = Resource::new(DeviceBuffer::new(&device, 4)?);
//! assert_eq!(futures::executor::block_on(echo(&queue, &host, &buffer, 7))?, 7);
//! # Ok(())
//! # }
//! ```

pub use crate::device::command_queue::CommandQueue;
pub use crate::device::visible::DeviceVisible;
pub use crate::error::{Error, Result};
pub use crate::jobs::JobQueue;
pub use crate::resource::{Resource, Version};
pub use gpu_stages_macros::{DeviceVisible, gpu_pipeline};
