//! [`Report`]: all waits of the process at one moment.

use super::cycle;
use super::look::{Actor, Line, Scene};
use crate::call::Activity;
use crate::error::Origin;
use crate::util::primitives::Arc;
use std::fmt;

/// All waits of this process for resources and, on the host, for devices, as they were at one moment.
///
/// Displayed, it is some lines for each wait, or one that says that nothing waits.
#[derive(Clone, Debug)]
pub struct Report {
    waits: Vec<Wait>,
}

/// One wait.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The resource's name, or else its parameter's.
    pub resource: Arc<str>,
    /// Who waits.
    pub by: Party,
    /// Who holds the resource; empty if devices are waited for, and where the turn has just come.
    pub holders: Vec<Holder>,
    /// If the wait is part of a cycle, which no waiting ends: how each of its calls waits for the next.
    pub cycle: Option<String>,
    for_device: bool,
    pub(super) place: (u64, usize),
}

/// A call of a pipeline, or an allocation made by hand.
#[derive(Clone, Debug)]
pub struct Party {
    /// The pipeline and its current stage.
    pub origin: Origin,
    is_manual: bool,
}

/// Who holds a resource, and why it still does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Holder {
    /// The call; `None` for a pinned version.
    pub by: Option<Party>,
    /// What it is doing, in words.
    pub doing: String,
}

/// All waits right now. Takes each resource's lock for a moment; meant for when something is wrong, not for every
/// frame.
pub fn report() -> Report {
    let scene = Scene::now();
    let turns = scene.lines.iter().flat_map(|line| {
        let waiting = line.waiting.iter();
        waiting.filter_map(|call| turn(&scene, line, *call))
    });
    let devices = scene.calls.values().filter_map(at_device);
    Report {
        waits: turns.chain(devices).collect(),
    }
}

impl Report {
    /// The waits.
    pub fn waits(&self) -> &[Wait] {
        &self.waits
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waits.is_empty()
    }
}

/// The wait of `call` for its turn in `line`.
fn turn(scene: &Scene, line: &Line, call: u64) -> Option<Wait> {
    let holders = line.holders.iter().map(|holder| match holder {
        None => Some(Holder {
            by: None,
            doing: "is kept".to_owned(),
        }),
        Some(holder) => {
            let actor = scene.calls.get(holder)?;
            Some(Holder {
                by: Some(Party::of(actor)),
                doing: doing(scene, *holder, actor),
            })
        }
    });
    Some(Wait {
        resource: line.resource.clone(),
        by: Party::of(scene.calls.get(&call)?),
        holders: holders.flatten().collect(),
        cycle: cycle::through(scene, call),
        for_device: false,
        place: line.place,
    })
}

fn at_device(actor: &Actor) -> Option<Wait> {
    let Activity::WaitingForDevice(name) = &actor.activity else {
        return None;
    };
    Some(Wait {
        resource: name.text(),
        by: Party::of(actor),
        holders: Vec::new(),
        cycle: None,
        for_device: true,
        place: (0, 0),
    })
}

/// What a call that holds something is doing, in words.
fn doing(scene: &Scene, call: u64, actor: &Actor) -> String {
    if let Some(line) = scene.wants(call).next() {
        return format!("waits for its turn with `{}`", line.resource);
    }
    match &actor.activity {
        Activity::WaitingForDevice(name) => {
            format!("waits for a device to be done with `{}`", name.text())
        }
        _ if actor.is_manual => "is held".to_owned(),
        Activity::NotPolled => "was never polled".to_owned(),
        Activity::Running => "is running".to_owned(),
        Activity::Ending => "waits for the end of its commands".to_owned(),
        Activity::Suspended => "is suspended, or was forgotten".to_owned(),
    }
}

impl Party {
    fn of(actor: &Actor) -> Self {
        Party {
            origin: actor.origin,
            is_manual: actor.is_manual,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin {
            pipeline,
            stage,
            call,
        } = self.origin;
        if self.is_manual {
            write!(f, "an allocation made by hand (call {call})")
        } else {
            write!(f, "call {call} of `{pipeline}` in stage `{stage}`")
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wait { resource, by, .. } = self;
        if self.for_device {
            return write!(f, "{by} waits for a device to be done with `{resource}`");
        }
        write!(f, "{by} waits for its turn with `{resource}`")?;
        for Holder { by, doing } in &self.holders {
            match by {
                Some(by) => write!(f, "\n  held by {by}, which {doing}")?,
                None => write!(f, "\n  held by a pinned version, which {doing}")?,
            }
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
        Ok(())
    }
}
