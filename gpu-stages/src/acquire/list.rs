//! [`Requests`]: a list of resources that a call asks for.

use super::alone::Lone;
use super::request::allocation;
use super::step::{Asks, Users, enter_all};
use super::{Sealed, Wanted};
use crate::call::{Call, Calls};
use crate::error::Result;
use crate::guard::access::{Access, Read, Update, Write};
use crate::guard::{Acquired, GuardList};
use crate::queue::CommandQueue;
use crate::resource::Resource;
use crate::terms::{Entered, Entry, Parameter, Place};
use std::marker::PhantomData;

/// Several resources of one type that a call asks for, as many as there are. All are acquired in the same step as
/// the other requests of the call.
///
/// ```
/// use gpu_stages::{Requests, Resource, acquire};
///
/// # fn main() -> gpu_stages::Result<()> {
/// # futures::executor::block_on(async {
/// let partials = [Resource::new(1), Resource::new(2), Resource::new(3)];
/// let total = Resource::new(0);
/// let partials: Vec<_> = partials.iter().collect();
/// let (partials, total) = acquire((Requests::reads(&partials), total.writes()))?;
/// let (partials, mut total) = (partials.wait_events().await?, total.wait_events().await?);
/// *total = partials.iter().sum();
/// assert_eq!(*total, partials[0] + 5);
/// total.ready();
/// # Ok(()) })
/// # }
/// ```
#[derive(Debug)]
#[must_use = "requests acquire nothing until they are passed to `acquire`"]
pub struct Requests<'a, T: Send + 'static, A> {
    resources: &'a [&'a Resource<T>],
    parameter: &'static str,
    place: Place,
    access: PhantomData<A>,
}

impl<'a, T: Send + Sync + 'static> Requests<'a, T, Read> {
    /// Asks for shared use of the newest version of each. One resource may be there several times.
    pub fn reads(resources: &'a [&'a Resource<T>]) -> Self {
        Self::new(resources)
    }
}

impl<'a, T: Send + 'static> Requests<'a, T, Write> {
    /// Asks for exclusive use of a new version of each.
    pub fn writes(resources: &'a [&'a Resource<T>]) -> Self {
        Self::new(resources)
    }
}

impl<'a, T: Send + 'static> Requests<'a, T, Update> {
    /// Asks for exclusive use of the newest version of each, in place.
    pub fn updates(resources: &'a [&'a Resource<T>]) -> Self {
        Self::new(resources)
    }
}

impl<'a, T: Send + 'static, A: Access> Requests<'a, T, A> {
    fn new(resources: &'a [&'a Resource<T>]) -> Self {
        Requests {
            resources,
            parameter: "unnamed",
            place: Place::Anywhere,
            access: PhantomData,
        }
    }

    /// The name to use in messages, with the index, for resources that have none.
    pub fn named(mut self, parameter: &'static str) -> Self {
        self.parameter = parameter;
        self
    }

    /// As [`Request::on_host`](crate::Request::on_host).
    pub fn on_host(mut self) -> Self {
        self.place = Place::Host;
        self
    }

    /// As [`Request::on`](crate::Request::on).
    pub fn on<Q: CommandQueue>(mut self, queue: &Q) -> Self {
        self.place = Place::Queue(queue.id());
        self
    }
}

impl<T: Send + 'static, A: Access> Sealed for Requests<'_, T, A> {}

impl<T: Send + 'static, A: Access> Wanted for Requests<'_, T, A> {
    type Allocation = GuardList<T, A, Acquired>;

    fn lone(&self) -> Option<Lone<'_>> {
        None
    }

    fn acquire_alone(self, call: &Call) -> Result<Self::Allocation> {
        let mut asks = Asks::default();
        self.ask(&mut asks);
        let mut users = enter_all(&mut asks, call)?;
        drop(asks);
        Ok(self.take(&mut users))
    }

    fn take_alone(self, _: Entered, _: &mut Calls) -> Self::Allocation {
        unreachable!("a list is never alone")
    }

    fn ask<'a>(&'a self, asks: &mut Asks<'a>) {
        for (index, resource) in self.resources.iter().enumerate() {
            let entry = Entry {
                mode: A::MODE,
                pin: None,
                parameter: Parameter::part(self.parameter, index),
                place: self.place,
            };
            asks.push(&resource.slots.core, entry);
        }
    }

    fn take(self, users: &mut Users) -> Self::Allocation {
        let resources = self.resources.iter();
        resources
            .map(|resource| allocation(&resource.slots, users))
            .collect()
    }
}
