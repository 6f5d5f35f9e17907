//! [`Lease`]: the right to one allocation of a call, and the account of its use.

use crate::call::Call;
use crate::error::{Error, Failure, Site};
use crate::event::{Event, Events, Status};
use crate::order::QueueId;
use crate::sync::Arc;
use crate::terms::Grant;
use crate::timeline;
use crate::track::{Access, Bad, Ended, Needs, Open, Seen, Track, Unseen};
use smallvec::SmallVec;

/// One allocation's account in its call. Views and guards carry it.
///
/// An allocation is without one until its turn comes, and while the host alone uses it if nothing was left behind by
/// others: there is nothing to keep account of. Its guard opens one before devices or watchers come into it, if it was
/// not said from the start that it will be used on a queue.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    /// None of an allocation that was made by hand, while the ledger does not know of it.
    call: Option<Call>,
    index: usize,
}

/// The index of an account that was not opened.
const WITHOUT: usize = usize::MAX;

impl Lease {
    /// The account number `index` of `call`, or none yet.
    #[inline]
    pub fn new(call: Call, index: Option<usize>) -> Self {
        let index = index.unwrap_or(WITHOUT);
        let call = Some(call);
        Lease { call, index }
    }

    /// That of an allocation made by hand, without a call until it [needs](Self::set_call) one.
    pub const BY_HAND: Lease = Lease {
        call: None,
        index: WITHOUT,
    };

    pub fn set_call(&mut self, call: Call) {
        self.call = Some(call);
    }

    /// Whether there is an account.
    #[inline]
    pub fn has_account(&self) -> bool {
        self.index != WITHOUT
    }

    /// Opens the account.
    pub fn open_account(&mut self, track: Track) {
        self.index = self.call().open_account(track);
    }

    #[inline]
    pub fn call(&self) -> &Call {
        let call = self.call.as_ref();
        call.unwrap_or_else(|| unreachable!("it has come forward"))
    }

    /// The call, if it has one by now.
    pub fn known_call(&self) -> Option<&Call> {
        self.call.as_ref()
    }

    /// What tells this allocation from all others.
    pub fn key(&self) -> (u64, usize) {
        (self.call().id(), self.index)
    }

    /// Whether this use has begun to write.
    pub fn is_dirty(&self) -> bool {
        self.with(|track| track.dirty)
    }

    /// This use of the resource, for messages.
    pub fn site(&self) -> Box<Site> {
        self.call().site(self.index)
    }

    pub fn load(&self, grant: Grant) {
        self.with(|track| track.load(grant));
    }

    pub fn accept(&self) {
        let mut garbage = Events::new();
        self.with(|track| track.accept(&mut garbage));
    }

    /// Looks at the track with `look`, unless the contents are known to be bad.
    ///
    /// # Errors
    ///
    /// They are poisoned, or left by a command that has failed.
    pub fn checked<R>(&self, look: impl FnOnce(&mut Track) -> R) -> Result<R, Error> {
        let looked = self.with(|track| match track.bad() {
            None => Ok(look(track)),
            Some(bad) => Err(bad),
        });
        looked.map_err(|bad| match bad {
            Bad::Poisoned(poison) => Error::Poisoned {
                site: self.site(),
                poison: (*poison).clone(),
            },
            Bad::Failed(event) => match event.known() {
                Status::Failed(failure) => self.failed(failure),
                _ => unreachable!("an event that was noted to have failed has failed"),
            },
        })
    }

    /// What a use on the host must wait for.
    pub fn needs(&self, access: Access) -> Needs {
        let mut needs = Needs::default();
        self.with(|track| track.needs(access, None, &mut needs));
        needs
    }

    /// Notes that the host uses the value, having waited for what that needs.
    pub fn host_use(&self, access: Access) {
        let mut garbage = Events::new();
        self.with(|track| track.host_use(access, &mut garbage));
    }

    /// Notes whether the host waits for devices, for this allocation's sake.
    pub fn set_waiting(&self, is_waiting: bool) {
        timeline::waits_for_device(self, is_waiting);
        if is_waiting {
            self.call().set_waiting(self.index);
        } else {
            self.call().set_not_waiting();
        }
    }

    /// A use begins on a queue whose commands are not seen.
    pub fn open(&self, open: Open) {
        self.call().set_opened();
        let old = self.with(|track| track.open.replace(open));
        drop(old);
    }

