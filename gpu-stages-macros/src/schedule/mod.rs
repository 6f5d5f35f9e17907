//! Model to plan: a flat list of steps. The only place that decides what waits for what.

mod clocks;
mod history;
#[cfg(test)]
mod tests;

use crate::model::{Access, Place, QueueId, ResourceId, Right, Work};
use clocks::Clocks;
use history::History;

/// What the pipeline does, step by step.
#[derive(Debug)]
pub struct Plan {
    /// Where each resource is used first: the host if only its facts are asked.
    pub first_use: Vec<Place>,
    /// For each stage, the earlier ones that it waits for: those not otherwise known to be over where it runs.
    pub after: Vec<Vec<usize>>,
    /// For each stage, whether within the pipeline only later commands of its own queue are behind it.
    pub quiet: Vec<bool>,
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
        states: vec![State::Allocated; resources],
        has_facts: vec![false; resources],
        history: vec![History::default(); resources],
        clocks: Clocks::default(),
        after: Vec::new(),
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
    Plan {
        first_use: (0..resources)
            .map(|resource| first_use(works, ResourceId(resource)))
            .collect(),
        quiet: (0..works.len())
            .map(|stage| is_quiet(works, &planner.after, stage))
            .collect(),
        after: planner.after,
        steps: planner.steps,
    }
}

/// The last stage of a queue is not quiet: the end of the call is behind it.
fn is_quiet(works: &[&Work], after: &[Vec<usize>], stage: usize) -> bool {
    let place = works[stage].place;
    let is_followed = works[stage + 1..].iter().any(|work| work.place == place);
    let is_awaited = after.iter().any(|earlier| earlier.contains(&stage));
    matches!(place, Place::Device(_)) && is_followed && !is_awaited
}

fn first_use(works: &[&Work], resource: ResourceId) -> Place {
    let first = works.iter().find(|work| work.uses(resource));
    first.map_or(Place::Host, |work| work.place)
}

struct Planner<'a> {
    works: &'a [&'a Work],
    owned: &'a [bool],
    states: Vec<State>,
    /// Whether a copy of the facts exists and is true.
    has_facts: Vec<bool>,
    history: Vec<History>,
    clocks: Clocks,
    after: Vec<Vec<usize>>,
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
            self.history[access.resource.0].record(stage, access.right);
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

    /// Orders the stage after those whose effects it must not overtake.
    fn order(&mut self, stage: usize) {
        let place = self.works[stage].place;
        self.clocks.begin(place);
        let after = self.unordered(stage);
        for &earlier in &after {
            self.clocks.synchronize(place, earlier);
        }
        self.clocks.end(place);
        self.after.push(after);
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
        let uses = self.works[stage..]
            .iter()
            .filter(|work| work.uses(access.resource));
        let here = uses.take_while(|work| work.place == place);
        let rights = here
            .flat_map(|work| &work.accesses)
            .filter(|other| other.resource == access.resource)
            .map(|other| other.right);
        Access {
            right: rights.max().unwrap_or(access.right),
            ..access
        }
    }

    /// The earlier stages that this one has to be ordered after and is not: the fewest that imply the others.
    fn unordered(&self, stage: usize) -> Vec<usize> {
        let work = self.works[stage];
        let mut conflicts: Vec<usize> = work
            .accesses
            .iter()
            .flat_map(|access| self.history[access.resource.0].conflicts(access.right))
            .collect();
        // A stage can only imply what came before it: look at the newest first.
        conflicts.sort_unstable_by(|a, b| b.cmp(a));
        conflicts.dedup();
        let mut clocks = self.clocks.clone();
        conflicts.retain(|&earlier| {
            let is_needed = !clocks.is_ordered(work.place, earlier);
            if is_needed {
                clocks.synchronize(work.place, earlier);
            }
            is_needed
        });
        conflicts.reverse();
        conflicts
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
        let later = &self.works[stage + 1..];
        let resources: Vec<ResourceId> = work
            .accesses
            .iter()
            .map(|access| access.resource)
            .filter(|resource| !self.owned[resource.0])
            .filter(|resource| !later.iter().any(|work| work.uses(*resource)))
            .collect();
        for &resource in &resources {
            if later.iter().any(|work| work.facts.contains(&resource)) {
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
