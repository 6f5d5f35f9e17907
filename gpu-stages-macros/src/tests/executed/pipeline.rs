//! Random pipelines, run step by step as their plan says: what an expansion is compiled to is interpreted here, and
//! nothing is decided.

use super::parameter::{Held, Parameter};
use crate::model::{Access, Place, QueueId, ResourceId, Right, Work};
use crate::schedule::{Plan, Step, plan};
use fastrand::Rng;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::guard::access;
use gpu_stages::{Call, CommandQueue, Error, Requests, Resource, Result, Schedule, Stage, Until};
use std::future::Future;

pub const LEN: usize = 16;

const MAX_STAGES: usize = 6;

/// Names for messages.
static SCHEDULE: Schedule = Schedule::new(
    "random",
    &[
        Stage::new("0"),
        Stage::new("1"),
        Stage::new("2"),
        Stage::new("3"),
        Stage::new("4"),
        Stage::new("5"),
    ],
);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Reads,
    Writes,
    Updates,
    Owns,
}

/// A pipeline as the macro sees it.
#[derive(Debug)]
pub struct Pipeline {
    /// What each parameter is, and which resource is passed for it.
    parameters: Vec<(Mode, usize)>,
    works: Vec<Work>,
    plan: Plan,
    /// The stage in which something goes wrong.
    fault: Option<usize>,
}

/// Why a call of a random pipeline fails.
#[derive(Debug)]
pub enum Fault {
    Library(#[allow(dead_code, reason = "for messages")] Error),
    OnPurpose,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Library(error)
    }
}

impl Pipeline {
    /// One for `queues` queues and `resources` resources that breaks none of the macro's rules; `faults` if something
    /// may go wrong in it.
    pub fn random(rng: &mut Rng, queues: usize, resources: usize, faults: bool) -> Self {
        let mode = |rng: &mut Rng| match rng.u8(0..8) {
            0..=2 => Mode::Reads,
            3..=4 => Mode::Writes,
            5..=6 => Mode::Updates,
            _ => Mode::Owns,
        };
        // Each resource once, mostly: a call that wants one slot twice acquires nothing.
        let mut passed: Vec<usize> = (0..resources).collect();
        rng.shuffle(&mut passed);
        passed.truncate(rng.usize(1..=4));
        if rng.u8(0..8) == 0 {
            passed.push(passed[0]);
        }
        let parameters: Vec<(Mode, usize)> = passed.iter().map(|it| (mode(rng), *it)).collect();
        let mut begun = vec![false; parameters.len()];
        let stages = rng.usize(1..=MAX_STAGES);
        let mut works: Vec<Work> = (0..stages)
            .map(|_| work(rng, queues, &parameters, &mut begun))
            .collect();
        if let Some(last) = works.last_mut() {
            last.is_last = rng.bool();
        }
        let owned: Vec<bool> = parameters.iter().map(|it| it.0 == Mode::Owns).collect();
        Pipeline {
            plan: plan(&owned, &works.iter().collect::<Vec<_>>()),
            fault: (faults && rng.u8(0..6) == 0).then(|| rng.usize(0..stages)),
            parameters,
            works,
        }
    }

    /// Calls it: acquires, and returns the future.
    pub fn call(
        self,
        device: &Device,
        queues: &[Queue],
        resources: &[Resource<DeviceBuffer<f32>>],
        until: Until,
    ) -> impl Future<Output = Result<(), Fault>> + use<> {
        let call = SCHEDULE.call();
        let held = self.acquire(&call, device, queues, resources);
        let queues = queues.to_vec();
        call.clone().run(until, async move {
            let mut held = held?;
            for step in &self.plan.steps {
                self.step(step, &call, &mut held, &queues).await?;
            }
            call.returns(Ok(()))
        })
    }

