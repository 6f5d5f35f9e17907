//! [`Stage`]: the description of a stage before it runs.

/// One stage of a [`Schedule`](super::Schedule).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stage {
    /// The stage's name.
    pub name: &'static str,
    /// The queue that it enqueues on. Without one it runs on the host.
    pub queue: Option<&'static str>,
    /// On a queue: whether its commands are hidden from the library.
    pub is_opaque: bool,
    /// On the host: whether it runs on a thread that may block.
    pub is_blocking: bool,
    /// What it reads and does not write.
    pub reads: &'static [&'static str],
    /// What it writes.
    pub writes: &'static [&'static str],
    /// The resources that become usable where the stage runs, or usable with a stronger right.
    pub waits: &'static [&'static str],
    /// The resources whose metadata is read before their first use. The stage waits for the grant, and for no device.
    pub facts: &'static [&'static str],
    /// The resources that are used for the first time: the stage is ordered after earlier calls.
    pub earlier: &'static [&'static str],
    /// The earlier stages of this call that it waits for: the index of each, with the resource.
    pub after: &'static [(usize, &'static str)],
    /// Whether a barrier on the queue precedes the stage.
    pub barrier: bool,
    /// Whether a marker on the queue follows the stage.
    pub marker: bool,
    /// Whether within the call only later commands of its queue depend on the stage.
    pub quiet: bool,
    /// The resources that are released right after the stage.
    pub ready: &'static [&'static str],
    /// Whether the queue is flushed after the stage: the next stage is elsewhere.
    pub flush: bool,
}

impl Stage {
    /// A stage of this name.
    pub const fn new(name: &'static str) -> Self {
        Stage {
            name,
            queue: None,
            is_opaque: false,
            is_blocking: false,
            reads: &[],
            writes: &[],
            waits: &[],
            facts: &[],
            earlier: &[],
            after: &[],
            barrier: false,
            marker: false,
            quiet: false,
            ready: &[],
            flush: false,
        }
    }

    /// It enqueues on this queue.
    #[must_use]
    pub const fn on(mut self, queue: &'static str) -> Self {
        self.queue = Some(queue);
        self
    }

    /// Its commands are hidden from the library.
    #[must_use]
    pub const fn opaque(mut self) -> Self {
        self.is_opaque = true;
        self
    }

    /// It runs on a thread that may block.
    #[must_use]
    pub const fn blocking(mut self) -> Self {
        self.is_blocking = true;
        self
    }

    /// It reads these resources.
    #[must_use]
    pub const fn reads(mut self, resources: &'static [&'static str]) -> Self {
        self.reads = resources;
        self
    }

    /// It writes these resources.
    #[must_use]
    pub const fn writes(mut self, resources: &'static [&'static str]) -> Self {
        self.writes = resources;
        self
    }

    /// These resources become usable where it runs.
    #[must_use]
    pub const fn waits(mut self, resources: &'static [&'static str]) -> Self {
        self.waits = resources;
        self
    }

    /// The metadata of these resources is read before their first use.
    #[must_use]
    pub const fn facts(mut self, resources: &'static [&'static str]) -> Self {
        self.facts = resources;
        self
    }

    /// It is ordered after the uses of these resources by earlier calls.
    #[must_use]
    pub const fn earlier(mut self, resources: &'static [&'static str]) -> Self {
        self.earlier = resources;
        self
    }

    /// It waits for these stages of the call: the index of each, with the resource.
    #[must_use]
    pub const fn after(mut self, stages: &'static [(usize, &'static str)]) -> Self {
        self.after = stages;
        self
    }

    /// A barrier on the queue precedes it.
    #[must_use]
    pub const fn barrier(mut self) -> Self {
        self.barrier = true;
        self
    }

    /// A marker on the queue follows it.
    #[must_use]
    pub const fn marker(mut self) -> Self {
        self.marker = true;
        self
    }

    /// Within the call, only later commands of its queue depend on this stage, so that its commands need no event.
    /// This is a hint: a wait that comes after all gets a marker.
    #[must_use]
    pub const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// These resources are released right after it.
    #[must_use]
    pub const fn ready(mut self, resources: &'static [&'static str]) -> Self {
        self.ready = resources;
        self
    }

    /// The queue is flushed after it.
    #[must_use]
    pub const fn flush(mut self) -> Self {
        self.flush = true;
        self
    }

    /// The sources of the stage's waits within the call, each with its resources.
    pub(super) fn sources(&self) -> Vec<(usize, Vec<&'static str>)> {
        let mut sources: Vec<(usize, Vec<&'static str>)> = Vec::new();
        for &(earlier, resource) in self.after {
            match sources.iter_mut().find(|(source, _)| *source == earlier) {
                Some((_, resources)) => resources.push(resource),
                None => sources.push((earlier, vec![resource])),
            }
        }
        sources
    }
}
