//! Acquiring several resources in one atomic step.

use crate::call::{Call, MANUAL};
use crate::error::{Error, Result, Site};
use crate::guard::Allocation;
use crate::guard::access::{Access, Own};
use crate::lease::Lease;
use crate::ledger::Ledger;
use crate::queue::CommandQueue;
use crate::sync::{Arc, MutexGuard, lock};
use crate::terms::{Grant, Mode, Place, UserId};
use crate::track::Track;
use crate::value::{Core, Slots};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// One resource that a call asks for, and how: made by [`Resource::reads`](crate::Resource::reads),
/// [`writes`](crate::Resource::writes) and [`updates`](crate::Resource::updates).
#[derive(Debug)]
#[must_use = "a request acquires nothing until it is passed to `acquire`"]
pub struct Request<'a, T: Send + 'static, A> {
    slots: &'a Arc<Slots<T>>,
    parameter: &'static str,
    place: Place,
    access: PhantomData<A>,
}

impl<'a, T: Send + 'static, A: Access> Request<'a, T, A> {
    pub(crate) fn new(slots: &'a Arc<Slots<T>>) -> Self {
        Request {
            slots,
            parameter: "unnamed",
            place: Place::Anywhere,
            access: PhantomData,
        }
    }

    /// The name to use in messages if the resource has none.
    pub fn named(mut self, parameter: &'static str) -> Self {
        self.parameter = parameter;
        self
    }

    /// Says that the first use will be on the host, so that the user before knows who waits.
    pub fn on_host(mut self) -> Self {
        self.place = Place::Host;
        self
    }

    /// Says that the first use will be on `queue`, so that the user before knows who waits.
    pub fn on<Q: CommandQueue>(mut self, queue: &Q) -> Self {
        self.place = Place::Queue(queue.id());
        self
    }

    fn ask(&self) -> Ask<'a> {
        Ask {
            core: &self.slots.core,
            mode: A::MODE,
            parameter: self.parameter,
            place: self.place,
        }
    }

    fn allocation(&self, user: User, lease: Lease) -> Allocation<T, A> {
        Allocation::of_slot(self.slots.clone(), user.slot, user.id, user.granted, lease)
    }
}

/// Requests that can be granted together: tuples of up to 16.
pub trait Acquire {
    /// One allocation per request.
    type Allocations;

    /// Acquires all in one step, for `call`.
    ///
    /// # Errors
    ///
    /// [`Error::WaitsForItself`]; then nothing is acquired.
    fn acquire(self, call: &Call) -> Result<Self::Allocations>;
}

/// Acquires several resources in one atomic step, without blocking.
///
/// Of two calls that ask for common resources, one is before the other on all of them; so no interleaving of
/// calls, on any number of threads, deadlocks on acquisition.
///
/// ```
/// use gpu_stages::{Resource, acquire};
///
/// # fn main() -> gpu_stages::Result<()> {
/// # futures::executor::block_on(async {
/// let (a, b) = (Resource::new(1), Resource::new(2));
/// let (a, b) = acquire((a.reads(), b.updates()))?;
/// let (a, mut b) = (a.wait_events().await?, b.wait_events().await?);
/// *b += *a;
/// b.ready();
/// # Ok(()) })
/// # }
/// ```
///
/// # Errors
///
/// [`Error::WaitsForItself`] when one slot is asked for twice, once exclusively. Then nothing is acquired.
pub fn acquire<R: Acquire>(requests: R) -> Result<R::Allocations> {
    requests.acquire(&MANUAL.call())
}

impl Call {
    /// Acquires the call's resources in one atomic step; see [`acquire`](crate::acquire()).
    ///
    /// # Errors
    ///
    /// [`Error::WaitsForItself`]; then nothing is acquired.
    pub fn acquire<R: Acquire>(&self, requests: R) -> Result<R::Allocations> {
        requests.acquire(self)
    }

    /// Makes a value of this call alone an allocation: there is nobody to wait for.
    pub fn own<T: Send + 'static>(&self, name: &'static str, value: T) -> Allocation<T, Own> {
        let index = self.add([Track::new(None, name, true)]);
        Allocation::of_value(value, Lease::new(self, index))
    }
}

/// A request without its type.
struct Ask<'a> {
    core: &'a Core,
    mode: Mode,
    parameter: &'static str,
    place: Place,
}

impl Ask<'_> {
    fn track(&self, grant: Option<Grant>) -> Track {
        // What stays valid whatever happens has no contents to worry about.
        let relies = self.mode != Mode::Write && !self.core.keeps_on_failure();
        let mut track = Track::new(self.core.name.get().cloned(), self.parameter, relies);
        if let Some(grant) = grant {
            track.load(grant);
        }
        track
    }
}

/// A place in a resource's line.
#[derive(Clone, Copy)]
struct User {
    id: UserId,
    slot: usize,
    granted: bool,
}

/// Several places, in the order of the requests.
type Users<const N: usize> = [Option<User>; N];

/// The ledgers of a call's resources, all locked, each once. Locked in the order of their addresses, so that
/// two calls never wait for each other here.
struct Locked<'a>(SmallVec<[(&'a Core, MutexGuard<'a, Ledger>); 8]>);

