//! Queues and buffers of the `ocl` crate in pipelines: an application keeps them and only annotates.
//!
//! The library does not see what is enqueued on an [`ocl::Queue`]. So a device stage begins with a barrier for what its
//! resources need, if they need anything, and ends with a marker where the next use is not on the same queue. Order is
//! promised for uses through the pipeline, provided that every buffer that a kernel touches is mentioned in its stage;
//! what a stage enqueues is the application's, and its `unsafe`.
//!
//! ```no_run
//! use gpu_stages::{Error, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn scale(
//!     #[queue] queue: ocl::Queue,
//!     #[reads] input: ocl::Buffer<f32>,
//!     #[writes] output: ocl::Buffer<f32>,
//!     kernel: ocl::Kernel,
//! ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     {
//!         let target = &mut output;
//!         kernel.set_arg(0, &input)?;
//!         kernel.set_arg(1, &*target)?;
//!         // SAFETY: the kernel stays inside its two buffers.
//!         unsafe { kernel.cmd().queue(&queue).enq()? };
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Where a kernel was given its queue and arguments before, the stage is opaque and says what they are:
//!
//! ```no_run
//! # use gpu_stages::gpu_pipeline;
//! #[gpu_pipeline]
//! async fn scale(
//!     #[queue] queue: ocl::Queue,
//!     #[reads] input: ocl::Buffer<f32>,
//!     #[writes] output: ocl::Buffer<f32>,
//!     kernel: ocl::Kernel,
//! ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     #[stage(queue = queue, reads(input), writes(output))]
//!     // SAFETY: the kernel stays inside its two buffers, which are those of the resources.
//!     unsafe {
//!         kernel.enq()?
//!     };
//!     Ok(())
//! }
//! ```

mod buffer;
mod queue;

pub use buffer::BufferHandle;
