//! Random programs against a brute-force search for paths of happens-before.

mod traces;

use super::{Plan, Step, plan};
use crate::model::{Access, Place, QueueId, ResourceId, Right, Work};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

const RESOURCES: usize = 8;
const QUEUES: usize = 4;

fn right() -> impl Strategy<Value = Right> {
    prop_oneof![Just(Right::Read), Just(Right::Write)]
}

fn place(queues: usize) -> impl Strategy<Value = Place> {
    prop_oneof![
        1 => Just(Place::Host),
        2 => (0..queues).prop_map(|queue| Place::Device(QueueId(queue)))
    ]
}

prop_compose! {
    fn work(resources: usize, queues: usize)(
        place in place(queues),
        accesses in btree_map(0..resources, right(), 0..4),
        facts in btree_map(0..resources, Just(()), 0..2),
        is_opaque: bool,
    ) -> Work {
        let uses = |resource: &usize| accesses.contains_key(resource);
        Work {
            place: if accesses.is_empty() && place == Place::Host { Place::Plain } else { place },
            facts: facts.keys().filter(|it| !uses(it)).map(|it| ResourceId(*it)).collect(),
            accesses: accesses
                .iter()
                .map(|(resource, right)| Access { resource: ResourceId(*resource), right: *right })
                .collect(),
            awaits: false,
            is_opaque,
            is_last: false,
        }
    }
}

fn program() -> impl Strategy<Value = Vec<Work>> {
    let size = (1..=RESOURCES, 1..=QUEUES);
    let works = size.prop_flat_map(|(resources, queues)| vec(work(resources, queues), 1..9));
    (works, any::<bool>()).prop_map(|(mut works, has_last)| {
        if let Some(last) = works.last_mut() {
            last.is_last = has_last;
        }
        works
    })
}

fn uses(work: &Work, resource: ResourceId) -> bool {
    let mut accesses = work.accesses.iter();
    accesses.any(|access| access.resource == resource)
}

/// The second resource is declared `#[owns]`.
const OWNED: [bool; RESOURCES] = {
    let mut owned = [false; RESOURCES];
    owned[1] = true;
    owned
};

fn planned(works: &[Work]) -> Plan {
    plan(&OWNED, &works.iter().collect::<Vec<_>>())
}

/// Whether `earlier` is over before `later` begins, whatever the device's timing, when each stage waits for
/// those in `after`.
///
/// A stage on a queue has two events, its enqueuing on the host and its execution; a stage on the host one.
fn is_ordered(works: &[Work], after: &[Vec<usize>], earlier: usize, later: usize) -> bool {
    // Event `2 * stage` is on the host, event `2 * stage + 1` the stage's execution.
    let executes = |stage: usize| match works[stage].place {
        Place::Device(_) => 2 * stage + 1,
        Place::Host | Place::Plain => 2 * stage,
    };
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for stage in 0..works.len() {
        if stage > 0 {
            edges.push((2 * (stage - 1), 2 * stage));
        }
        edges.push((2 * stage, 2 * stage + 1));
        if let Place::Device(_) = works[stage].place {
            let predecessor = (0..stage).rfind(|it| works[*it].place == works[stage].place);
            edges.extend(predecessor.map(|it| (executes(it), executes(stage))));
        }
        edges.extend(
            after[stage]
                .iter()
                .map(|it| (executes(*it), executes(stage))),
        );
    }
    let mut reached = vec![executes(earlier)];
    let mut next = 0;
    while next < reached.len() {
        let from = reached[next];
        let beyond = edges
            .iter()
            .filter(|(start, _)| *start == from)
            .map(|(_, end)| *end);
        let new: Vec<usize> = beyond.filter(|event| !reached.contains(event)).collect();
        reached.extend(new);
        next += 1;
    }
    reached.contains(&executes(later))
}

