//! [`Request`]: one resource that a call asks for.

use super::asked::{Sealed, Wanted};
use super::step::{Asks, Places, add_one};
use crate::call::{Call, Parameter};
use crate::device::command_queue::CommandQueue;
use crate::guard::Allocation;
use crate::guard::access::Access;
use crate::slots::state::{FirstUse, UseIndex, Wish};
use crate::slots::storage::Slots;
use crate::util::primitives::Arc;
use std::fmt;
use std::marker::PhantomData;

/// One resource that a call asks for, and how: made by [`Readable::reads`](crate::Readable::reads),
/// [`Readable::updates`](crate::Readable::updates) and [`Resource::writes`](crate::Resource::writes).
#[must_use = "a request acquires nothing until it is passed to `acquire`"]
pub struct Request<'a, T: Send + 'static, A> {
    slots: &'a Arc<Slots<T>>,
    /// Borrowed with the version that holds it: the pin lasts as long as the request.
    pin: Option<UseIndex>,
    parameter: Parameter,
    first_use: FirstUse,
    access: PhantomData<A>,
}

impl<'a, T: Send + 'static, A: Access> Request<'a, T, A> {
    pub(crate) fn new(slots: &'a Arc<Slots<T>>, pin: Option<UseIndex>) -> Self {
        Request {
            slots,
            pin,
            parameter: Parameter::named("unnamed"),
            first_use: FirstUse::Unknown,
            access: PhantomData,
        }
    }

    #[inline]
    fn wish(&self) -> Wish {
        Wish {
            mode: A::MODE,
            pin: self.pin,
            first_use: self.first_use,
            parameter: self.parameter,
        }
    }

    /// Acquires this resource and nothing else, by hand.
    #[inline]
    pub(crate) fn by_hand(self) -> Allocation<T, A> {
        let place = add_one(&self.slots.core, self.wish(), &Call::by_hand());
        Allocation::of_slot(self.slots, place)
    }

    /// The name to use in messages if the resource has none.
    pub fn named(mut self, parameter: &'static str) -> Self {
        self.parameter = Parameter::named(parameter);
        self
    }

    /// Says that the first use will be on the host, so that the use before knows what waits for it.
    pub fn on_host(mut self) -> Self {
        self.first_use = FirstUse::OnHost;
        self
    }

    /// Says that the first use will be on `queue`, so that the use before knows what waits for it.
    pub fn on<Q: CommandQueue>(mut self, queue: &Q) -> Self {
        self.first_use = FirstUse::OnQueue(queue.id());
        self
    }
}

impl<T: Send + 'static, A: Access> Sealed for Request<'_, T, A> {}

impl<T: Send + 'static, A: Access> Wanted for Request<'_, T, A> {
    type Allocation = Allocation<T, A>;

    fn ask<'a>(&'a self, asks: &mut Asks<'a>) {
        asks.push(&self.slots.core, self.wish());
    }

    fn take(self, places: &mut Places) -> Allocation<T, A> {
        Allocation::of_slot(self.slots, places.next())
    }
}

impl<T: Send + 'static, A> fmt::Debug for Request<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Request").field(self.slots).finish()
    }
}