impl<'a> Locked<'a> {
    fn all(asks: &[Ask<'a>]) -> Self {
        let mut cores: SmallVec<[&Core; 8]> = SmallVec::new();
        asks.iter().for_each(|ask| cores.push(ask.core));
        cores.sort_unstable_by_key(|core| std::ptr::from_ref(*core));
        cores.dedup_by_key(|core| std::ptr::from_ref(*core));
        let mut locked = Locked(SmallVec::new());
        for core in cores {
            locked.0.push((core, lock(&core.ledger)));
        }
        locked
    }

    fn of(&mut self, core: &Core) -> &mut Ledger {
        let index = self
            .0
            .binary_search_by_key(&std::ptr::from_ref(core), |(held, _)| {
                std::ptr::from_ref(*held)
            });
        match index {
            Ok(index) => &mut self.0[index].1,
            Err(_) => unreachable!("every core that is asked for was locked"),
        }
    }
}

/// Which slot each request would take; the index of a request that would wait for an earlier one.
fn plan<const N: usize>(asks: &[Ask<'_>; N], locked: &mut Locked<'_>) -> Result<[usize; N], usize> {
    let mut slots = [0; N];
    for (index, ask) in asks.iter().enumerate() {
        let before = || asks[..index].iter().enumerate();
        let same = |other: &Ask<'_>| std::ptr::eq(other.core, ask.core);
        let writes = before().filter(|(_, other)| same(other) && other.mode == Mode::Write);
        let nth_write = (ask.mode == Mode::Write).then(|| writes.count());
        slots[index] = locked.of(ask.core).slot_for(nth_write);
        let clash = before().any(|(i, other)| {
            let shared = ask.mode == Mode::Read && other.mode == Mode::Read;
            same(other) && slots[i] == slots[index] && !shared
        });
        if clash {
            return Err(index);
        }
    }
    Ok(slots)
}

/// Enters all lines; returns the places and the index of the first account with the call.
fn acquire_all<const N: usize>(asks: &[Ask<'_>; N], call: &Call) -> Result<(Users<N>, usize)> {
    let mut locked = Locked::all(asks);
    let slots = match plan(asks, &mut locked) {
        Ok(slots) => slots,
        Err(index) => {
            drop(locked);
            let ask = &asks[index];
            let own_name = ask.core.name.get().cloned();
            let resource = own_name.unwrap_or_else(|| ask.parameter.into());
            let by = call.origin();
            let site = Box::new(Site { resource, by });
            return Err(Error::WaitsForItself { site });
        }
    };
    let mut users = [None; N];
    let mut grants = [const { None }; N];
    // Writes come last: the versions that a call writes are newer than the one it updates.
    for writes in [false, true] {
        let turn = |ask: &Ask<'_>| (ask.mode == Mode::Write) == writes;
        for (index, ask) in asks.iter().enumerate().filter(|(_, ask)| turn(ask)) {
            let slot = slots[index];
            let (id, grant) = locked
                .of(ask.core)
                .enter(ask.mode, slot, ask.place, call.origin());
            let granted = grant.is_some();
            grants[index] = grant;
            users[index] = Some(User { id, slot, granted });
        }
    }
    drop(locked);
    let tracks = asks.iter().zip(grants);
    let first = call.add(tracks.map(|(ask, grant)| ask.track(grant)));
    Ok((users, first))
}

macro_rules! tuples {
    ($($count:literal: $($T:ident $A:ident $i:tt),+;)+) => {$(
        impl<'a, $($T: Send + 'static, $A: Access),+> Acquire for ($(Request<'a, $T, $A>,)+) {
            type Allocations = ($(Allocation<$T, $A>,)+);

            fn acquire(self, call: &Call) -> Result<Self::Allocations> {
                let asks: [Ask<'_>; $count] = [$(self.$i.ask()),+];
                let (users, first) = acquire_all(&asks, call)?;
                Ok(($(match users[$i] {
                    Some(user) => self.$i.allocation(user, Lease::new(call, first + $i)),
                    None => unreachable!("there is a user for every request"),
                },)+))
            }
        }
    )+};
}

tuples! {
    1: T0 A0 0;
    2: T0 A0 0, T1 A1 1;
    3: T0 A0 0, T1 A1 1, T2 A2 2;
    4: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3;
    5: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4;
    6: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5;
    7: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6;
    8: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7;
    9: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8;
    10: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9;
    11: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9, T10 A10 10;
    12: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9, T10 A10 10, T11 A11 11;
    13: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9, T10 A10 10, T11 A11 11, T12 A12 12;
    14: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9, T10 A10 10, T11 A11 11, T12 A12 12, T13 A13 13;
    15: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9, T10 A10 10, T11 A11 11, T12 A12 12, T13 A13 13, T14 A14 14;
    16: T0 A0 0, T1 A1 1, T2 A2 2, T3 A3 3, T4 A4 4, T5 A5 5, T6 A6 6, T7 A7 7, T8 A8 8, T9 A9 9, T10 A10 10, T11 A11 11, T12 A12 12, T13 A13 13, T14 A14 14, T15 A15 15;
}
