//! Cycles of waits: calls none of which can go on before another of them has.

use super::graph::Graph;
use super::scene::{Actor, Scene};
use super::text;

/// As many cycles are told step by step. Of the others only the size is.
const TOLD: usize = 16;
/// As many steps of a cycle are told.
const STEPS: usize = 12;

/// The cycles of a scene.
pub(super) struct Cycles<'a> {
    scene: &'a Scene,
    graph: Graph,
    /// In the graph, the lines come first, and then these.
    calls: Vec<u64>,
    told: usize,
}

impl<'a> Cycles<'a> {
    /// Finds all of them, in a time that is about linear in the number of waits and holders.
    pub fn of(scene: &'a Scene) -> Self {
        let mut cycles = Cycles {
            scene,
            graph: Graph::new(scene.lines.len() + scene.calls.len()),
            calls: scene.calls.keys().copied().collect(),
            told: 0,
        };
        for (index, line) in scene.lines.iter().enumerate() {
            for holder in line.holders.iter().flatten() {
                let holder = cycles.number(*holder);
                cycles.graph.connect(index, holder);
            }
        }
        for (own, actor) in (scene.lines.len()..).zip(scene.calls.values()) {
            for line in &actor.wants {
                cycles.graph.connect(own, Some(*line));
            }
            let parent = waiting_parent(scene, actor);
            if let Some(parent) = parent.and_then(|parent| cycles.number(parent)) {
                cycles.graph.connect(parent, Some(own));
            }
        }
        cycles.graph.find_cycles();
        cycles
    }

    /// The number of a call in the graph.
    fn number(&self, call: u64) -> Option<usize> {
        let index = self.calls.binary_search(&call).ok()?;
        Some(self.scene.lines.len() + index)
    }

    /// The cycle that `call` waits in, in words, if there is one.
    pub fn through(&mut self, call: u64) -> Option<String> {
        let number = self.number(call)?;
        let size = self.graph.size_of_cycle(number)?;
        if self.told == TOLD {
            return Some(format!("{size} waits and calls, told like those above"));
        }
        self.told += 1;
        let path = self.graph.way_around(number);
        let mut steps = self.steps(&path);
        if steps.len() > STEPS {
            let more = steps.len() - STEPS;
            steps.truncate(STEPS);
            steps.push(format!("and {more} steps more, back to call {call}"));
        }
        Some(steps.join("; "))
    }

    /// A way through the graph that begins and ends with the same call, in words.
    fn steps(&self, path: &[usize]) -> Vec<String> {
        let mut steps = Vec::new();
        let mut wanted = None;
        let mut from = None;
        for number in path {
            let Some(call) = self.call_at(*number) else {
                wanted = self.scene.lines.get(*number);
                continue;
            };
            match (from, wanted.take()) {
                (Some(from), Some(line)) => steps.push(format!(
                    "call {from} waits for `{}`, which call {call} holds",
                    line.resource
                )),
                (Some(from), None) => steps.push(self.made(from, call)),
                (None, _) => {}
            }
            from = Some(call);
        }
        steps
    }

    fn made(&self, from: u64, to: u64) -> String {
        let actor = &self.scene.calls[&from];
        let doing = match actor.may_wait_for_its_calls() && actor.others.is_empty() {
            true => "is suspended".to_owned(),
            false => text::doing_without_turn(actor),
        };
        let stage = actor.origin.stage;
        format!("call {from} {doing} in stage `{stage}`, which made call {to}")
    }

    fn call_at(&self, number: usize) -> Option<u64> {
        let index = number.checked_sub(self.scene.lines.len())?;
        Some(self.calls[index])
    }
}

/// The call that made this one, if it is suspended for a reason that is not known, or in a blocking stage: it may be waiting
/// for what its stage has called.
fn waiting_parent(scene: &Scene, actor: &Actor) -> Option<u64> {
    let parent = scene.calls.get(&actor.parent)?;
    parent.may_wait_for_its_calls().then_some(actor.parent)
}
