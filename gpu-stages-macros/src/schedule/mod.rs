//! Model to plan: a flat list of steps. This module alone decides the synchronisation.

mod clocks;
mod ends;
mod history;
mod summary;
#[cfg(test)]
mod tests;
mod uses;

use crate::model::{Access, Place, QueueId, ResourceId, Right, Work};
use clocks::Clocks;
use ends::{marked, quiet};
use history::History;
pub use summary::{Summary, summaries};
use uses::Uses;

/// What the pipeline does, step by step.
#[derive(Debug)]
pub struct Plan {
    /// Where each resource is used first: the host if only its metadata is read.
    pub first_use: Vec<Place>,
    /// For each stage, the earlier stages that it waits for: those that its lane does not yet know to be over.
    pub after: Vec<Vec<usize>>,
    /// For each stage, the resources for which it waits for earlier calls.
    pub earlier: Vec<Vec<ResourceId>>,
    /// For each stage, whether within the pipeline only later commands of its queue depend on it.
    pub quiet: Vec<bool>,
    /// For each stage on a queue, whether a wait from another lane is possible: by a later stage, or by the next call
    /// that uses one of its resources.
    pub marked: Vec<bool>,
    pub steps: Vec<Step>,
    /// For each stage, its first step.
    pub begins: Vec<usize>,
}

/// One step. Stages are named by their index.
#[derive(Debug)]
pub enum Step {
    /// The stage begins; it is the pipeline's `number`th.
    Enter { number: usize },
    /// The resources become usable at `place`, for what the accesses say, because `stage` is next.
    Wait {
        stage: usize,
        place: Place,
        accesses: Vec<Access>,
    },
    /// The metadata is copied: from a guard if the resource `is_held`, else from its allocation.
    Facts { resource: ResourceId, is_held: bool },
    /// The uses of an opaque stage begin.
    Open {
        queue: QueueId,
        accesses: Vec<Access>,
    },
    /// The statement itself.
    Run { stage: usize },
    /// The uses of an opaque stage end.
    Close,
    /// The resources are released: the stage was the last one to use them.
    Ready {
        place: Place,
        resources: Vec<ResourceId>,
    },
    /// The queue is flushed: the next statement is elsewhere, or suspends.
    Flush { queue: QueueId },
}

/// Where a resource is between two steps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Acquired, not waited for.
    Allocated,
    Host(Right),
    Device(QueueId),
}

/// Plans the stages `works`. `owned` has an entry for each resource: whether it is declared `#[owns]`. No other call
/// waits for such a resource, so it goes out of scope with the body.
pub fn plan(owned: &[bool], works: &[&Work]) -> Plan {
    let resources = owned.len();
    let mut planner = Planner {
        works,
        owned,
        uses: Uses::of(resources, works),
        asked: asked(resources, works),
        states: vec![State::Allocated; resources],
        has_facts: vec![false; resources],
        history: vec![History::default(); resources],
        clocks: Clocks::default(),
        after: Vec::new(),
        earlier: Vec::new(),
        steps: Vec::new(),
    };
    let mut entered = 0;
    let mut begins = Vec::new();
    for (stage, work) in works.iter().enumerate() {
        begins.push(planner.steps.len());
        if work.place != Place::Plain {
            planner.steps.push(Step::Enter { number: entered });
            entered += 1;
        }
        planner.stage(stage);
    }
    let first_use = |resource| planner.uses.first(ResourceId(resource));
    let first_use = |resource| first_use(resource).map_or(Place::Host, |first| first.place);
    Plan {
        first_use: (0..resources).map(first_use).collect(),
        quiet: quiet(works, &planner.after),
        marked: marked(works, &planner.after, &planner.open()),
        after: planner.after,
        earlier: planner.earlier,
        steps: planner.steps,
        begins,
    }
}

impl Plan {
    /// The steps of each stage.
    pub fn stages(&self) -> impl Iterator<Item = &[Step]> {
        let ends = self
            .begins
            .iter()
            .copied()
            .skip(1)
            .chain([self.steps.len()]);
        let begins = self.begins.iter().copied();
        begins.zip(ends).map(|(begin, end)| &self.steps[begin..end])
    }
}

/// For each resource, the last stage that reads its metadata from a copy.
fn asked(resources: usize, works: &[&Work]) -> Vec<Option<usize>> {
    let mut asked = vec![None; resources];
    for (stage, work) in works.iter().enumerate() {
        for resource in &work.facts {
            asked[resource.0] = Some(stage);
        }
    }
    asked
}

