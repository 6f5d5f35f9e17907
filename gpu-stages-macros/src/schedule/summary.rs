//! The plan, stage by stage.

use super::{Plan, Step};
use crate::model::{Place, ResourceId, Right, Work};

/// The synchronisation of one stage. A stage is named by its number; plain code has no number.
#[derive(Debug, Default)]
pub struct Summary {
    /// The index of the stage's statement.
    pub statement: usize,
    /// The resources that become usable where it runs, or with a stronger right.
    pub waits: Vec<ResourceId>,
    /// The resources whose metadata is waited for, here or in the plain code after it.
    pub facts: Vec<ResourceId>,
    /// The resources for which the stage has to be ordered after earlier calls.
    pub earlier: Vec<ResourceId>,
    /// The earlier stages that it waits for, each with the resource.
    pub after: Vec<(usize, ResourceId)>,
    pub barrier: bool,
    pub marker: bool,
    pub quiet: bool,
    /// The resources that are released after it.
    pub ready: Vec<ResourceId>,
    pub flush: bool,
}

/// The summary of each stage, in order.
pub fn summaries(owned: &[bool], works: &[&Work], plan: &Plan) -> Vec<Summary> {
    let numbers = numbers(works);
    let mut summaries: Vec<Summary> = Vec::new();
    for (statement, work) in works.iter().enumerate() {
        if work.place == Place::Plain {
            continue;
        }
        summaries.push(Summary {
            statement,
            earlier: plan.earlier[statement].clone(),
            after: after(works, plan, &numbers, statement),
            quiet: plan.quiet[statement],
            marker: plan.marked[statement],
            ..Summary::default()
        });
    }
    record(&mut summaries, &plan.steps);
    for summary in &mut summaries {
        let work = works[summary.statement];
        let is_on_queue = matches!(work.place, Place::Device(_));
        summary.barrier = is_on_queue && !(summary.earlier.is_empty() && summary.after.is_empty());
        if work.is_last {
            // Its resources go out of scope with the body.
            let used = work.accesses.iter().map(|access| access.resource);
            summary.ready = used.filter(|resource| !owned[resource.0]).collect();
        }
    }
    summaries
}

/// For each statement, the number of the stage that it is or follows.
fn numbers(works: &[&Work]) -> Vec<usize> {
    let mut entered: usize = 0;
    let number = |work: &&Work| {
        entered += usize::from(work.place != Place::Plain);
        entered.saturating_sub(1)
    };
    works.iter().map(number).collect()
}

/// The stages that `statement` waits for, with the resources on which the two conflict.
fn after(
    works: &[&Work],
    plan: &Plan,
    numbers: &[usize],
    statement: usize,
) -> Vec<(usize, ResourceId)> {
    let mut after = Vec::new();
    for &earlier in &plan.after[statement] {
        for access in &works[statement].accesses {
            let mut others = works[earlier].accesses.iter();
            let is_conflict = others.any(|other| {
                let writes = access.right == Right::Write || other.right == Right::Write;
                other.resource == access.resource && writes
            });
            if is_conflict {
                after.push((numbers[earlier], access.resource));
            }
        }
    }
    after
}

/// Adds the steps to the summaries.
fn record(summaries: &mut [Summary], steps: &[Step]) {
    let mut number = 0;
    for step in steps {
        if let Step::Enter { number: entered } = step {
            number = *entered;
        }
        let Some(summary) = summaries.get_mut(number) else {
            continue;
        };
        match step {
            Step::Wait { accesses, .. } => {
                let resources = accesses.iter().map(|access| access.resource);
                summary.waits.extend(resources);
            }
            Step::Facts { resource, is_held } if !is_held => summary.facts.push(*resource),
            Step::Ready { resources, .. } => summary.ready.extend(resources),
            Step::Flush { .. } => summary.flush = true,
            Step::Enter { .. }
            | Step::Facts { .. }
            | Step::Open { .. }
            | Step::Run { .. }
            | Step::Close => {}
        }
    }
}
