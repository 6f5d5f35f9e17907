//! Timing models: how long commands take, and which of them exclude each other.
//!
//! A [`Timing`] describes a device by its engines and by what commands cost on them. It is used
//!
//! - **in virtual time**, with [`Simulation::timed`](super::Simulation::timed): discrete events, exact to the
//!   nanosecond on any machine, without sleeping. Use it for tests and makespans;
//! - **in real time**, with [`Device::builder().timing(…)`](super::DeviceBuilder::timing): the threads of the device's
//!   queues hold each command on its engine as long as the model says, so that a program runs at the pace of a device
//!   that is not there. It is approximate: a sleeping thread is woken late, on Linux by 50 µs and more, and a kernel
//!   whose closure runs longer than the model says takes longer.
//!
//! [`cards`] has models of real cards, by their published figures.
//!
//! ```
//! use gpu_stages::cpu::timing::{Cost, Timing};
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
//! use gpu_stages::{Resource, Result, gpu_pipeline};
//! use std::time::{Duration, Instant};
//!
//! #[gpu_pipeline]
//! async fn send(
//!     #[queue] up: Queue,
//!     #[reads] host: HostBuffer<u8>,
//!     #[writes] device: DeviceBuffer<u8>,
//! ) -> Result<()> {
//!     up.upload(&host, &mut device)
//! }
//!
//! # fn main() -> Result<()> {
//! // 2 ms for 2,000 bytes.
//! let timing = Timing::new().uploads(Cost::rate(1e6, Duration::ZERO));
//! let run = |device: Device| -> Result<_> {
//!     let up = Queue::new(&device)?;
//!     let host = Resource::new(HostBuffer::new(&device, 2_000)?);
//!     let buffer = Resource::new(DeviceBuffer::new(&device, 2_000)?);
//!     Ok(send(&up, &host, &buffer))
//! };
//!
//! let simulation = Simulation::timed(timing.clone());
//! let simulated = run(Device::builder().simulated(&simulation).build())?;
//! simulation.block_on(simulated)?;
//! assert_eq!(simulation.now(), Duration::from_millis(2));
//!
//! let begin = Instant::now();
//! futures::executor::block_on(run(Device::builder().timing(timing).build())?)?;
//! assert!(begin.elapsed() >= Duration::from_millis(2));
//! # Ok(())
//! # }
//! ```

pub mod cards;
mod cost;
mod engines;
mod model;

pub use cost::Cost;
pub(super) use engines::{Engines, Hold};
pub use model::Timing;
pub(super) use model::{Engine, size};
