//! Calls of random pipelines in virtual time, step by step as their plan says.

use super::pipeline::{Mode, PARAMETERS, Pipeline};
use crate::model::{Place, Right, Work};
use crate::schedule::Step;
use crate::tests::executed::parameter::{Buffer, Held, Parameter};
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue, Simulation};
use gpu_stages::guard::access::Own;
use gpu_stages::{Call, CommandQueue, Requests, Resource, Result, Schedule, Stage, Until};
use std::future::Future;
use std::sync::Arc;

/// Names for messages.
static SCHEDULE: Schedule = Schedule::new("random", &[Stage::new("stage"); 6]);

/// What calls have in common.
#[derive(Clone)]
pub struct World {
    pub simulation: Simulation,
    pub device: Device,
    pub queues: Vec<Queue>,
    pub resources: Vec<Resource<Buffer>>,
}

/// Calls the pipeline: acquires, and returns the future.
pub fn call(
    pipeline: &Arc<Pipeline>,
    world: &Arc<World>,
) -> impl Future<Output = Result<()>> + use<> {
    let (pipeline, world) = (pipeline.clone(), world.clone());
    let call = SCHEDULE.call();
    let held = acquire(&call, &pipeline, &world);
    call.clone().run(Until::Complete, async move {
        let mut held = held?;
        for step in &pipeline.plan.steps {
            world.step(step, &call, &pipeline, &mut held).await?;
        }
        call.returns(Ok(()))
    })
}

fn acquire(call: &Call, pipeline: &Pipeline, world: &World) -> Result<Vec<Box<dyn Parameter>>> {
    // An empty list acquires nothing: a tuple that has room for any parameter in any mode.
    let of = |index: usize, mode: Mode| -> Vec<&Resource<Buffer>> {
        let parameter = pipeline.parameters.get(index).filter(|it| it.0 == mode);
        let passed = parameter.map(|it| &world.resources[it.1]);
        passed.into_iter().collect()
    };
    let modes = [Mode::Reads, Mode::Writes, Mode::Updates];
    let lists: Vec<_> = (0..PARAMETERS)
        .map(|index| modes.map(|mode| of(index, mode)))
        .collect();
    macro_rules! at {
        ($index:literal, $request:expr) => {
            match pipeline.plan.first_use.get($index) {
                Some(Place::Device(queue)) => $request.named("x").on(&world.queues[queue.0]),
                _ => $request.named("x").on_host(),
            }
        };
    }
    macro_rules! all {
        ($($index:literal)+) => {
            call.acquire(($(
                at!($index, Requests::reads(&lists[$index][0])),
                at!($index, Requests::writes(&lists[$index][1])),
                at!($index, Requests::updates(&lists[$index][2])),
            )+))?
        };
    }
    let all = all!(0 1 2 3 4);
    let given = [
        (all.0, all.1, all.2),
        (all.3, all.4, all.5),
        (all.6, all.7, all.8),
        (all.9, all.10, all.11),
        (all.12, all.13, all.14),
    ];
    let parameters = pipeline.parameters.iter().zip(given);
    let parameters = parameters.map(|((mode, _), (reads, writes, updates))| {
        let held: Box<dyn Parameter> = match mode {
            Mode::Reads => Box::new(Held::Acquired(reads)),
            Mode::Writes => Box::new(Held::Acquired(writes)),
            Mode::Updates => Box::new(Held::Acquired(updates)),
            Mode::Owns => {
                let own = call.own("own", DeviceBuffer::new(&world.device, 1)?);
                Box::new(Held::<Own>::from(own))
            }
        };
        Ok(held)
    });
    parameters.collect()
}

impl World {
    async fn step(
        &self,
        step: &Step,
        call: &Call,
        pipeline: &Pipeline,
        held: &mut [Box<dyn Parameter>],
    ) -> Result<()> {
        match step {
            Step::Enter { number } => call.enter(*number),
            Step::Wait {
                place, accesses, ..
            } => {
                for access in accesses {
                    let parameter = &mut held[access.resource.0];
                    parameter.wait(*place, access.right, &self.queues).await?;
                }
            }
            Step::Facts { resource, .. } => held[resource.0].facts().await?,
            Step::Run { stage } => match pipeline.works[*stage].place {
                Place::Device(queue) => self.enqueue(pipeline, *stage, held, queue.0)?,
                Place::Host | Place::Plain => {
                    self.simulation.host_work(pipeline.times[*stage]).await;
                }
            },
            Step::Ready { resources, .. } => {
                resources.iter().for_each(|it| held[it.0].ready());
            }
            Step::Flush { queue } => self.queues[queue.0].flush(),
            Step::Open { .. } | Step::Close => unreachable!("there are no opaque stages"),
        }
        Ok(())
    }

    /// A command that takes the stage's time, between others that take none and touch all that the stage uses: its uses
    /// begin and end together.
    fn enqueue(
        &self,
        pipeline: &Pipeline,
        stage: usize,
        held: &mut [Box<dyn Parameter>],
        queue: usize,
    ) -> Result<()> {
        let (work, queue) = (&pipeline.works[stage], &self.queues[queue]);
        launch("touch", work, work.accesses.len(), held, queue)?;
        launch(&pipeline.kernel(stage), work, 1, held, queue)?;
        launch("touch", work, work.accesses.len(), held, queue)
    }
}

/// Launches a kernel for each of the first `count` uses of a stage.
fn launch(
    name: &str,
    work: &Work,
    count: usize,
    held: &mut [Box<dyn Parameter>],
    queue: &Queue,
) -> Result<()> {
    for access in &work.accesses[..count] {
        let parameter = &mut held[access.resource.0];
        match access.right {
            Right::Read => {
                let kernel = Kernel::new(name, |_: &[f32]| {});
                let views = parameter.views();
                let mut views = views.iter();
                views.try_for_each(|view| queue.launch(&kernel, 1, (*view,)))?;
            }
            Right::Write => {
                let kernel = Kernel::new(name, |_: &mut [f32]| {});
                let mut views = parameter.views_mut();
                let mut views = views.iter_mut();
                views.try_for_each(|view| queue.launch(&kernel, 1, (view,)))?;
            }
        }
    }
    Ok(())
}
