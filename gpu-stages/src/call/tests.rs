//! Uses by themselves: phases, records that are used again, and the recorded ends of opaque uses.

use super::dependencies::Recorded;
use super::ordering::{settle, settle_numbered, settle_so_far};
use super::usage::{OpaqueQueue, Phase, Use};
use super::*;
use crate::cpu::{Device, Queue, Simulation};
use crate::error::{Poison, Reason};
use crate::observe::UseId;
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::discarded::Discarded;
use crate::sync::event::Event;
use crate::util::primitives::{Arc, Mutex, lock};
use std::any::Any;

fn usage(call: &Call) -> Use {
    let name = ResourceName {
        own: None,
        parameter: Parameter::named("value"),
    };
    Use::new(call, name, true, None::<fn(&mut Dependencies)>)
}

fn granted(call: &Call) -> Use {
    let usage = usage(call);
    usage.grant(|_| {});
    usage
}

/// A queue that notes, for each marker, how many opaque uses of `usage` have no recorded end then.
#[derive(Debug)]
struct Unseen {
    id: QueueId,
    queue: Queue,
    usage: Use,
    open: Mutex<Vec<usize>>,
}

impl Unseen {
    fn of(usage: &Use) -> Arc<Self> {
        Arc::new(Unseen {
            id: QueueId::unique(),
            queue: Queue::new(&Device::new()).unwrap(),
            usage: usage.clone(),
            open: Mutex::default(),
        })
    }

    fn begin(self: &Arc<Self>, usage: &Use, access: Access) -> Option<u64> {
        let queue: Arc<dyn OpaqueQueue> = self.clone();
        usage.open(&queue, access, Recorded::default())
    }

    fn marks(&self) -> Vec<usize> {
        lock(&self.open).clone()
    }
}

impl OpaqueQueue for Unseen {
    fn id(&self) -> QueueId {
        self.id
    }

    fn mark(&self, others: &[&dyn OpaqueQueue], _: &[(UseId, Access)]) -> Option<Event> {
        assert!(others.iter().all(|other| other.id() == self.id));
        let open = self.usage.with(|state| state.open.len());
        lock(&self.open).push(open);
        Some(self.queue.marker().unwrap())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// How many opaque uses have no recorded end, and how many events there are of writes and reads.
fn counts(usage: &Use) -> (usize, usize, usize) {
    usage.with(|state| {
        let dependencies = &state.dependencies;
        let (writes, reads) = (dependencies.writes.len(), dependencies.reads.len());
        (state.open.len(), writes, reads)
    })
}

#[test]
fn an_opaque_use_is_there_until_its_marker_is_recorded() {
    let usage = granted(&Call::by_hand());
    let queue = Unseen::of(&usage);
    let number = queue.begin(&usage, Access::Write).unwrap();
    settle_numbered(&[(usage.clone(), number)]);
    assert_eq!(queue.marks(), [1], "it is there when the marker is made");
    assert_eq!(counts(&usage), (0, 1, 0));
    settle_numbered(&[(usage.clone(), number)]);
    assert_eq!(queue.marks(), [1], "it ends once");
}

#[test]
fn an_end_so_far_is_recorded_and_the_use_goes_on() {
    let usage = granted(&Call::by_hand());
    let queue = Unseen::of(&usage);
    queue.begin(&usage, Access::Read).unwrap();
    settle_so_far(std::iter::once(&usage));
    assert_eq!(counts(&usage), (1, 0, 1));
    settle(std::iter::once(&usage));
    assert_eq!(counts(&usage), (0, 0, 1), "the later end implies the other");
    assert_eq!(queue.marks(), [1, 1]);
}

#[test]
fn opaque_uses_of_one_guard_are_told_apart() {
    let usage = granted(&Call::by_hand());
    let queue = Unseen::of(&usage);
    let first = queue.begin(&usage, Access::Read).unwrap();
    let second = queue.begin(&usage, Access::Write).unwrap();
    settle_numbered(&[(usage.clone(), second)]);
    assert_eq!(counts(&usage), (1, 1, 0), "the write has ended");
    settle_numbered(&[(usage.clone(), first)]);
    assert_eq!(counts(&usage), (0, 1, 1));
}

#[test]
fn one_marker_for_each_queue() {
    let usage = granted(&Call::by_hand());
    let (one, other) = (Unseen::of(&usage), Unseen::of(&usage));
    for queue in [&one, &other, &one] {
        queue.begin(&usage, Access::Read).unwrap();
    }
    settle(std::iter::once(&usage));
    assert_eq!((one.marks().len(), other.marks().len()), (1, 1));
    assert_eq!(counts(&usage), (0, 0, 2));
}

#[test]
fn commands_and_opaque_uses_begin_only_while_a_use_is_granted() {
    let usage = usage(&Call::by_hand());
    let queue = Unseen::of(&usage);
    let begins = || {
        let access = std::iter::once((&usage, Access::Read));
        let command = Ordered::default().add(access, queue.id).is_ok();
        (command, queue.begin(&usage, Access::Read).is_some())
    };
    assert_eq!(begins(), (false, false));
    usage.grant(|_| {});
    assert_eq!(begins(), (true, true));
    usage.release(|_, _| {});
    assert_eq!(begins(), (false, false));
}

#[test]
fn a_command_supersedes_what_it_is_ordered_after_and_nothing_else() {
    let queue = Queue::new(&Device::new()).unwrap();
    let usage = granted(&Call::by_hand());
    let access = || std::iter::once((&usage, Access::Write));
    let after = || {
        let mut ordered = Ordered::default();
        ordered.add(access(), QueueId::unique()).unwrap();
        ordered
    };
    for _ in 0..3 {
        after().record(access(), &queue.marker().unwrap());
    }
    assert_eq!(counts(&usage), (0, 1, 0));
    // Two threads write parts of the value: neither knows of the other's command.
    let (one, other) = (after(), after());
    let gate = Simulation::new();
    let device = Device::builder().simulated(&gate).build();
    for ordered in [one, other] {
        let pending = Queue::new(&device).unwrap().marker().unwrap();
        ordered.record(access(), &pending);
    }
    assert_eq!(counts(&usage), (0, 2, 0));
}

#[test]
fn a_record_that_is_used_again_is_as_new() {
    let call = Call::by_hand();
    let queue = Queue::new(&Device::new()).unwrap();
    let looks = |usage: &Use| {
        let was_opened = usage.was_opened();
        usage.with(|state| {
            let dependencies = format!("{:?}", state.dependencies);
            (was_opened, state.phase, state.open.len(), dependencies)
        })
    };
    let used = granted(&call);
    let unseen = Unseen::of(&granted(&call));
    unseen.begin(&used, Access::Read).unwrap();
    used.with(|state| {
        let (dependencies, event) = (&mut state.dependencies, queue.marker().unwrap());
        let mut discarded = Discarded::default();
        for access in [Access::Write, Access::Read] {
            dependencies.record(access, event.clone(), Recorded::default(), &mut discarded);
        }
        dependencies.poison = Some(Arc::new(Poison {
            by: call.origin(),
            reason: Reason::Dropped,
        }));
    });
    drop(used);
    let mut new = Dependencies::default();
    new.relies = true;
    let new = format!("{new:?}");
    assert_eq!(looks(&usage(&call)), (false, Phase::Acquired, 0, new));
}
