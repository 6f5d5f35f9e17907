//! What calls are doing, in words.

use super::scene::{Actor, Scene};
use crate::call::Activity;
use crate::sync::waits::{AwaitedThing, Waiter};
use crate::util::primitives::Ordering;

const NOT_POLLED: &str = "and was not polled since";

pub(super) fn waits_for_turn(resource: &str) -> String {
    format!("waits for its turn with `{resource}`")
}

/// What a call that holds something is doing.
pub(super) fn doing(scene: &Scene, actor: &Actor) -> String {
    match actor.wants.first() {
        Some(line) => waits_for_turn(&scene.lines[*line].resource),
        None => doing_without_turn(actor),
    }
}

/// What a call is doing that waits for no turn.
pub(super) fn doing_without_turn(actor: &Actor) -> String {
    if let Some(resource) = &actor.woken_for {
        return format!("was woken for its turn with `{resource}`, {NOT_POLLED}");
    }
    match &actor.activity {
        Activity::WaitingForDevice(name, event) => {
            let name = name.text();
            return match event.ask().is_terminal() {
                true => format!("was woken because devices are done with `{name}`, {NOT_POLLED}"),
                false => waits_for_device(&name),
            };
        }
        Activity::Ending(_, event) if event.ask().is_terminal() => {
            return format!("was woken because a command is over, {NOT_POLLED}");
        }
        Activity::Ending(..) => return "waits for the end of its commands".to_owned(),
        _ => {}
    }
    if let Some(waiter) = actor.others.last() {
        return waits_for(waiter);
    }
    match actor.activity {
        _ if actor.is_manual => "is held",
        Activity::NotPolled => "was never polled",
        Activity::Running => "is running",
        _ => "is suspended for something that the library does not know, or was forgotten",
    }
    .to_owned()
}

pub(super) fn waits_for_device(resource: &str) -> String {
    format!("waits for a device to be done with `{resource}`")
}

/// What a wait waits for that belongs to no use of a resource.
pub(super) fn waits_for(waiter: &Waiter) -> String {
    match &waiter.awaited {
        AwaitedThing::Event(event) if event.ask().is_terminal() => {
            format!("was woken because an event is over, {NOT_POLLED}")
        }
        AwaitedThing::Event(_) => "waits for an event".to_owned(),
        AwaitedThing::Queue(..) => "waits in `Queue::finish`".to_owned(),
        AwaitedThing::BlockingStage(progress) => {
            let is_over = progress.is_over.load(Ordering::Relaxed);
            let has_begun = progress.has_begun.load(Ordering::Relaxed);
            match (is_over, has_begun) {
                (true, _) => {
                    format!("was woken because its blocking stage is over, {NOT_POLLED}")
                }
                (false, true) => "runs its blocking stage".to_owned(),
                (false, false) => "waits for a thread for its blocking stage".to_owned(),
            }
        }
    }
}