struct Planner<'a> {
    works: &'a [&'a Work],
    owned: &'a [bool],
    uses: Uses,
    asked: Vec<Option<usize>>,
    states: Vec<State>,
    /// Whether an up-to-date copy of the metadata exists.
    has_facts: Vec<bool>,
    history: Vec<History>,
    clocks: Clocks,
    after: Vec<Vec<usize>>,
    earlier: Vec<Vec<ResourceId>>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    fn stage(&mut self, stage: usize) {
        let work = self.works[stage];
        self.order(stage);
        self.wait(stage);
        for &resource in &work.facts {
            self.facts(resource);
        }
        match work.place {
            Place::Device(queue) if work.is_opaque => self.opaque(stage, queue),
            _ => self.steps.push(Step::Run { stage }),
        }
        for access in &work.accesses {
            let is_ordered = |earlier| self.clocks.is_ordered(work.place, earlier);
            self.history[access.resource.0].record(stage, access.right, is_ordered);
            // On the host the length of a value may change.
            if work.place == Place::Host && access.right == Right::Write {
                self.has_facts[access.resource.0] = false;
            }
        }
        if !work.is_last {
            self.release(stage);
            self.flush(stage);
        }
    }

    /// The statement, between the beginning and the end of its uses. The uses of the last statement end with the body.
    fn opaque(&mut self, stage: usize, queue: QueueId) {
        let work = self.works[stage];
        let accesses = work.accesses.clone();
        self.steps.push(Step::Open { queue, accesses });
        self.steps.push(Step::Run { stage });
        if !work.is_last {
            self.steps.push(Step::Close);
        }
    }

    /// Orders the stage after all conflicting stages, by as few waits as possible.
    fn order(&mut self, stage: usize) {
        let work = self.works[stage];
        let mut after: Vec<usize> = work
            .accesses
            .iter()
            .flat_map(|access| self.history[access.resource.0].conflicts(access.right))
            .collect();
        // A stage can only imply what came before it: look at the newest first.
        after.sort_unstable_by(|a, b| b.cmp(a));
        after.dedup();
        self.clocks.begin(work.place);
        after.retain(|&earlier| {
            let is_needed = !self.clocks.is_ordered(work.place, earlier);
            if is_needed {
                self.clocks.synchronize(work.place, earlier);
            }
            is_needed
        });
        let earlier = self.earlier(stage);
        self.earlier.push(earlier);
        self.clocks.end(work.place);
        after.reverse();
        self.after.push(after);
    }

    /// The resources that the stage may be the first to use, as far as its lane knows.
    fn earlier(&mut self, stage: usize) -> Vec<ResourceId> {
        let work = self.works[stage];
        let used = work.accesses.iter().map(|access| access.resource);
        let shared = used.filter(|resource| !self.owned[resource.0]);
        let is_ordered = |earlier| self.clocks.is_ordered(work.place, earlier);
        shared
            .filter(|resource| self.history[resource.0].is_head(stage, is_ordered))
            .collect()
    }

    /// The stages that the next use of their resources has to be ordered after. An owned value is dropped with the
    /// body: stages that the host knows to be over do not count for it.
    fn open(&self) -> Vec<usize> {
        let is_known = |stage| self.clocks.is_ordered(Place::Host, stage);
        let open = self.history.iter().zip(self.owned).map(|(history, owned)| {
            let open = history.open().iter().copied();
            open.filter(move |stage| !(*owned && is_known(*stage)))
        });
        open.flatten().collect()
    }

    /// Makes the stage's resources usable where it runs.
    fn wait(&mut self, stage: usize) {
        let work = self.works[stage];
        let arriving: Vec<Access> = work
            .accesses
            .iter()
            .copied()
            .filter(|access| !self.states[access.resource.0].allows(work.place, access.right))
            .map(|access| match work.place {
                Place::Device(_) => self.stay(stage, access),
                Place::Host | Place::Plain => access,
            })
            .collect();
        for access in &arriving {
            self.states[access.resource.0] = match work.place {
                Place::Device(queue) => State::Device(queue),
                Place::Host | Place::Plain => State::Host(access.right),
            };
        }
        if !arriving.is_empty() {
            self.steps.push(Step::Wait {
                stage,
                place: work.place,
                accesses: arriving,
            });
        }
    }

    /// The access with the strongest right until the resource is used elsewhere: on a queue, one wait serves reads and
    /// writes.
    fn stay(&self, stage: usize, access: Access) -> Access {
        let place = self.works[stage].place;
        let uses = self.uses.since(access.resource, stage).iter();
        let here = uses.take_while(|it| it.place == place);
        Access {
            right: here.map(|it| it.right).max().unwrap_or(access.right),
            ..access
        }
    }

    fn facts(&mut self, resource: ResourceId) {
        if !self.has_facts[resource.0] {
            self.has_facts[resource.0] = true;
            self.steps.push(Step::Facts {
                resource,
                is_held: self.states[resource.0] != State::Allocated,
            });
        }
    }

    /// Releases the resources that no later stage uses. Metadata that is read later is copied before.
    fn release(&mut self, stage: usize) {
        let work = self.works[stage];
        let resources: Vec<ResourceId> = work
            .accesses
            .iter()
            .map(|access| access.resource)
            .filter(|resource| !self.owned[resource.0])
            .filter(|resource| !self.uses.goes_on(*resource, stage + 1))
            .collect();
        for &resource in &resources {
            if self.asked[resource.0] > Some(stage) {
                self.facts(resource);
            }
        }
        if !resources.is_empty() {
            self.steps.push(Step::Ready {
                place: work.place,
                resources,
            });
        }
    }

    /// Flushes the queue, so that the commands begin before anything happens elsewhere.
    fn flush(&mut self, stage: usize) {
        let mut later = self.works[stage + 1..].iter();
        let next = later.find(|work| work.place != Place::Plain || work.awaits);
        match self.works[stage].place {
            place @ Place::Device(queue) if next.map(|work| work.place) != Some(place) => {
                self.steps.push(Step::Flush { queue });
            }
            _ => {}
        }
    }
}

impl State {
    /// Whether a resource in this state can be used at `place` with this right.
    fn allows(self, place: Place, right: Right) -> bool {
        match (self, place) {
            (State::Host(held), Place::Host) => held >= right,
            (State::Device(at), Place::Device(queue)) => at == queue,
            _ => false,
        }
    }
}