    /// Whether a use is open that `queue` is to mark the end of.
    pub fn is_open_on(&self, queue: &Arc<dyn Unseen>) -> bool {
        let is_it = |open: &Open| std::ptr::addr_eq(Arc::as_ptr(&open.queue), Arc::as_ptr(queue));
        self.with(|track| track.open.as_ref().is_some_and(is_it))
    }

    /// The error for this use of data that `failure` left behind.
    pub fn failed(&self, failure: Arc<Failure>) -> Error {
        self.call().failed(self.index, failure)
    }

    /// Has the end of the call wait for a command that writes nothing.
    pub fn end_behind(&self, event: Event) {
        self.call().end_behind(self.index, event);
    }

    /// Ends the use. The call keeps its last writes to see how they end.
    pub fn end(&self) -> Ended {
        settle(&[self]);
        self.call().end(self.index)
    }

    fn with<R>(&self, f: impl FnOnce(&mut Track) -> R) -> R {
        self.call().with(self.index, f)
    }
}

/// One of the uses that begin together.
pub(crate) trait Used {
    fn lease(&self) -> &Lease;
    fn access(&self) -> Access;
}

impl Used for (&Lease, Access) {
    fn lease(&self) -> &Lease {
        self.0
    }

    fn access(&self) -> Access {
        self.1
    }
}

/// What uses that begin together are behind.
#[derive(Debug, Default)]
pub(crate) struct Before {
    pub needs: Needs,
    /// For each use, what its track had seen.
    pub seen: SmallVec<[Seen; 8]>,
}

impl Before {
    /// What `uses` on queue `on` must be behind; the one among them that is handed on already.
    pub fn of<U: Used>(uses: &[U], on: QueueId) -> Result<Self, &Lease> {
        let mut before = Before::default();
        for group in by_call(uses) {
            let call = group[0].lease().call();
            call.with_tracks(|tracks| {
                for used in group {
                    let track = &tracks[used.lease().index];
                    if track.handed_on {
                        return Err(used.lease());
                    }
                    let seen = track.needs(used.access(), Some(on), &mut before.needs);
                    before.seen.push(seen);
                }
                Ok(())
            })?;
        }
        Ok(before)
    }

    /// Notes the command that `uses` stand for with their tracks.
    pub fn record<U: Used>(&self, uses: &[U], event: &Event) {
        let mut garbage = Events::new();
        let mut seen = self.seen.iter();
        for group in by_call(uses) {
            let call = group[0].lease().call();
            call.with_tracks(|tracks| {
                for (used, seen) in group.iter().zip(&mut seen) {
                    let track = &mut tracks[used.lease().index];
                    track.record(used.access(), event.clone(), *seen, &mut garbage);
                }
            });
        }
    }
}

/// The uses in groups that are of one call, so that its lock is taken once for each.
fn by_call<U: Used>(uses: &[U]) -> impl Iterator<Item = &[U]> {
    uses.chunk_by(|one, other| one.lease().call().is(other.lease().call()))
}

/// Marks the end of those uses of `leases` that are open, with one marker for each queue.
#[inline]
pub(crate) fn settle(leases: &[&Lease]) {
    if leases.iter().any(|lease| lease.call().has_opened()) {
        close(leases);
    }
}

#[cold]
fn close(leases: &[&Lease]) {
    let mut opens: SmallVec<[(&Lease, Open); 4]> = SmallVec::new();
    for lease in leases.iter().filter(|lease| lease.call().has_opened()) {
        if let Some(open) = lease.with(|track| track.open.take()) {
            opens.push((lease, open));
        }
    }
    opens.sort_by_key(|(_, open)| open.queue.id());
    for uses in opens.chunk_by(|(_, one), (_, other)| one.queue.id() == other.queue.id()) {
        close_with_one(uses);
    }
}

/// Ends uses that are on one queue.
fn close_with_one(uses: &[(&Lease, Open)]) {
    let queues: SmallVec<[&dyn Unseen; 4]> = uses.iter().map(|(_, open)| &*open.queue).collect();
    if let Some(watch) = queues[0].watch() {
        let ends = uses.iter().map(|(lease, open)| (lease.key(), open.access));
        watch.unseen(&ends.collect::<SmallVec<[_; 4]>>());
    }
    let event = queues[0].mark(&queues[1..]);
    let mut garbage = Events::new();
    for (lease, open) in uses {
        lease.with(|track| track.close(open, event.clone(), &mut garbage));
    }
    let only_read = uses.iter().all(|(_, open)| open.access == Access::Read);
    if let (Some(event), true) = (event, only_read) {
        uses[0].0.end_behind(event);
    }
}
