//! [`Use`]: one use of a resource, or of an owned value, by a call.
//!
//! A use goes through three phases: acquired, granted, released. Guards, views and opaque uses hold handles to one pooled
//! record; commands are enqueued and opaque uses opened only while the use is granted.

use super::dependencies::{Bad, Dependencies, Needs, Recorded};
use super::handle::Call;
use super::name::ResourceName;
use crate::error::{Error, Failure, Site};
use crate::observe::{self, Awaited, Interest, Observation, UseId};
use crate::sync::access::Access;
use crate::sync::clock::QueueId;
use crate::sync::discarded::Discarded;
use crate::sync::event::{Event, Events, Status};
use crate::util::pool::{Pool, Pooled, Recycle, static_pool};
use crate::util::primitives::{Arc, AtomicBool, Mutex, Ordering, lock};
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;

/// A handle to one use.
#[derive(Clone)]
pub(crate) struct Use {
    record: Pooled<UseRecord>,
}

pub(crate) struct UseRecord {
    /// Whether there ever were opaque uses.
    was_opened: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    /// None only while the record is free.
    info: Option<Info>,
    pub phase: Phase,
    pub dependencies: Dependencies,
    /// OpaqueQueue uses whose end is not recorded yet.
    pub open: SmallVec<[Open; 1]>,
    opened: u64,
}

/// What stays the same while there is a use.
pub(super) struct Info {
    pub call: Call,
    pub number: u64,
    pub name: ResourceName,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Acquired,
    Granted,
    Released,
}

/// A queue whose commands the library does not see, so that a marker has to record their end.
pub(crate) trait OpaqueQueue: fmt::Debug + Send + Sync {
    fn id(&self) -> QueueId;

    /// Enqueues a marker after everything enqueued so far and returns its event; `None` if that is complete already. The
    /// marker ends this use and `others`, which are on the same queue: data that one of them relies on, the event relies
    /// on. `uses` are those that end, for observers.
    fn mark(&self, others: &[&dyn OpaqueQueue], uses: &[(UseId, Access)]) -> Option<Event>;

    /// The implementation, for others of its type.
    fn as_any(&self) -> &dyn Any;
}

/// An access by commands that the library does not see. It ends when its marker is recorded, and not before: until then
/// every wait for the value finds it here and records an end of its own.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub queue: Arc<dyn OpaqueQueue>,
    pub access: Access,
    /// Read when the access began: the access is ordered after everything recorded by then.
    pub recorded: Recorded,
    /// Tells the opaque accesses of one use apart.
    pub number: u64,
}

static_pool!(USES: UseRecord);

impl Recycle for UseRecord {
    type Object = ();

    fn pool() -> &'static Pool<Self> {
        &USES
    }

    fn fresh() -> Self {
        UseRecord {
            was_opened: AtomicBool::new(false),
            state: Mutex::default(),
        }
    }

    fn recycle(&self) {
        self.was_opened.store(false, Ordering::Relaxed);
        let mut state = lock(&self.state);
        state.phase = Phase::Acquired;
        state.dependencies.clear();
        state.opened = 0;
        let info = state.info.take();
        let open = (!state.open.is_empty()).then(|| std::mem::take(&mut state.open));
        drop(state);
        drop((info, open));
    }
}

impl Use {
    /// A use by `call` of the resource `name`. `relies`: whether it needs the contents that are there. If it is granted at
    /// once, `inherit` takes over what earlier uses left.
    #[inline]
    pub fn new(
        call: &Call,
        name: ResourceName,
        relies: bool,
        inherit: Option<impl FnOnce(&mut Dependencies)>,
    ) -> Self {
        let record = Pooled::<UseRecord>::take();
        let mut state = lock(&record.state);
        state.info = Some(Info {
            call: call.clone(),
            number: call.next_use(),
            name,
        });
        state.dependencies.relies = relies;
        if let Some(inherit) = inherit {
            state.phase = Phase::Granted;
            inherit(&mut state.dependencies);
        }
        drop(state);
        Use { record }
    }

