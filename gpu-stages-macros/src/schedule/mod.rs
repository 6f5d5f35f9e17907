//! Model to plan: a flat list of steps. The only place that decides what waits for what.

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
    /// Where each resource is used first: the host if only its facts are asked.
    pub first_use: Vec<Place>,
    /// For each stage, the earlier ones that it waits for: those not otherwise known to be over where it runs.
    pub after: Vec<Vec<usize>>,
    /// For each stage, the resources whose users of earlier calls it waits for.
    pub earlier: Vec<Vec<ResourceId>>,
    /// For each stage, whether within the pipeline only later commands of its own queue are behind it.
    pub quiet: Vec<bool>,
    /// For each stage on a queue, whether somebody off the queue may wait for it: a later stage, or who uses one of
    /// its resources next.
    pub marked: Vec<bool>,
    pub steps: Vec<Step>,
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
    /// The facts are copied: from a guard if the resource `is_held`, else from its allocation.
    Facts { resource: ResourceId, is_held: bool },
    /// What the stage's statement does on the queue cannot be seen: its uses begin.
    Open {
        queue: QueueId,
        accesses: Vec<Access>,
    },
    /// The statement itself.
    Run { stage: usize },
    /// The uses that were opened end.
    Close,
    /// The stage was the last to use the resources.
    Ready {
        place: Place,
        resources: Vec<ResourceId>,
    },
    /// What was enqueued should begin: what comes next is elsewhere, or suspends.
    Flush { queue: QueueId },
}

/// Where a resource is while the steps go by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Acquired, not waited for.
    Allocated,
    Host(Right),
    Device(QueueId),
}

/// Plans the stages `works` over as many resources as there are entries in `owned`: which of them are the call's
/// own. Nobody waits for those, so that they go out of scope with the body.
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
    for (stage, work) in works.iter().enumerate() {
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
    }
}

/// For each resource, the last stage that takes its facts from a copy.
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
    /// Whether a copy of the facts exists and is true.
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
            // On the host a value may grow.
            if work.place == Place::Host && access.right == Right::Write {
                self.has_facts[access.resource.0] = false;
            }
        }
        if !work.is_last {
            self.hand_on(stage);
            self.flush(stage);
        }
    }

    /// The statement, between the beginning and the end of its uses. The last one's end with the body.
    fn opaque(&mut self, stage: usize, queue: QueueId) {
        let work = self.works[stage];
        let accesses = work.accesses.clone();
        self.steps.push(Step::Open { queue, accesses });
        self.steps.push(Step::Run { stage });
        if !work.is_last {
            self.steps.push(Step::Close);
        }
    }

    /// Orders the stage after those whose effects it must not overtake: the fewest that imply the others.
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

    /// The resources that the stage is the first to use, as far as is known where it runs.
    fn earlier(&mut self, stage: usize) -> Vec<ResourceId> {
        let work = self.works[stage];
        let used = work.accesses.iter().map(|access| access.resource);
        let shared = used.filter(|resource| !self.owned[resource.0]);
        let is_ordered = |earlier| self.clocks.is_ordered(work.place, earlier);
        shared
            .filter(|resource| self.history[resource.0].is_head(stage, is_ordered))
            .collect()
    }

    /// The stages whose uses whoever comes next has to be ordered after. The call's own values go with its body: what
    /// the host knows by then to be over needs nobody.
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

    /// All that is done to a resource from stage `stage` on until it is used elsewhere: on a queue one wait is
    /// good for reading and writing.
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

    /// Hands on what no later stage uses. Facts that are asked for later are copied before.
    fn hand_on(&mut self, stage: usize) {
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

    /// Before anything else happens elsewhere, what was enqueued should begin.
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
    /// Whether a resource in this state can be used like this at `place`.
    fn allows(self, place: Place, right: Right) -> bool {
        match (self, place) {
            (State::Host(held), Place::Host) => held >= right,
            (State::Device(at), Place::Device(queue)) => at == queue,
            _ => false,
        }
    }
}
