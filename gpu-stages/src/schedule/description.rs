//! [`Schedule`] itself.

use super::stage::Stage;

/// The description of a pipeline, known before it runs: its stages, where each runs, what each reads and writes, and
/// all synchronisation.
///
/// For a function `process_one` under [`#[gpu_pipeline]`](crate::gpu_pipeline) it is `process_one::SCHEDULE`, for
/// a method the associated constant `PROCESS_ONE_SCHEDULE`. It prints as an aligned table; [`mermaid`](Self::mermaid)
/// and [`dot`](Self::dot) draw it.
///
/// ```
/// use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
/// use gpu_stages::{Result, gpu_pipeline};
///
/// #[gpu_pipeline]
/// async fn round_trip(
///     #[queue] up: Queue,
///     #[queue] down: Queue,
///     #[updates] host: HostBuffer<f32>,
///     #[writes] device: DeviceBuffer<f32>,
/// ) -> Result<f32> {
///     up.upload(&host, &mut device)?;
///     down.download(&device, &mut host)?;
///     Ok(host[0])
/// }
///
/// let expected = "\
/// round_trip: 3 stages on the host and 2 queues; 2 barriers, 2 markers
///
/// | # | stage         | runs on    | reads  | writes | waits for                    | on the queue    | releases |
/// |---|---------------|------------|--------|--------|------------------------------|-----------------|----------|
/// | 0 | up.upload     | queue up   | host   | device | earlier calls (host, device) | barrier, marker |          |
/// | 1 | down.download | queue down | device | host   | up.upload (host, device)     | barrier, marker | device   |
/// | 2 | stage 3       | host       | host   |        | down.download (host)         |                 | host     |
/// ";
/// assert_eq!(round_trip::SCHEDULE.to_string(), expected);
/// assert_eq!(round_trip::SCHEDULE.barriers(), 2);
/// ```
///
/// # Terms
///
/// The schedule assumes that every stage is executed and that its resources are distinct. It is the most
/// synchronisation that a pipeline needs. At run time a wait is skipped if its event is complete or ordered in another
/// way; see the README.
///
/// - A **wait** makes a resource usable where the stage runs: `wait_device` on a queue, `wait_events` on the host.
///   It waits for commands and host stages of *earlier calls*, at the first use of the resource, or for earlier stages
///   of *this call*. On the host the future awaits the events. On a queue the future only waits until the earlier calls
///   have enqueued their work; the device waits for that work, by a barrier.
/// - A **barrier** orders the commands of a stage after their dependencies on other queues. A stage has at most one,
///   for any number of resources and events. The library's queues put the events into the wait lists of the stage's
///   own commands and enqueue no barrier; before an opaque stage, and on queues whose commands the library does not
///   see, such as `ocl::Queue`, a barrier is enqueued.
/// - A **marker** is the event for the end of a stage. It is needed where a wait from another queue or the host is
///   possible: by a later stage, or by the next call that uses a released resource. A stage has at most one. The
///   library's queues use the event of the command itself and enqueue no marker; after an opaque stage, and on
///   `ocl::Queue`, a marker is enqueued.
/// - A **ready** releases a resource to the next call, right after its last use. The resources of the last statement
///   are released when the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schedule {
    /// The pipeline's name.
    pub name: &'static str,
    /// Its stages, in order.
    pub stages: &'static [Stage],
    /// Its command queues, in the order of their declaration.
    pub queues: &'static [&'static str],
    /// The resources declared `#[reads]`.
    pub reads: &'static [&'static str],
    /// The resources declared `#[writes]`.
    pub writes: &'static [&'static str],
    /// The resources declared `#[updates]`.
    pub updates: &'static [&'static str],
    /// The resources declared `#[owns]`.
    pub owns: &'static [&'static str],
}

impl Schedule {
    /// A pipeline of this name with these stages, in order.
    pub const fn new(name: &'static str, stages: &'static [Stage]) -> Self {
        Schedule {
            name,
            stages,
            queues: &[],
            reads: &[],
            writes: &[],
            updates: &[],
            owns: &[],
        }
    }

    /// With these command queues.
    #[must_use]
    pub const fn queues(mut self, names: &'static [&'static str]) -> Self {
        self.queues = names;
        self
    }

    /// With these resources declared `#[reads]`.
    #[must_use]
    pub const fn reads(mut self, names: &'static [&'static str]) -> Self {
        self.reads = names;
        self
    }

    /// With these resources declared `#[writes]`.
    #[must_use]
    pub const fn writes(mut self, names: &'static [&'static str]) -> Self {
        self.writes = names;
        self
    }

    /// With these resources declared `#[updates]`.
    #[must_use]
    pub const fn updates(mut self, names: &'static [&'static str]) -> Self {
        self.updates = names;
        self
    }

    /// With these resources declared `#[owns]`.
    #[must_use]
    pub const fn owns(mut self, names: &'static [&'static str]) -> Self {
        self.owns = names;
        self
    }

    /// How many stages a barrier precedes.
    pub fn barriers(&self) -> usize {
        self.stages.iter().filter(|stage| stage.barrier).count()
    }

    /// How many stages a marker follows.
    pub fn markers(&self) -> usize {
        self.stages.iter().filter(|stage| stage.marker).count()
    }
}