    #[inline]
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut lock(&self.record.state))
    }

    /// The use is granted; `inherit` takes over what earlier uses left.
    #[inline]
    pub fn grant(&self, inherit: impl FnOnce(&mut Dependencies)) {
        self.with(|state| {
            state.phase = Phase::Granted;
            inherit(&mut state.dependencies);
        });
    }

    /// The use is released: the end of its call waits for its last writes, and `leave` takes what later uses must be ordered
    /// after. What opaque uses still enqueue is not part of this use any more.
    #[inline]
    pub fn release(&self, leave: impl FnOnce(&Call, &mut Dependencies)) {
        self.with(|state| {
            state.phase = Phase::Released;
            let State {
                info, dependencies, ..
            } = state;
            let Some(info) = info else { return };
            if dependencies.has_written {
                for event in &dependencies.writes {
                    info.call.end_after(info.name.clone(), event.clone());
                }
            }
            leave(&info.call, dependencies);
        });
    }

    /// Whether the use has begun to write.
    pub fn is_dirty(&self) -> bool {
        self.with(|state| state.dependencies.is_dirty)
    }

    pub fn id(&self) -> UseId {
        self.with(|state| state.info().id())
    }

    pub fn call(&self) -> Call {
        self.with(|state| state.info().call.clone())
    }

    pub fn name(&self) -> ResourceName {
        self.with(|state| state.info().name.clone())
    }

    fn call_and_name(&self) -> (Call, ResourceName) {
        self.with(|state| {
            let info = state.info();
            (info.call.clone(), info.name.clone())
        })
    }

    /// This use of the resource, for messages.
    pub fn site(&self) -> Box<Site> {
        let (call, name) = self.call_and_name();
        call.site(&name)
    }

    /// Runs `f` on the dependencies, unless the contents are known to be bad.
    ///
    /// # Errors
    ///
    /// The contents are poisoned, or were written by a command that has failed.
    #[inline]
    pub fn checked<R>(&self, f: impl FnOnce(&mut Dependencies) -> R) -> Result<R, Error> {
        let checked = self.with(|state| match state.dependencies.bad() {
            None => Ok(f(&mut state.dependencies)),
            Some(bad) => Err(bad),
        });
        checked.map_err(|bad| self.bad(bad))
    }

    /// The error for this use of bad contents.
    #[cold]
    fn bad(&self, bad: Bad) -> Error {
        match bad {
            Bad::Poisoned(poison) => {
                poison.failure().into_iter().for_each(Failure::claim);
                Error::Poisoned {
                    site: self.site(),
                    poison: (*poison).clone(),
                }
            }
            Bad::Failed(event) => match event.known() {
                Status::Failed(failure) => self.failed(failure),
                _ => unreachable!("an event that was noted to have failed has failed"),
            },
        }
    }

    /// What an access on the host must wait for.
    pub fn host_needs(&self, access: Access) -> Needs {
        let mut needs = Needs::default();
        self.with(|state| state.dependencies.add_needs(access, None, &mut needs));
        needs
    }

    /// Records that the host has waited for what `access` needs and now accesses the value.
    pub fn record_host(&self, access: Access) {
        let mut discarded = Discarded::default();
        self.with(|state| state.dependencies.record_host(access, &mut discarded));
    }

    /// The contents were accepted as they are.
    pub fn accept(&self) {
        let mut discarded = Discarded::default();
        let call = self.with(|state| {
            state.dependencies.accept(&mut discarded);
            state.info().call.id()
        });
        observe_completed(call, &discarded.completed);
    }

    /// Notes that the host waits for devices to be done with the resource, from now on for `event`; `None` for no more.
    pub fn set_awaited(&self, event: Option<Event>) {
        let before = self.with(|state| {
            let info = state.info();
            let awaited = event.map(|event| (info.name.clone(), event));
            info.call.replace_awaited(awaited)
        });
        // Not under the lock: dropping an event may run code of a backend.
        drop(before);
    }

    /// Tells observers whether the host waits, and for what.
    #[inline]
    pub fn observe_wait(&self, awaited: Awaited, is_waiting: bool) {
        if observe::wants(Interest::WAITS) {
            self.tell_of_wait(awaited, is_waiting);
        }
    }

    #[cold]
    fn tell_of_wait(&self, awaited: Awaited, is_waiting: bool) {
        let (call, name) = self.call_and_name();
        let (id, moment) = (self.id(), call.moment());
        observe::emit(Interest::WAITS, || match is_waiting {
            true => Observation::WaitBegan {
                id,
                resource: name.text(),
                awaited,
                moment,
            },
            false => Observation::WaitEnded {
                id,
                awaited,
                moment,
            },
        });
    }

    /// The error for this use of data that `failure` left behind.
    pub fn failed(&self, failure: Arc<Failure>) -> Error {
        let (call, name) = self.call_and_name();
        call.failed(&name, failure)
    }

    /// The end of the call waits for `event`, which writes nothing.
    pub fn end_after(&self, event: Event) {
        let (call, name) = self.call_and_name();
        call.end_tells_of(event.clone());
        call.end_after(name, event);
    }

    /// The last writes that may still run.
    pub fn writes(&self) -> Events {
        self.with(|state| state.dependencies.writes.clone())
    }

    /// Opens an access by commands on `queue` that the library does not see. Returns its number; `None` if the use is not
    /// granted.
    pub fn open(
        &self,
        queue: &Arc<dyn OpaqueQueue>,
        access: Access,
        recorded: Recorded,
    ) -> Option<u64> {
        self.record.was_opened.store(true, Ordering::Relaxed);
        self.with(|state| {
            if state.phase != Phase::Granted {
                return None;
            }
            let number = state.opened;
            state.opened += 1;
            state.open.push(Open {
                queue: queue.clone(),
                access,
                recorded,
                number,
            });
            Some(number)
        })
    }

    /// Whether there may be opaque accesses whose end is not recorded.
    #[inline]
    pub fn was_opened(&self) -> bool {
        self.record.was_opened.load(Ordering::Relaxed)
    }
}

/// Tells observers what a call saw to be over.
pub(crate) fn observe_completed(call: u64, events: &[Event]) {
    if !events.is_empty() {
        observe::emit(Interest::USES, || Observation::Completed { call, events });
    }
}

impl State {
    pub fn info(&self) -> &Info {
        match &self.info {
            Some(info) => info,
            None => unreachable!("a record with handles belongs to a use"),
        }
    }
}

impl Info {
    pub fn id(&self) -> UseId {
        UseId {
            call: self.call.id(),
            number: self.number,
        }
    }
}

impl fmt::Debug for Use {
    /// Names the use, without its value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (call, name) = self.call_and_name();
        f.debug_struct("Use")
            .field("resource", &name.text())
            .field("call", &call)
            .finish()
    }
}
