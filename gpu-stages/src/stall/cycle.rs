//! Cycles of waits: calls none of which can go on before another of them has.

use super::look::Scene;
use crate::call::Activity;

/// Why one call cannot go on before another.
struct Edge {
    to: u64,
    why: String,
}

/// The cycle that `call` waits in, in words, if there is one.
pub(super) fn through(scene: &Scene, call: u64) -> Option<String> {
    let mut path = Vec::new();
    let mut seen = vec![call];
    is_back(scene, call, call, &mut path, &mut seen).then(|| path.join("; "))
}

/// Whether `start` is reached again from `call`; then `path` says how.
fn is_back(
    scene: &Scene,
    start: u64,
    call: u64,
    path: &mut Vec<String>,
    seen: &mut Vec<u64>,
) -> bool {
    for Edge { to, why } in edges(scene, call) {
        path.push(why);
        if to == start {
            return true;
        }
        if !seen.contains(&to) {
            seen.push(to);
            if is_back(scene, start, to, path, seen) {
                return true;
            }
        }
        path.pop();
    }
    false
}

fn edges(scene: &Scene, call: u64) -> Vec<Edge> {
    let waits = scene.wants(call).flat_map(|line| {
        let resource = &line.resource;
        line.holders.iter().flatten().map(move |holder| Edge {
            to: *holder,
            why: format!("call {call} waits for `{resource}`, which call {holder} holds"),
        })
    });
    let mut edges: Vec<Edge> = waits.collect();
    let is_suspended = |id: &u64| {
        let actor = scene.calls.get(id);
        actor.is_some_and(|actor| matches!(actor.activity, Activity::Suspended))
    };
    // It is suspended for a reason that is not known. What its stage has called is what it may be waiting for.
    if edges.is_empty() && is_suspended(&call) {
        let stage = scene.calls[&call].origin.stage;
        let made = scene.calls.iter().filter(|(_, actor)| actor.parent == call);
        edges.extend(made.map(|(&to, _)| Edge {
            to,
            why: format!("call {call} is suspended in stage `{stage}`, which made call {to}"),
        }));
    }
    edges
}
