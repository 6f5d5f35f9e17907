//! Devices without threads: their commands run in steps, in an order that the caller chooses, and in virtual time if
//! wanted.
//!
//! A [`Simulation`] runs the commands of the devices that were [built](super::DeviceBuilder::simulated) with it. What
//! is enqueued on their queues waits for a [step](Simulation::step), and then runs on the thread that makes it. At each
//! step the caller chooses among what a device could do next: for each queue its oldest command, if the events that it
//! waits for are over.
//!
//! # Tests in which a seed decides everything
//!
//! Where one thread polls and steps, nothing is left to chance: a test that draws the choices from a seed can be
//! repeated. [`ready`](Simulation::ready) says which queues could run a command, so that one of them can be starved;
//! [`fail_commands`](Simulation::fail_commands) makes commands fail. [Checking for
//! hazards](super::DeviceBuilder::check_hazards) works as on any device.
//!
//! ```
//! use futures::future::{FutureExt, join};
//! use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
//! use gpu_stages::{Resource, Result, gpu_pipeline};
//!
//! #[gpu_pipeline]
//! async fn round_trip(
//!     #[queue] up: Queue,
//!     #[queue] down: Queue,
//!     #[writes] host: HostBuffer<u32>,
//!     #[writes] device: DeviceBuffer<u32>,
//!     value: u32,
//! ) -> Result<u32> {
//!     host.fill(value);
//!     up.upload(&host, &mut device)?;
//!     down.download(&device, &mut host)?;
//!     Ok(host[0])
//! }
//!
//! # fn main() -> Result<()> {
//! for seed in 0..10 {
//!     let mut random: usize = seed;
//!     let simulation = Simulation::new();
//!     let device = Device::builder().simulated(&simulation).build();
//!     let (up, down) = (Queue::new(&device)?, Queue::new(&device)?);
//!     let host = Resource::try_ring(2, || HostBuffer::new(&device, 4))?;
//!     let buffer = Resource::new(DeviceBuffer::new(&device, 4)?);
//!
//!     let frame = |value| round_trip(&up, &down, &host, &buffer, value);
//!     let mut frames = Box::pin(join(frame(1), frame(2)));
//!     let (first, second) = loop {
//!         if let Some(results) = (&mut frames).now_or_never() {
//!             break results;
//!         }
//!         random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
//!         simulation.step(random >> 16);
//!     };
//!     assert_eq!((first?, second?), (1, 2));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Virtual time
//!
//! With a [`Timing`] the device has engines, and commands take time on them. No thread sleeps: a step goes on to the
//! next moment at which something ends. [`block_on`](Simulation::block_on) steps only when no task can run, so that
//! tasks take no time except [`host_work`](Simulation::host_work), and [`now`](Simulation::now) at the end is the
//! makespan, exactly and on any machine. So the overlap of a pipeline can be studied without a GPU.
//!
//! ```
//! # use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue, Simulation};
//! # use gpu_stages::{Resource, Result, gpu_pipeline};
//! use futures::future::try_join_all;
//! use gpu_stages::cpu::timing::{Cost, Timing};
//! use std::time::Duration;
//!
//! #[gpu_pipeline]
//! async fn receive(
//!     #[queue] up: Queue,
//!     #[writes] host: HostBuffer<u8>,
//!     #[writes] device: DeviceBuffer<u8>,
//!     simulation: Simulation,
//! ) -> Result<()> {
//!     {
//!         simulation.host_work(Duration::from_millis(1)).await;
//!         host.fill(1);
//!     }
//!     up.upload(&host, &mut device)?;
//!     Ok(())
//! }
//!
//! # fn main() -> Result<()> {
//! for (slots, makespan) in [(1, 40), (2, 31)] {
//!     let upload = Cost::rate(1e6, Duration::ZERO); // 3 ms for 3,000 bytes
//!     let simulation = Simulation::timed(Timing::new().uploads(upload));
//!     let device = Device::builder().simulated(&simulation).build();
//!     let up = Queue::new(&device)?;
//!     let host = Resource::try_ring(slots, || HostBuffer::new(&device, 3_000))?;
//!     let buffer = Resource::new(DeviceBuffer::new(&device, 3_000)?);
//!     let frames = (0..10).map(|_| receive(&up, &host, &buffer, simulation.clone()));
//!     simulation.block_on(try_join_all(frames))?;
//!     assert_eq!(simulation.now(), Duration::from_millis(makespan));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What waits for what
//!
//! [`Queue::finish`](crate::Queue::finish) steps by itself until the queue is empty. Tasks that wait for commands wait
//! for steps: a plain `block_on` of an executor waits for ever. Values that must outlive their commands are dropped in
//! the step that ends those. When a simulation's last handle, device and queue are dropped, what is left runs.
//!
//! Stepping is safe on several threads, but then the threads decide the order. `#[stage(blocking)]` runs on threads of
//! its own, which a seed does not decide and virtual time does not wait for; with
//! [`set_blocking_spawner(|job| job())`](crate::set_blocking_spawner) it runs in place. Events of other devices are
//! waited for by the host, and so are events of a simulation on other devices.

