//! [`Request`]: one resource that a call asks for.

use super::alone::Lone;
use super::step::{Asks, Users, enter_one};
use super::{Sealed, Wanted};
use crate::call::{Call, Calls, MANUAL};
use crate::error::Result;
use crate::guard::Allocation;
use crate::guard::access::Access;
use crate::lease::Lease;
use crate::queue::CommandQueue;
use crate::sync::Arc;
use crate::terms::{Entered, Entry, Parameter, Place, UserId};
use crate::value::Slots;
use std::marker::PhantomData;

/// One resource that a call asks for, and how: made by [`Readable::reads`](crate::Readable::reads),
/// [`Readable::updates`](crate::Readable::updates) and [`Resource::writes`](crate::Resource::writes).
#[derive(Debug)]
#[must_use = "a request acquires nothing until it is passed to `acquire`"]
pub struct Request<'a, T: Send + 'static, A> {
    slots: &'a Arc<Slots<T>>,
    /// Borrowed with the source that holds it: it is in the ledger for as long as the request is.
    pin: Option<UserId>,
    parameter: Parameter,
    place: Place,
    access: PhantomData<A>,
}

impl<'a, T: Send + 'static, A: Access> Request<'a, T, A> {
    pub(crate) fn new(slots: &'a Arc<Slots<T>>, pin: Option<UserId>) -> Self {
        Request {
            slots,
            pin,
            parameter: Parameter::named("unnamed"),
            place: Place::Anywhere,
            access: PhantomData,
        }
    }

    #[inline]
    fn entry(&self) -> Entry {
        Entry {
            mode: A::MODE,
            pin: self.pin,
            parameter: self.parameter,
            place: self.place,
        }
    }

    /// An allocation by hand, of this resource and nothing else.
    #[inline]
    pub(crate) fn by_hand(self) -> Result<Allocation<T, A>> {
        match self.lone().and_then(|lone| lone.take_by_hand()) {
            Some(user) => Ok(self.given(user, Lease::BY_HAND)),
            None => self.enter_alone(&MANUAL.call()),
        }
    }

    fn enter_alone(self, call: &Call) -> Result<Allocation<T, A>> {
        let user = enter_one(&self.slots.core, self.entry(), call);
        let lease = Lease::new(call.clone(), user.account);
        Ok(self.given(user, lease))
    }

    #[inline]
    fn given(&self, user: Entered, lease: Lease) -> Allocation<T, A> {
        Allocation::of_slot(self.slots, user, lease)
    }

    /// The name to use in messages if the resource has none.
    pub fn named(mut self, parameter: &'static str) -> Self {
        self.parameter = Parameter::named(parameter);
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
}

impl<T: Send + 'static, A: Access> Sealed for Request<'_, T, A> {}

impl<T: Send + 'static, A: Access> Wanted for Request<'_, T, A> {
    type Allocation = Allocation<T, A>;

    #[inline]
    fn lone(&self) -> Option<Lone<'_>> {
        Lone::of(&self.slots.core, &self.entry())
    }

    #[inline]
    fn acquire_alone(self, call: &Call) -> Result<Allocation<T, A>> {
        match self.lone().and_then(|lone| lone.take_for(call)) {
            Some(user) => Ok(self.given(user, Lease::new(call.clone(), None))),
            None => self.enter_alone(call),
        }
    }

    #[inline]
    fn take_alone(self, user: Entered, calls: &mut Calls) -> Allocation<T, A> {
        self.given(user, Lease::new(calls.next(), None))
    }

    fn ask<'a>(&'a self, asks: &mut Asks<'a>) {
        asks.push(&self.slots.core, self.entry());
    }

    fn take(self, users: &mut Users) -> Allocation<T, A> {
        allocation(self.slots, users)
    }
}

/// The allocation of the next user, which was entered for this resource.
pub fn allocation<T: Send + 'static, A: Access>(
    slots: &Arc<Slots<T>>,
    users: &mut Users,
) -> Allocation<T, A> {
    let (user, lease) = users.next();
    Allocation::of_slot(slots, user, lease)
}