    fn acquire(
        &self,
        call: &Call,
        device: &Device,
        queues: &[Queue],
        resources: &[Resource<DeviceBuffer<f32>>],
    ) -> Result<Vec<Box<dyn Parameter>>> {
        // An empty list acquires nothing: a tuple that has room for any parameter in any mode.
        let of = |index: usize, mode: Mode| -> Vec<&Resource<DeviceBuffer<f32>>> {
            let parameter = self.parameters.get(index).filter(|it| it.0 == mode);
            parameter.map(|it| &resources[it.1]).into_iter().collect()
        };
        let lists: Vec<_> = (0..5)
            .map(|it| [Mode::Reads, Mode::Writes, Mode::Updates].map(|mode| of(it, mode)))
            .collect();
        macro_rules! requests {
            ($method:ident, $mode:literal, $($index:literal)+) => {
                ($({
                    let request = Requests::$method(&lists[$index][$mode]).named("x");
                    match self.plan.first_use.get($index) {
                        Some(Place::Device(queue)) => request.on(&queues[queue.0]),
                        _ => request.on_host(),
                    }
                },)+)
            };
        }
        let (r0, r1, r2, r3, r4) = requests!(reads, 0, 0 1 2 3 4);
        let (w0, w1, w2, w3, w4) = requests!(writes, 1, 0 1 2 3 4);
        let (u0, u1, u2, u3, u4) = requests!(updates, 2, 0 1 2 3 4);
        let all = (r0, w0, u0, r1, w1, u1, r2, w2, u2, r3, w3, u3, r4, w4, u4);
        let (r0, w0, u0, r1, w1, u1, r2, w2, u2, r3, w3, u3, r4, w4, u4) = call.acquire(all)?;
        let given = [
            (r0, w0, u0),
            (r1, w1, u1),
            (r2, w2, u2),
            (r3, w3, u3),
            (r4, w4, u4),
        ];
        let parameters = self.parameters.iter().zip(given);
        let parameters = parameters.map(|((mode, _), (read, write, update))| {
            let held: Box<dyn Parameter> = match mode {
                Mode::Reads => Box::new(Held::Acquired(read)),
                Mode::Writes => Box::new(Held::Acquired(write)),
                Mode::Updates => Box::new(Held::Acquired(update)),
                Mode::Owns => {
                    let own = call.own("own", DeviceBuffer::new(device, LEN)?);
                    Box::new(Held::<access::Own>::Acquired([own].into_iter().collect()))
                }
            };
            Ok(held)
        });
        parameters.collect()
    }

    async fn step(
        &self,
        step: &Step,
        call: &Call,
        held: &mut [Box<dyn Parameter>],
        queues: &[Queue],
    ) -> Result<(), Fault> {
        match step {
            Step::Enter { number } => call.enter(*number),
            Step::Wait {
                place, accesses, ..
            } => {
                for access in accesses {
                    let parameter = &mut held[access.resource.0];
                    parameter.wait(*place, access.right, queues).await?;
                }
            }
            Step::Facts { resource, .. } => held[resource.0].facts().await?,
            Step::Run { stage } => self.run(*stage, held, queues)?,
            Step::Ready { resources, .. } => {
                resources.iter().for_each(|it| held[it.0].ready());
            }
            Step::Flush { queue } => queues[queue.0].flush(),
            Step::Open { .. } | Step::Close => unreachable!("there are no opaque stages"),
        }
        Ok(())
    }

    /// The statement: on a queue each resource is touched as a whole, so that every conflict is one.
    fn run(
        &self,
        stage: usize,
        held: &mut [Box<dyn Parameter>],
        queues: &[Queue],
    ) -> Result<(), Fault> {
        let work = &self.works[stage];
        let fails = self.fault == Some(stage);
        let Place::Device(queue) = work.place else {
            // A host guard counts as a use of all of its value.
            return if fails { Err(Fault::OnPurpose) } else { Ok(()) };
        };
        let queue = &queues[queue.0];
        let (mut source, mut result) = (None, Ok(()));
        for access in &work.accesses {
            let index = access.resource.0;
            let run = |result: &mut Result<()>, command: &mut dyn FnMut() -> Result<()>| {
                if result.is_ok() {
                    *result = command();
                }
            };
            match (access.right, source.take()) {
                // A read and the write behind it are one command.
                (Right::Read, None) => source = Some(index),
                (Right::Read, Some(before)) => {
                    read(&*held[before], queue, &mut result);
                    source = Some(index);
                }
                (Right::Write, Some(before)) if !fails => {
                    let [source, target] = held.get_disjoint_mut([before, index]).expect("two");
                    source.view(&mut |source| {
                        target.view_mut(&mut |target| {
                            run(&mut result, &mut || queue.copy(source, target));
                        });
                    });
                }
                (Right::Write, before) => {
                    if let Some(before) = before {
                        read(&*held[before], queue, &mut result);
                    }
                    let kernel = Kernel::new("write", move |x: &mut [f32]| {
                        assert!(!fails, "on purpose");
                        x.fill(1.0);
                    });
                    held[index].view_mut(&mut |view| {
                        run(&mut result, &mut || queue.launch(&kernel, 1, (&mut *view,)));
                    });
                }
            }
        }
        if let Some(before) = source {
            read(&*held[before], queue, &mut result);
        }
        Ok(result?)
    }
}

/// A command that only reads.
fn read(parameter: &dyn Parameter, queue: &Queue, result: &mut Result<()>) {
    let kernel = Kernel::new("read", |_: &[f32]| {});
    parameter.view(&mut |view| {
        if result.is_ok() {
            *result = queue.launch(&kernel, 1, (view,));
        }
    });
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
        let mode = parameters[index].0;
        let fresh = !std::mem::replace(&mut begun[index], true);
        let right = match mode {
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
