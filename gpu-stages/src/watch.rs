//! [`Watch`]: somebody who wants to know what orders the uses of resources, such as a hazard checker.
//!
//! The core tells what happens and knows nothing of what is made of it. Nobody watches a resource until it comes to
//! a queue whose device is watched.

use crate::call::Call;
use crate::event::Event;
use crate::lease::Lease;
use crate::sync::Arc;
use crate::terms::Mode;
use crate::track::Access;
use std::fmt::Debug;

/// One granted use of one value.
#[derive(Clone, Copy, Debug)]
pub struct User {
    /// The call, and which of its allocations this is.
    pub key: (u64, usize),
    /// The watcher's number of the slot.
    pub slot: u64,
    /// The slot's place in its resource.
    pub place: usize,
    /// Whether others may use the value at the same time.
    pub shared: bool,
}

/// A watcher. The calls come in the order in which things happen, those of a slot under its ledger's lock.
pub trait Watch: Debug + Send + Sync {
    /// Numbers the slots of a resource; returns the first number.
    fn adopt(&self, slots: usize) -> u64;

    /// Nobody uses these slots any more.
    fn forget(&self, first: u64, slots: usize);

    /// The calling thread is going to look at events, on behalf of whoever it names next.
    fn look(&self);

    /// The user's turn has come, after looking at the events of the users before.
    fn granted(&self, user: User);

    /// The call has waited for those of the events looked at that are over, and will not hear of them again.
    fn learned(&self, call: u64);

    /// The call has awaited the events looked at, which had been pending.
    fn awaited(&self, call: u64);

    /// What these users use on a queue and is not seen begins or ends with the barrier or marker that the calling
    /// thread enqueues next.
    fn unseen(&self, uses: &[((u64, usize), Access)]);

    /// The user is on the host from now on.
    fn begins(&self, user: User, access: Access, call: &Call);

    /// The user is not on the host any more.
    fn ends(&self, user: User);

    /// The user leaves, after looking at the events of earlier users.
    fn left(&self, user: User);

    /// Somebody looked at events of these slots, and users to come will not hear of those that were over.
    fn cleared(&self, first: u64, slots: usize);
}

/// A resource's slots, as its watcher knows them.
#[derive(Debug)]
pub(crate) struct Adopted {
    watch: Arc<dyn Watch>,
    first: u64,
    slots: usize,
}

impl Adopted {
    pub fn by(watch: Arc<dyn Watch>, slots: usize) -> Self {
        let first = watch.adopt(slots);
        Adopted {
            watch,
            first,
            slots,
        }
    }

    #[cold]
    pub fn look(&self) {
        self.watch.look();
    }

    pub fn cleared(&self) {
        self.watch.cleared(self.first, self.slots);
    }

    /// A user whose turn has come.
    #[cold]
    pub fn granted(&self, place: usize, lease: &Lease, mode: Mode) -> Watched {
        let user = User {
            key: lease.key(),
            slot: self.first + place as u64,
            place,
            shared: mode == Mode::Read,
        };
        self.watch.granted(user);
        let watch = self.watch.clone();
        Watched(Box::new(Parts {
            watch,
            user,
            own: None,
        }))
    }
}

impl Drop for Adopted {
    fn drop(&mut self) {
        self.watch.forget(self.first, self.slots);
    }
}

/// A use that is watched.
#[derive(Debug)]
pub(crate) struct Watched(Box<Parts>);

#[derive(Debug)]
struct Parts {
    watch: Arc<dyn Watch>,
    user: User,
    /// The slot of a value of one's own.
    #[allow(dead_code, reason = "it is forgotten when it is dropped")]
    own: Option<Adopted>,
}

impl Watched {
    /// The use of a value of one's own.
    pub fn alone(watch: Arc<dyn Watch>, lease: &Lease) -> Self {
        let own = Adopted::by(watch, 1);
        let mut watched = own.granted(0, lease, Mode::Update);
        watched.0.own = Some(own);
        watched
    }

    pub fn look(&self) {
        self.0.watch.look();
    }

    pub fn learned(&self) {
        self.0.watch.learned(self.0.user.key.0);
    }

    /// Whether both are watched by the same.
    pub fn has_watch_of(&self, other: &Watched) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.0.watch), Arc::as_ptr(&other.0.watch))
    }

    /// The use has found these to be over.
    pub fn saw<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        self.look_at(events);
        self.learned();
    }

    /// The use has awaited these.
    pub fn awaited<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        self.look_at(events);
        self.0.watch.awaited(self.0.user.key.0);
    }

    fn look_at<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        self.look();
        // Looking is what is noted.
        events.for_each(|event| drop(event.known()));
    }

    pub fn begins(&self, access: Access, call: &Call) {
        self.0.watch.begins(self.0.user, access, call);
    }

    pub fn ends(&self) {
        self.0.watch.ends(self.0.user);
    }

    pub fn left(&self) {
        self.0.watch.left(self.0.user);
    }
}
