//! The ideal bound: how fast a pipeline can be at best, what keeps it from being faster, and how many slots and frames
//! in flight that takes.
//!
//! The [`SCHEDULE`](crate::Schedule) of a pipeline says which stages it has, where they run and what they use. Together
//! with a time for each stage, that tells how often a frame can come, before anything is run.
//!
//! ```
//! use gpu_stages::bound::{Depths, Frame, Timed};
//! use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
//! use gpu_stages::{Result, gpu_pipeline};
//! use std::time::Duration;
//!
//! #[gpu_pipeline]
//! async fn process_one(
//!     #[queue] up: Queue,
//!     #[queue] compute: Queue,
//!     #[queue] down: Queue,
//!     #[writes] h_in: HostBuffer<f32>,
//!     #[writes] d_in: DeviceBuffer<f32>,
//!     #[writes] d_out: DeviceBuffer<f32>,
//!     #[writes] h_out: HostBuffer<f32>,
//!     triple: Kernel,
//!     value: f32,
//! ) -> Result<f32> {
//!     h_in.fill(value);
//!     up.upload(&h_in, &mut d_in)?;
//!     compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
//!     down.download(&d_out, &mut h_out)?;
//!     Ok(h_out.iter().sum())
//! }
//!
//! let times = [1, 2, 3, 2, 1].map(Duration::from_millis);
//! let frame = Frame::of(Timed::new(process_one::SCHEDULE, times));
//! assert_eq!(
//!     frame.report().to_string(),
//!     "a frame every 3ms: `compute` is the bottleneck\n\
//!      with 2 slots for `d_in` and `d_out`, 3 in flight\n"
//! );
//!
//! // With one slot each, the upload of a frame has to wait for the kernel of the frame before.
//! let single = frame.bound(&Depths::of(1)).unwrap();
//! assert_eq!(single.to_string(), "a frame every 5ms: the number of slots of `d_in` is the bottleneck");
//! assert_eq!(single.makespan(1_000), Duration::from_millis(999 * 5 + 9));
//! ```
//!
//! # What is counted
//!
//! - A **queue** runs one stage after another. For each frame it needs the time of all its stages. If several queues
//!   [share](Frame::sharing) an engine, the engine needs the time of all their stages, divided by its capacity. The
//!   same holds for the host, if the number of its [threads](Frame::host_threads) is limited.
//! - A **resource** is held by a call from its first use to its last one. The next call that uses it waits for two
//!   things: for the release, which comes when the last stage is enqueued (or over, on the host), and for the commands
//!   that are in conflict with its own. With `k` slots, that next call is the one that writes `k` versions later.
//! - A resource that is **updated**, or read from the frame before, is used by one frame after another, whatever its
//!   number of slots.
//! - If the number of **frames in flight** is limited to `n`, a frame begins when the one `n` frames before has ended.
//!
//! Waits themselves take no time. Neither does anything that the host does outside of stages.
//!
//! A number of slots, frames in flight or threads, or a capacity, of 0 counts as 1. So does a number of frames in a
//! [`Timeline`](crate::Timeline).
//!
//! # The theory
//!
//! Frames repeat themselves, so that a graph of one frame describes the whole run. A node is something that happens
//! once per frame. An edge from `u` to `v` with time `t` and distance `d` says that `v` happens in frame `n` no sooner
//! than `t` after `u` has happened in frame `n - d`. Numbers of slots and of frames in flight are distances. Every node
//! happens at the earliest time that satisfies all edges, which is the longest path: a linear recursion in the algebra
//! of maximum and addition. Its rate is the **maximum cycle ratio**, the greatest sum of times over sum of distances of
//! any cycle (Baccelli, Cohen, Olsder and Quadrat, "Synchronization and Linearity", 1992, chapters 2 and 3.2). A queue
//! is a cycle through its stages over one frame, `k` slots are a cycle from the first use to the release and back over
//! `k` frames, and so on. A cycle can go through several of them; they are then the bottleneck together. All sums are
//! in whole nanoseconds.
//!
//! The recommended **depths** are the fewest at which no cycle takes longer than the slowest one does with unlimited
//! depths: the fewest slots of all resources together; among equal sums, the fewest for the resource that is named
//! first; and then the fewest frames in flight. One less of anything is slower, unless frames then come to a queue in
//! another order.
//!
//! # What is exact
//!
//! No run is faster than its bound. Whether runs reach it depends on one thing that the graph of a frame does not say:
//! each queue must keep the frames in order, so that no command waits for one of a later frame. Commands run in the
//! order in which they are enqueued. Where a call waits on the host between two stages of one queue, later frames may
//! come between these stages. [`is_exact`](Bound::is_exact) tells whether that cannot happen. It cannot where each
//! stage has a queue of its own, as above.

mod bottleneck;
mod cycle;
mod depths;
mod evaluate;
mod frame;
mod graph;
mod layout;
mod limits;
mod loads;
mod order;
mod search;
mod timed;
mod uses;

pub use bottleneck::{Bottleneck, Limit};
pub use depths::Depths;
pub use frame::Frame;
pub use limits::Bound;
pub use timed::Timed;
