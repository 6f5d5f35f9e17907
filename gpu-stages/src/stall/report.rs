//! [`Report`]: all waits of the process at one moment.

use super::cause::Causes;
use super::cycle::Cycles;
use super::party::{Holder, Party};
use super::scene::{Actor, Line, Scene};
use super::text;
use crate::call::Activity;
use crate::sync::event::WaitKey;
use crate::sync::waits::Waiter;
use crate::util::primitives::Arc;
use std::fmt;

/// As many waits are told, and of each as many holders; of the rest only the number is.
const WAITS: usize = 1000;
const HOLDERS: usize = 8;

/// All waits of this process, as they were at one moment: for resources, for devices, for the end of commands, for blocking
/// stages, and those in [`Event::wait`](crate::Event::wait) and `Queue::finish`.
///
/// Displayed, it is some lines for each wait, or one that says that nothing waits. It tells the first thousand waits, and how
/// many there are besides.
#[derive(Clone, Debug)]
pub struct Report {
    waits: Vec<Wait>,
    more: usize,
}

/// One wait.
#[derive(Clone, Debug)]
pub struct Wait {
    pub(super) key: Key,
    by: Option<Party>,
    resource: Option<Arc<str>>,
    /// What it waits for, in words.
    doing: String,
    holders: Vec<Holder>,
    more_holders: usize,
    cycle: Option<String>,
    /// The command that keeps a device busy, in words.
    pending: Option<String>,
}

/// Tells a wait from others while it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Turn { place: (u64, usize), call: u64 },
    Device { call: u64 },
    Other(WaitKey),
}

/// All waits right now. Takes each resource's lock for a moment; meant for when something is wrong, not for every
/// frame. Its time grows linearly with the number of calls and waits.
pub fn report() -> Report {
    let scene = Scene::now();
    let (mut cycles, mut causes) = (Cycles::of(&scene), Causes::default());
    let mut waits = Vec::new();
    let mut more = 0;
    let mut tell = |wait: &mut dyn FnMut() -> Option<Wait>| {
        if waits.len() < WAITS {
            waits.extend(wait());
        } else {
            more += 1;
        }
    };
    for line in &scene.lines {
        for call in &line.waiting {
            tell(&mut || turn(&scene, line, *call, &mut cycles));
        }
    }
    for (call, actor) in &scene.calls {
        if is_at_device(&actor.activity) {
            tell(&mut || Some(at_device(*call, actor, &mut causes)));
        }
    }
    for waiter in &scene.others {
        tell(&mut || Some(other(&scene, waiter, &mut causes)));
    }
    Report { waits, more }
}

impl Report {
    /// The waits.
    pub fn waits(&self) -> &[Wait] {
        &self.waits
    }

    /// How many waits there are besides.
    pub fn more(&self) -> usize {
        self.more
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waits.is_empty()
    }
}

impl Wait {
    /// The call that waits; none for a wait outside of all calls.
    pub fn by(&self) -> Option<&Party> {
        self.by.as_ref()
    }

    /// The resource that is waited for, by its own name or its parameter's; none for waits that are for no resource.
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// The calls and pinned versions that hold the resource. Empty if devices are waited for, and where the turn has just
    /// come. Of more than eight, the first eight.
    pub fn holders(&self) -> &[Holder] {
        &self.holders
    }

    /// If the wait is part of a cycle, which no waiting ends: how each of its calls waits for the next.
    pub fn cycle(&self) -> Option<&str> {
        self.cycle.as_deref()
    }

    /// Whether devices are waited for, and not the release of a resource.
    pub fn is_for_device(&self) -> bool {
        self.pending.is_some() || matches!(self.key, Key::Device { .. })
    }

    fn new(key: Key, by: Option<Party>, doing: String) -> Self {
        Wait {
            key,
            by,
            resource: None,
            doing,
            holders: Vec::new(),
            more_holders: 0,
            cycle: None,
            pending: None,
        }
    }
}

/// The wait of `call` for its turn in `line`.
fn turn(scene: &Scene, line: &Line, call: u64, cycles: &mut Cycles<'_>) -> Option<Wait> {
    let by = Party::of(scene.calls.get(&call)?);
    let key = Key::Turn {
        place: line.place,
        call,
    };
    let holders = line.holders.iter().take(HOLDERS);
    let holders = holders.filter_map(|holder| match holder {
        None => Some(Holder::pin()),
        Some(holder) => {
            let actor = scene.calls.get(holder)?;
            let doing = text::doing(scene, actor);
            Some(Holder::call(Party::of(actor), doing))
        }
    });
    Some(Wait {
        resource: Some(line.resource.clone()),
        holders: holders.collect(),
        more_holders: line.holders.len().saturating_sub(HOLDERS),
        cycle: cycles.through(call),
        ..Wait::new(key, Some(by), text::waits_for_turn(&line.resource))
    })
}

/// Whether a call waits for devices that are not done.
fn is_at_device(activity: &Activity) -> bool {
    match activity {
        Activity::WaitingForDevice(_, event) | Activity::Ending(_, event) => {
            !event.ask().is_terminal()
        }
        _ => false,
    }
}

fn at_device(call: u64, actor: &Actor, causes: &mut Causes) -> Wait {
    let (resource, pending) = match &actor.activity {
        Activity::WaitingForDevice(name, event) | Activity::Ending(name, event) => {
            (Some(name.text()), causes.of_event(event))
        }
        _ => (None, None),
    };
    let doing = match (&actor.activity, &resource) {
        (Activity::Ending(..), Some(resource)) => {
            format!("waits for the end of its commands, now of one on `{resource}`")
        }
        (_, resource) => text::waits_for_device(resource.as_deref().unwrap_or("unnamed")),
    };
    Wait {
        resource,
        pending,
        ..Wait::new(Key::Device { call }, Some(Party::of(actor)), doing)
    }
}

/// A wait that belongs to no use of a resource.
fn other(scene: &Scene, waiter: &Waiter, causes: &mut Causes) -> Wait {
    let by = scene.calls.get(&waiter.call).map(Party::of);
    let mut doing = text::waits_for(waiter);
    if let (None, Some(thread)) = (&by, &waiter.thread) {
        doing = format!("thread `{thread}` {doing}");
    } else if by.is_none() {
        doing = format!("a task {doing}");
    }
    Wait {
        pending: causes.of_waiter(waiter),
        ..Wait::new(Key::Other(waiter.key), by, doing)
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(by) = &self.by {
            write!(f, "{by} ")?;
        }
        f.write_str(&self.doing)?;
        for holder in &self.holders {
            write!(f, "\n  held by {holder}")?;
        }
        if self.more_holders > 0 {
            write!(f, "\n  and by {} more", self.more_holders)?;
        }
        if let Some(pending) = &self.pending {
            write!(f, "\n  {pending}")?;
        }
        match &self.cycle {
            Some(cycle) => write!(f, "\n  a cycle: {cycle}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.waits.is_empty() {
            return f.write_str("nothing waits");
        }
        for (index, wait) in self.waits.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{wait}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\nand {more} waits more"),
        }
    }
}
