//! Random pipelines with a time for each stage: as the macro plans them, and as the library is told of them.

use crate::model::{Access, Place, QueueId, ResourceId, Right, Work};
use crate::schedule::{Plan, plan};
use fastrand::Rng;
use gpu_stages::bound::Timed;
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::{Schedule, Stage};
use std::time::Duration;

/// No pipeline has more parameters.
pub const PARAMETERS: usize = 5;

const NAMES: [&str; PARAMETERS] = ["p0", "p1", "p2", "p3", "p4"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Reads,
    Writes,
    Updates,
    Owns,
}

/// A pipeline, and what is passed to it.
#[derive(Debug)]
pub struct Pipeline {
    /// Tells it from other pipelines.
    number: usize,
    /// What each parameter is, and which resource is passed for it.
    pub parameters: Vec<(Mode, usize)>,
    pub works: Vec<Work>,
    pub plan: Plan,
    pub times: Vec<Duration>,
}

impl Pipeline {
    /// One for `queues` queues and `resources` resources that breaks none of the macro's rules.
    pub fn random(rng: &mut Rng, number: usize, queues: usize, resources: usize) -> Self {
        let (parameters, works) = loop {
            let parameters = parameters(rng, resources);
            let works = works(rng, queues, &parameters);
            // The macro demands that every parameter is used.
            let mut used = works.iter().flat_map(|work| &work.accesses);
            if (0..parameters.len()).all(|index| used.any(|it| it.resource.0 == index)) {
                break (parameters, works);
            }
        };
        let owned: Vec<bool> = parameters.iter().map(|it| it.0 == Mode::Owns).collect();
        let most = *rng.choice(&[3, 10, 1_000_000]).expect("some");
        Pipeline {
            number,
            plan: plan(&owned, &works.iter().collect::<Vec<_>>()),
            times: works
                .iter()
                .map(|_| Duration::from_nanos(rng.u64(0..=most)))
                .collect(),
            parameters,
            works,
        }
    }

    /// The name of the kernel that takes a stage's time.
    pub fn kernel(&self, stage: usize) -> String {
        format!("{}.{stage}", self.number)
    }

    /// The timing model, with what the stages on queues take.
    pub fn teach(&self, timing: Timing) -> Timing {
        let times = self.times.iter().enumerate();
        times.fold(timing, |timing, (stage, time)| {
            timing.kernel(&self.kernel(stage), Cost::fixed(*time))
        })
    }

    /// What it would say of itself.
    pub fn timed(&self) -> Timed {
        let stages = self.works.iter().map(|work| {
            let stage = Stage::new("stage")
                .reads(used(work, Right::Read))
                .writes(used(work, Right::Write));
            match work.place {
                Place::Device(queue) => stage.on(String::leak(format!("q{}", queue.0))),
                Place::Host | Place::Plain => stage,
            }
        });
        let declared = |mode| -> &'static [&'static str] {
            let all = self.parameters.iter().zip(NAMES);
            let names = all.filter(|(it, _)| it.0 == mode).map(|(_, name)| name);
            Vec::leak(names.collect())
        };
        let schedule = Schedule::new("random", Vec::leak(stages.collect()))
            .reads(declared(Mode::Reads))
            .writes(declared(Mode::Writes))
            .updates(declared(Mode::Updates))
            .owns(declared(Mode::Owns));
        let passed = self.parameters.iter().zip(NAMES);
        let passed = passed.filter(|((mode, _), _)| *mode != Mode::Owns);
        let timed = Timed::new(schedule, self.times.iter().copied());
        passed.fold(timed, |timed, ((_, resource), name)| {
            timed.passing(name, &format!("r{resource}"))
        })
    }
}

fn used(work: &Work, right: Right) -> &'static [&'static str] {
    let used = work.accesses.iter().filter(|access| access.right == right);
    Vec::leak(used.map(|access| NAMES[access.resource.0]).collect())
}

/// Each resource once, mostly: a call that wants one slot twice acquires nothing.
fn parameters(rng: &mut Rng, resources: usize) -> Vec<(Mode, usize)> {
    let mut passed: Vec<usize> = (0..resources).collect();
    rng.shuffle(&mut passed);
    passed.truncate(rng.usize(1..PARAMETERS));
    if rng.u8(0..8) == 0 {
        passed.push(passed[0]);
    }
    let mode = |rng: &mut Rng| match rng.u8(0..8) {
        0..=2 => Mode::Reads,
        3..=4 => Mode::Writes,
        5..=6 => Mode::Updates,
        _ => Mode::Owns,
    };
    passed.into_iter().map(|it| (mode(rng), it)).collect()
}

fn works(rng: &mut Rng, queues: usize, parameters: &[(Mode, usize)]) -> Vec<Work> {
    let mut begun = vec![false; parameters.len()];
    let mut works: Vec<Work> = (0..rng.usize(1..=6))
        .map(|_| work(rng, queues, parameters, &mut begun))
        .collect();
    if let Some(last) = works.last_mut() {
        last.is_last = rng.bool();
    }
    works
}

/// A random stage. What is written anew is written first, as the macro demands.
fn work(rng: &mut Rng, queues: usize, parameters: &[(Mode, usize)], begun: &mut [bool]) -> Work {
    let place = match rng.u8(0..3) {
        0 => Place::Host,
        _ => Place::Device(QueueId(rng.usize(0..queues))),
    };
    let mut used: Vec<usize> = (0..parameters.len()).collect();
    rng.shuffle(&mut used);
    used.truncate(rng.usize(1..=3));
    let accesses = used.iter().map(|&index| {
        let fresh = !std::mem::replace(&mut begun[index], true);
        let right = match parameters[index].0 {
            Mode::Reads => Right::Read,
            Mode::Writes if fresh => Right::Write,
            _ if rng.bool() => Right::Write,
            _ => Right::Read,
        };
        Access {
            resource: ResourceId(index),
            right,
        }
    });
    Work {
        place,
        accesses: accesses.collect(),
        facts: Vec::new(),
        awaits: false,
        is_opaque: false,
        is_last: false,
    }
}
