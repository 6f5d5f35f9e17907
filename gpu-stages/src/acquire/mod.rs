//! Acquiring several resources in one atomic step.

mod alone;
mod list;
mod request;
mod step;

use crate::call::{Call, Calls, MANUAL};
use crate::error::Result;
use crate::guard::Allocation;
use crate::guard::access::Own;
use crate::lease::Lease;
use crate::terms::{Entered, Parameter};
use crate::track::Track;
use crate::tuples::for_tuples;
use alone::{Lone, take_all};
pub use list::Requests;
pub use request::Request;
use step::{Asks, Users, enter_all};

/// Requests that can be granted together: tuples of up to 32, of [`Request`]s and of lists of them
/// ([`Requests`]).
pub trait Acquire {
    /// One allocation per request, and one list of allocations per list.
    type Allocations;

    /// Acquires all in one step, for `call`.
    ///
    /// # Errors
    ///
    /// [`Error::WaitsForItself`](crate::Error::WaitsForItself); then nothing is acquired.
    fn acquire(self, call: &Call) -> Result<Self::Allocations>;
}

mod sealed {
    /// Who asks for so many takes as many, of the same resources: nobody else can make that promise, on which the
    /// exclusive use of slots rests.
    pub trait Sealed {}
}

use sealed::Sealed;

/// What can be asked for together with others: a [`Request`] or [`Requests`].
pub trait Wanted: Sealed {
    /// What is given for it.
    type Allocation;

    /// What is asked for, if the ledger need not know.
    #[doc(hidden)]
    fn lone(&self) -> Option<Lone<'_>>;

    /// Acquires this and nothing else.
    #[doc(hidden)]
    fn acquire_alone(self, call: &Call) -> Result<Self::Allocation>;

    /// Adds what is asked for.
    #[doc(hidden)]
    fn ask<'a>(&'a self, asks: &mut Asks<'a>);

    /// Takes what was given for [`lone`](Self::lone).
    #[doc(hidden)]
    fn take_alone(self, user: Entered, calls: &mut Calls) -> Self::Allocation;

    /// Takes from `users` as many as were asked for.
    #[doc(hidden)]
    fn take(self, users: &mut Users) -> Self::Allocation;
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
/// [`Error::WaitsForItself`](crate::Error::WaitsForItself) when one slot is asked for twice, once exclusively. Then nothing is acquired.
pub fn acquire<R: Acquire>(requests: R) -> Result<R::Allocations> {
    requests.acquire(&MANUAL.call())
}

impl Call {
    /// Acquires the call's resources in one atomic step; see [`acquire`](crate::acquire()).
    ///
    /// # Errors
    ///
    /// [`Error::WaitsForItself`](crate::Error::WaitsForItself); then nothing is acquired.
    pub fn acquire<R: Acquire>(&self, requests: R) -> Result<R::Allocations> {
        requests.acquire(self)
    }

    /// Makes a value of this call alone an allocation: there is nobody to wait for.
    pub fn own<T: Send + 'static>(&self, name: &'static str, value: T) -> Allocation<T, Own> {
        let index = self.open_account(Track::new(None, Parameter::named(name), true));
        Allocation::of_value(value, Lease::new(self.clone(), Some(index)))
    }
}

macro_rules! tuples {
    ($R:ident $i:tt;) => {
        impl<$R: Wanted> Acquire for ($R,) {
            type Allocations = ($R::Allocation,);

            #[inline]
            fn acquire(self, call: &Call) -> Result<Self::Allocations> {
                Ok((self.$i.acquire_alone(call)?,))
            }
        }
    };
    ($($R:ident $i:tt),+;) => {
        impl<$($R: Wanted),+> Acquire for ($($R,)+) {
            type Allocations = ($($R::Allocation,)+);

            #[allow(non_snake_case, reason = "one variable per request")]
            fn acquire(self, call: &Call) -> Result<Self::Allocations> {
                if let ($(Some($R),)+) = ($(self.$i.lone(),)+)
                    && let Some(given) = take_all(&[$($R),+], call)
                {
                    let mut calls = call.times(given.len());
                    let [$($R),+] = given;
                    return Ok(($(self.$i.take_alone($R, &mut calls),)+));
                }
                let mut asks = Asks::default();
                $(self.$i.ask(&mut asks);)+
                let mut users = enter_all(&mut asks, call)?;
                drop(asks);
                Ok(($(self.$i.take(&mut users),)+))
            }
        }
    };
}

for_tuples!(tuples);
