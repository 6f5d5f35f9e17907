//! Random pipelines, run step by step as their plan says: what an expansion is compiled to is interpreted here, and
//! nothing is decided.

use super::Shared;
use super::arguments::{Argument, Mode, acquire, arguments};
use super::opaque::Uses;
use super::parameter::Parameter;
use super::statement::Statement;
use crate::model::{Access, Work};
use crate::schedule::{Plan, Step, plan};
use fastrand::Rng;
use gpu_stages::cpu::Queue;
use gpu_stages::{Call, CommandQueue, Error, Opaque, Result, Schedule, Stage, Until};
use std::future::Future;

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

/// A pipeline as the macro sees it, and what is passed to it.
#[derive(Debug)]
pub struct Pipeline {
    arguments: Vec<Argument>,
    statements: Vec<Statement>,
    plan: Plan,
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
    /// One that breaks none of the macro's rules; `faults` if something may go wrong in it.
    /// It is called beside others that change the resources `changing`.
    pub fn random(rng: &mut Rng, shared: &Shared, changing: &[usize], faults: bool) -> Self {
        let arguments = arguments(rng, shared, changing);
        let mut begun = vec![false; arguments.len()];
        let queues = shared.queues.len();
        let mut statements: Vec<Statement> = (0..rng.usize(1..=MAX_STAGES))
            .map(|_| Statement::random(rng, queues, &arguments, &mut begun))
            .collect();
        if let Some(last) = statements.last_mut() {
            last.work.is_last = rng.bool();
        }
        if faults && rng.u8(0..6) == 0 {
            let at = rng.usize(0..statements.len());
            statements[at].fails = true;
        }
        let owned: Vec<bool> = arguments.iter().map(|it| it.mode == Mode::Owns).collect();
        let works: Vec<&Work> = statements.iter().map(|it| &it.work).collect();
        Pipeline {
            plan: plan(&owned, &works),
            arguments,
            statements,
        }
    }

    /// The resources that it changes.
    pub fn changes(&self) -> Vec<usize> {
        let changes = self.arguments.iter().map(Argument::changes);
        changes.collect::<Vec<_>>().concat()
    }

    /// Calls it: acquires, and returns the future. Versions that are passed are let go once they are acquired.
    pub fn call(
        self,
        shared: &Shared,
        until: Until,
    ) -> impl Future<Output = Result<(), Fault>> + use<> {
        let Pipeline {
            arguments,
            statements,
            plan,
        } = self;
        let call = SCHEDULE.call();
        let held = acquire(&call, &arguments, &plan.first_use, shared);
        let queues = shared.queues.clone();
        call.clone().run(until, async move {
            let mut running = Running {
                open: None,
                held: held?,
                call: &call,
                statements: &statements,
                queues: &queues,
            };
            for step in &plan.steps {
                running.step(step).await?;
            }
            call.returns(Ok(()))
        })
    }
}

/// A call on its way.
struct Running<'a> {
    /// Before `held`, to be dropped first.
    open: Option<Opaque>,
    held: Vec<Box<dyn Parameter>>,
    call: &'a Call,
    statements: &'a [Statement],
    queues: &'a [Queue],
}

impl Running<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), Fault> {
        let held = &mut self.held;
        match step {
            Step::Enter { number } => self.call.enter(*number),
            Step::Wait {
                place, accesses, ..
            } => {
                for access in accesses {
                    let parameter = &mut held[access.resource.0];
                    parameter.wait(*place, access.right, self.queues).await?;
                }
            }
            Step::Facts { resource, .. } => held[resource.0].facts().await?,
            Step::Open { queue, accesses } => {
                let queue = &self.queues[queue.0];
                self.open = Some(open(held, accesses, queue)?);
            }
            Step::Run { stage } => self.statements[*stage].run(held, self.queues)?,
            Step::Close => self.open = None,
            Step::Ready { resources, .. } => {
                resources.iter().for_each(|it| held[it.0].ready());
            }
            Step::Flush { queue } => self.queues[queue.0].flush(),
        }
        Ok(())
    }
}

fn open(held: &mut [Box<dyn Parameter>], accesses: &[Access], queue: &Queue) -> Result<Opaque> {
    let mut uses = Uses::default();
    for (index, parameter) in held.iter_mut().enumerate() {
        let access = accesses.iter().find(|it| it.resource.0 == index);
        if let Some(access) = access {
            parameter.add_to(&mut uses, access.right);
        }
    }
    uses.open(queue)
}
