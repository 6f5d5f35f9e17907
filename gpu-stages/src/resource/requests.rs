//! [`Requests`]: a list of resources that a call asks for.

use super::shared::Resource;
use crate::acquire::{Asks, Places, Sealed, Wanted};
use crate::call::Parameter;
use crate::device::command_queue::CommandQueue;
use crate::guard::access::{Access, Read, Update, Write};
use crate::guard::{Acquired, Allocation, GuardList};
use crate::slots::state::{FirstUse, Wish};
use std::fmt;
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
#[must_use = "requests acquire nothing until they are passed to `acquire`"]
pub struct Requests<'a, T: Send + 'static, A> {
    resources: &'a [&'a Resource<T>],
    parameter: &'static str,
    first_use: FirstUse,
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
            first_use: FirstUse::Unknown,
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
        self.first_use = FirstUse::OnHost;
        self
    }

    /// As [`Request::on`](crate::Request::on).
    pub fn on<Q: CommandQueue>(mut self, queue: &Q) -> Self {
        self.first_use = FirstUse::OnQueue(queue.id());
        self
    }
}

impl<T: Send + 'static, A> fmt::Debug for Requests<'_, T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Requests").field(&self.resources).finish()
    }
}

impl<T: Send + 'static, A: Access> Sealed for Requests<'_, T, A> {}

impl<T: Send + 'static, A: Access> Wanted for Requests<'_, T, A> {
    type Allocation = GuardList<T, A, Acquired>;

    fn ask<'a>(&'a self, asks: &mut Asks<'a>) {
        for (index, resource) in self.resources.iter().enumerate() {
            let wish = Wish {
                mode: A::MODE,
                pin: None,
                first_use: self.first_use,
                parameter: Parameter::entry(self.parameter, index),
            };
            asks.push(&resource.slots.core, wish);
        }
    }

    fn take(self, places: &mut Places) -> Self::Allocation {
        let resources = self.resources.iter();
        resources
            .map(|resource| Allocation::of_slot(&resource.slots, places.next()))
            .collect()
    }
}