pub(super) mod id;
mod info;
mod shared;
mod state;
mod work;

use super::timing::Timing;
use crate::observe::device_times::ClockId;
use crate::sync::clock::QueueId;
use crate::timeline::{Clock, Timeline};
use crate::util::primitives::{Arc, AtomicBool, Ordering};
pub use info::{CommandInfo, Ready};
use shared::Shared;
pub(super) use shared::Simulated;
use std::pin::pin;
use std::task::{Context, Poll, Wake};
use std::time::Duration;
pub use work::HostWork;

/// Runs the commands of simulated devices; see the [module](self). A clone is another handle to the same.
#[derive(Clone, Debug)]
pub struct Simulation {
    shared: Arc<Shared>,
}

impl Default for Simulation {
    fn default() -> Self {
        Self::new()
    }
}

impl Simulation {
    /// A simulation in which commands take no time and queues run in any order that is chosen.
    pub fn new() -> Self {
        Simulation {
            shared: Shared::new(None),
        }
    }

    /// A simulation in virtual time, which begins at zero. Its devices share the engines.
    pub fn timed(timing: Timing) -> Self {
        Simulation {
            shared: Shared::new(Some(timing)),
        }
    }

    /// Adds `queue` to the simulation.
    pub(super) fn open(&self, queue: QueueId) -> Simulated {
        Simulated::open(self.shared.clone(), queue)
    }

    /// What can be done next: commands, in the order in which their queues were made, then host works. With a
    /// [`Timing`], what ends at the next moment at which anything ends.
    pub fn ready(&self) -> Vec<Ready> {
        self.shared.ready()
    }

    /// Does one of what is [`ready`](Simulation::ready): the one at `choice` modulo their number, so that any number is
    /// a choice. The tasks that wait for it are woken. Returns `false` if nothing is ready.
    ///
    /// Runs kernels, and wakers, on this thread. Panics in them are contained, as on a device with threads.
    pub fn step(&self, choice: usize) -> bool {
        self.shared.step(choice)
    }

    /// Runs `future`, and steps whenever it cannot go on. Blocks while neither can go on: then another thread must wake
    /// the future, or enqueue.
    ///
    /// Of several that are ready, it does the first.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let woken = Arc::new(Woken {
            flag: AtomicBool::new(true),
            shared: self.shared.clone(),
        });
        let waker = woken.clone().into();
        let mut context = Context::from_waker(&waker);
        loop {
            self.shared.drive(|| woken.flag.load(Ordering::Acquire));
            woken.flag.store(false, Ordering::Release);
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
        }
    }

    /// The virtual time that has passed. Always zero without a [`Timing`] and host work.
    pub fn now(&self) -> Duration {
        self.shared.state().now
    }

    /// Work of the host that takes `duration` of virtual time from when it is first polled, awaited in a host
    /// stage.
    ///
    /// Any number of works run at a time, as if each had a thread, unless the timing model says
    /// [how many](Timing::host_threads); then the works that were polled first begin first. Stages that update one
    /// resource wait for each other, and so does the work in them.
    pub fn host_work(&self, duration: Duration) -> HostWork {
        HostWork::new(self.shared.clone(), duration)
    }

    /// A timeline in virtual time: as [`Timeline::new`], but with the simulation's clock, so that it can be predicted
    /// to the nanosecond. Commands of other devices are shown without their times on the device.
    ///
    /// It keeps the simulation alive, as a clone does.
    #[must_use = "it records until it is dropped"]
    pub fn timeline(&self, frames: usize) -> Timeline {
        Timeline::on(Box::new(VirtualClock(self.clone())), frames)
    }

    /// From now on `fails` is called before each command runs. If it returns `true`, or panics, the command fails and
    /// touches nothing. It replaces the `fails` of an earlier call.
    ///
    /// A command that uses the data of a failed one fails in any case.
    ///
    /// ```
    /// # fn main() -> gpu_stages::Result<()> {
    /// use gpu_stages::cpu::{Device, Queue, Simulation};
    ///
    /// let simulation = Simulation::new();
    /// simulation.fail_commands(|command| command.number == 1);
    /// let device = Device::builder().simulated(&simulation).build();
    /// let queue = Queue::new(&device)?;
    /// let (first, second) = (queue.marker()?, queue.marker()?);
    /// assert!(simulation.block_on(first.wait()).is_ok());
    /// assert!(simulation.block_on(second.wait()).is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn fail_commands(&self, fails: impl Fn(&CommandInfo<'_>) -> bool + Send + Sync + 'static) {
        let old = self.shared.state().fails.replace(Arc::new(fails));
        drop(old);
    }
}

/// The clock of a simulation.
#[derive(Debug)]
struct VirtualClock(Simulation);

impl Clock for VirtualClock {
    fn id(&self) -> ClockId {
        ClockId::Virtual(self.0.shared.id().into_raw())
    }

    fn now(&self) -> Duration {
        self.0.now()
    }
}

/// Whether a task can run.
struct Woken {
    flag: AtomicBool,
    shared: Arc<Shared>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.flag.store(true, Ordering::Release);
        self.shared.notify();
    }
}
