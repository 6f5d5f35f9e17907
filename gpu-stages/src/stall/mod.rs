//! Why nothing moves: who waits for what, and who holds it.
//!
//! No interleaving of calls deadlocks on acquisition. What no library can mend is a future that is kept but neither
//! polled nor dropped, and a stage that waits for what cannot come before the stage has ended. Then [`report`] names
//! who holds what, and so does the log when a wait takes longer than [`set_timeout`] says.
//!
//! ```
//! use gpu_stages::{Resource, Result, gpu_pipeline, stall};
//!
//! #[gpu_pipeline]
//! async fn count(#[updates] total: u64) -> Result<u64> {
//!     total += 1;
//!     Ok(total)
//! }
//!
//! # futures::executor::block_on(async {
//! let total = Resource::new(0);
//! let first = count(&total);
//! let mut second = Box::pin(count(&total));
//! assert!(futures::poll!(&mut second).is_pending());
//! let report = stall::report().to_string();
//! // call 2 of `count` in stage `stage 1` waits for its turn with `total`
//! //   held by call 1 of `count` in stage `stage 1`, which was never polled
//! assert!(report.contains("`total`") && report.contains("never polled"), "{report}");
//! # drop(first);
//! # });
//! ```

mod cycle;
mod look;
pub(crate) mod registry;
mod watch;

use crate::call::Doing;
use crate::error::Origin;
use crate::sync::Arc;
use look::{Actor, Line, Scene};
use std::fmt;
pub(crate) use watch::note_wait;
pub use watch::set_timeout;

/// All waits of this process for resources and, on the host, for devices, as they were at one moment.
///
/// Displayed, it is some lines for each wait, or one that says that nobody waits.
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
    /// If nobody can go on by waiting: how each of those in question keeps the next from going on.
    pub cycle: Option<String>,
    for_device: bool,
    place: (usize, usize),
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

    /// Whether nobody waits.
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
    Some(Wait {
        resource: actor.at_device.clone()?,
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
    match (actor.doing, &actor.at_device) {
        (_, Some(resource)) => format!("waits for a device to be done with `{resource}`"),
        _ if actor.is_manual => "is held".to_owned(),
        (Doing::Nothing, _) => "was never polled".to_owned(),
        (Doing::Running, _) => "is running".to_owned(),
        (Doing::Ending, _) => "waits for the end of its commands".to_owned(),
        (Doing::Suspended | Doing::WaitingForDevice(_), _) => {
            "is suspended, or was forgotten".to_owned()
        }
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
            return f.write_str("nobody waits");
        }
        for (index, wait) in self.waits.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{wait}")?;
        }
        Ok(())
    }
}
