//! The words in which a ledger and its users talk: what is asked, granted and left behind.

use crate::error::{Origin, Poison};
use crate::event::{Event, Events};
use crate::order::QueueId;
use crate::panics::wake_all;
use crate::sync::Arc;
use smallvec::SmallVec;
use std::task::Waker;

/// What a user does with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Shared use of the newest version.
    Read,
    /// Exclusive use of the newest version, in place.
    Update,
    /// A new version in the next slot.
    Write,
}

/// Where a user begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not known.
    Anywhere,
    /// On the host.
    Host,
    /// On this queue.
    Queue(QueueId),
}

/// What a call calls a resource: a parameter, or one of those that a parameter lists.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    name: &'static str,
    part: Option<u32>,
}

impl Parameter {
    pub(crate) fn named(name: &'static str) -> Self {
        Parameter { name, part: None }
    }

    pub(crate) fn part(name: &'static str, index: usize) -> Self {
        Parameter {
            name,
            part: u32::try_from(index).ok(),
        }
    }

    /// The name, if it is that of one parameter.
    #[inline]
    pub(crate) fn name(self) -> Option<&'static str> {
        self.part.is_none().then_some(self.name)
    }

    /// For messages: `name` or `name[index]`.
    pub(crate) fn text(self) -> Arc<str> {
        match self.part {
            None => self.name.into(),
            Some(index) => format!("{}[{index}]", self.name).into(),
        }
    }
}

pub type UserId = u32;

/// What a user asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub mode: Mode,
    /// The pin that lets it into the slot before those who wait for pins to end.
    pub pin: Option<UserId>,
    pub place: Place,
    pub parameter: Parameter,
}

/// How a ledger knows a user.
#[derive(Clone, Copy, Debug)]
pub enum Known {
    Entered(UserId),
    /// Not at all: it came alone. If it is to know, it will have to know what the call calls the resource.
    Alone(&'static str),
}

/// A user that was entered, or came alone.
#[derive(Clone, Copy, Debug)]
pub struct Entered {
    pub user: Known,
    pub slot: usize,
    /// Whether its turn came at once.
    pub granted: bool,
    /// Its account in its call, if it needs one from the start.
    pub account: Option<usize>,
}

impl Entered {
    /// One that came alone, and has its turn.
    #[inline]
    pub fn alone(slot: usize, name: &'static str) -> Self {
        Entered {
            user: Known::Alone(name),
            slot,
            granted: true,
            account: None,
        }
    }
}

/// A user, as others see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub slot: usize,
    pub standing: Standing,
    /// The call; none for a pinned version.
    pub call: Option<u64>,
    /// What the call calls the resource, as far as that is known.
    pub parameter: Option<Parameter>,
}

/// How far a user has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its turn has come.
    Holding,
    /// In line, with nobody suspended on its behalf.
    InLine,
    /// In line, with a task that waits for its turn.
    Suspended,
}

/// What a user finds when its turn comes.
#[derive(Debug, Default)]
pub(crate) struct Grant {
    /// The last writes, if they may still run on a device; several only if threads wrote parts side by side.
    pub writes: Events,
    /// Reads since, for exclusive users.
    pub reads: Events,
    /// Set when the contents are half written and the user would rely on them.
    pub poison: Option<Arc<Poison>>,
}

/// A user whose version will never be written: who should have written it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orphaned(pub Origin);

/// What a user leaves behind.
#[derive(Debug)]
pub(crate) enum Legacy {
    /// It read: these of its reads may still run.
    Read(Events),
    /// It had exclusive use: what may still run, and how the contents are.
    Exclusive {
        writes: Events,
        reads: Events,
        contents: Contents,
    },
    /// It had its turn, found nothing that may still run, and enqueued nothing.
    Host(Contents),
    /// It never had its turn, or did nothing with it.
    Nothing,
}

impl Legacy {
    /// Adds to `awaited` what somebody who begins at `place` will wait for from elsewhere than its queue.
    pub fn add_elsewhere(&self, place: Place, awaited: &mut Events) {
        let (writes, reads) = match self {
            Legacy::Read(reads) => ([].as_slice(), reads.as_slice()),
            Legacy::Exclusive { writes, reads, .. } => (writes.as_slice(), reads.as_slice()),
            Legacy::Host(_) | Legacy::Nothing => return,
        };
        for event in reads.iter().chain(writes) {
            if place != Place::Queue(event.queue()) {
                awaited.push(event.clone());
            }
        }
    }
}

/// How an exclusive user leaves the contents.
#[derive(Debug)]
pub(crate) enum Contents {
    Good,
    Poisoned(Arc<Poison>),
    /// As they were: it did not begin to write.
    Untouched,
}

/// What is to be done once the lock is released.
#[derive(Debug, Default)]
pub(crate) struct After {
    pub wake: SmallVec<[Waker; 2]>,
    pub stale: Option<Waker>,
    /// Whoever is next waits for these.
    pub awaited: Events,
    /// Nobody needs these any more.
    pub events: Events,
}

impl After {
    /// Wakes whoever's turn has come; drops what nobody needs any more.
    #[inline]
    pub fn run(self) {
        let is_idle = self.wake.is_empty() && self.awaited.is_empty() && self.events.is_empty();
        if is_idle && self.stale.is_none() {
            // Nearly always. There is nothing to drop.
            std::mem::forget(self);
        } else {
            self.work_off();
        }
    }

    fn work_off(self) {
        self.awaited.iter().for_each(Event::announce);
        drop((self.stale, self.events));
        if !self.wake.is_empty() {
            wake_all(self.wake);
        }
    }
}