/// Two stages that conflict and are not ordered.
fn race(works: &[Work], after: &[Vec<usize>]) -> Option<(usize, usize)> {
    let conflict = |a: usize, b: usize| {
        works[a].accesses.iter().any(|one| {
            works[b].accesses.iter().any(|other| {
                let writes = one.right == Right::Write || other.right == Right::Write;
                one.resource == other.resource && writes
            })
        })
    };
    let pairs = (0..works.len()).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
    let mut conflicting = pairs.filter(|(earlier, later)| conflict(*earlier, *later));
    conflicting.find(|(earlier, later)| !is_ordered(works, after, *earlier, *later))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_races(works in program()) {
        prop_assert_eq!(race(&works, &planned(&works).after), None);
    }

    #[test]
    fn every_wait_is_needed(works in program()) {
        let after = planned(&works).after;
        for stage in 0..works.len() {
            for position in 0..after[stage].len() {
                let mut fewer = after.clone();
                fewer[stage].remove(position);
                prop_assert!(race(&works, &fewer).is_some(), "{stage} need not wait: {after:?}");
            }
        }
    }

    /// A stage waits for earlier calls if it is ordered after no other use of the resource.
    #[test]
    fn earlier_calls_are_waited_for(works in program()) {
        let plan = planned(&works);
        for (later, work) in works.iter().enumerate() {
            for access in &work.accesses {
                let resource = access.resource;
                let is_later = (0..later).any(|earlier| {
                    uses(&works[earlier], resource) && is_ordered(&works, &plan.after, earlier, later)
                });
                let waits = plan.earlier[later].contains(&resource);
                prop_assert_eq!(waits, !is_later && !OWNED[resource.0]);
            }
        }
    }

    /// A stage has a marker if another lane may wait for it: a later stage, or the next call that uses the resource.
    /// The uses of an owned value are followed by the end of the body, on the host.
    #[test]
    fn markers_are_needed(works in program()) {
        let plan = planned(&works);
        for (earlier, work) in works.iter().enumerate() {
            let is_awaited = plan.after.iter().any(|after| after.contains(&earlier));
            let is_open = work.accesses.iter().any(|access| {
                let is_at_end = |work: &Work| {
                    OWNED[access.resource.0] && !matches!(work.place, Place::Device(_))
                };
                !(earlier + 1..works.len()).any(|later| {
                    (uses(&works[later], access.resource) || is_at_end(&works[later]))
                        && is_ordered(&works, &plan.after, earlier, later)
                })
            });
            let is_on_queue = matches!(work.place, Place::Device(_));
            prop_assert_eq!(plan.marked[earlier], is_on_queue && (is_awaited || is_open));
        }
    }

    /// Every resource is at the place of each use, with the right of the use. It is released once, after its last use.
    /// Metadata is copied before the resource is released. The uses of opaque stages are open while they run.
    #[test]
    fn steps_are_sound(works in program()) {
        let plan = planned(&works);
        let mut held: Vec<Option<Access>> = vec![None; RESOURCES];
        let mut places = [Place::Plain; RESOURCES];
        let mut facts = [false; RESOURCES];
        let mut ready = [false; RESOURCES];
        let mut open = None;
        for step in &plan.steps {
            match step {
                Step::Enter { .. } | Step::Flush { .. } => {}
                Step::Wait { place, accesses, .. } => for access in accesses {
                    let resource = access.resource.0;
                    prop_assert!(!ready[resource]);
                    if held[resource].is_none() {
                        prop_assert_eq!(plan.first_use[resource], *place);
                    }
                    held[resource] = Some(*access);
                    places[resource] = *place;
                },
                Step::Facts { resource, is_held } => {
                    prop_assert!(!ready[resource.0]);
                    prop_assert_eq!(held[resource.0].is_some(), *is_held);
                    facts[resource.0] = true;
                }
                Step::Open { queue, accesses } => {
                    prop_assert!(open.is_none());
                    open = Some((Place::Device(*queue), accesses.clone()));
                }
                Step::Close => prop_assert!(open.take().is_some()),
                Step::Run { stage } => {
                    let work = &works[*stage];
                    let is_opaque = work.is_opaque && matches!(work.place, Place::Device(_));
                    let uses = || (work.place, work.accesses.clone());
                    prop_assert_eq!(&open, &is_opaque.then(uses));
                    for access in &work.accesses {
                        let resource = access.resource.0;
                        prop_assert!(!ready[resource]);
                        prop_assert_eq!(places[resource], work.place);
                        let right = held[resource].map(|held| held.right);
                        prop_assert!(right >= Some(access.right));
                        if work.place == Place::Host && access.right == Right::Write {
                            facts[resource] = false;
                        }
                    }
                    for resource in &work.facts {
                        prop_assert!(facts[resource.0]);
                    }
                }
                Step::Ready { resources, place } => for resource in resources {
                    prop_assert_eq!(places[resource.0], *place);
                    prop_assert!(!ready[resource.0]);
                    ready[resource.0] = true;
                },
            }
        }
        for resource in 0..RESOURCES {
            let last = works.iter().rfind(|work| uses(work, ResourceId(resource)));
            let is_released = last.is_some_and(|work| !work.is_last);
            prop_assert_eq!(ready[resource], is_released && !OWNED[resource]);
        }
    }
}
