//! [`Schedule`]: the stages of a pipeline and their synchronisation, as plain data.

mod dot;
mod mermaid;
mod stage;
mod table;
mod text;

pub use stage::Stage;
use std::fmt;

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

    /// The schedule as a [Mermaid](https://mermaid.js.org) flowchart.
    ///
    /// The host and each queue have a lane. Stages with no path of arrows between them can overlap. Thin arrows are
    /// order without a wait: within a lane, and from a host stage to the commands that are enqueued after it. Bold
    /// arrows are waits, for the resource at the arrow. Dotted arrows come from earlier calls and lead to later ones.
    pub fn mermaid(&self) -> impl fmt::Display + use<> {
        mermaid::Mermaid(*self)
    }

    /// The schedule as a [Graphviz](https://graphviz.org) graph, drawn as [`mermaid`](Self::mermaid) describes.
    pub fn dot(&self) -> impl fmt::Display + use<> {
        dot::Dot(*self)
    }

    /// The pairs of stages that are ordered without a wait: two of one lane, or a host stage and a stage that is
    /// enqueued after it. Pairs that others imply are left out.
    fn in_order(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (later, stage) in self.stages.iter().enumerate() {
            let before = |queue| {
                self.stages[..later]
                    .iter()
                    .rposition(|it| it.queue == queue)
            };
            let in_lane = before(stage.queue);
            pairs.extend(in_lane.map(|earlier| (earlier, later)));
            // A stage after the host stage implies the pair.
            let is_ordered =
                |host| in_lane > Some(host) || stage.after.iter().any(|(it, _)| *it > host);
            if let (Some(_), Some(host)) = (stage.queue, before(None)) {
                if !is_ordered(host) {
                    pairs.push((host, later));
                }
            }
        }
        pairs
    }

    /// Where stages run: the host, if it has any, and the queues in the order of their declaration. With the
    /// indices of the stages there.
    fn lanes(&self) -> Vec<(Option<&'static str>, Vec<usize>)> {
        let queues = self.queues.iter().copied().map(Some);
        let lanes = [None].into_iter().chain(queues).map(|queue| {
            let stages = self.stages.iter().enumerate();
            let here = stages.filter(|(_, stage)| stage.queue == queue);
            (queue, here.map(|(index, _)| index).collect())
        });
        lanes
            .filter(|(_, stages): &(_, Vec<_>)| !stages.is_empty())
            .collect()
    }
}

/// `a, b`
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The title of a lane in a picture.
fn title(queue: Option<&str>) -> String {
    queue.map_or_else(|| "host".to_owned(), |queue| format!("queue {queue}"))
}

/// The label of a stage in a picture: its name, and the resources that it uses, each kind on a separate line. `text`
/// escapes names.
fn label(stage: &Stage, line: &str, text: impl Fn(&str) -> String) -> String {
    let mut label = text(stage.name);
    for (what, resources) in [("reads", stage.reads), ("writes", stage.writes)] {
        if !resources.is_empty() {
            let resources = text(&list(resources.iter().copied()));
            label = format!("{label}{line}{what} {resources}");
        }
    }
    label
}
