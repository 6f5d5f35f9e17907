//! [`Acquire`]: acquiring several resources in one atomic step.

use super::step::{Asks, Places, add_all};
use crate::call::{Call, Parameter, ResourceName, Use};
use crate::error::Result;
use crate::guard::Allocation;
use crate::guard::access::Own;
use crate::util::tuples::for_tuples;

/// Requests that can be granted together: tuples of up to 32, of [`Request`](crate::Request)s and of lists of them
/// ([`Requests`](crate::Requests)).
pub trait Acquire {
    /// One allocation for each request, and one list of allocations for each list.
    type Allocations;

    /// Acquires all in one step, for `call`.
    ///
    /// # Errors
    ///
    /// [`Error::WaitsForItself`](crate::Error::WaitsForItself); then nothing is acquired.
    fn acquire(self, call: &Call) -> Result<Self::Allocations>;
}

mod sealed {
    /// A request takes as many places as it asks for, of the same resources. The exclusive use of slots rests on that, and
    /// only the library can promise it.
    pub trait Sealed {}
}

pub(crate) use sealed::Sealed;

/// A [`Request`](crate::Request) or [`Requests`](crate::Requests), which can be acquired together with others.
pub trait Wanted: Sealed {
    /// What is given for it.
    type Allocation;

    /// Adds what is asked for.
    #[doc(hidden)]
    fn ask<'a>(&'a self, asks: &mut Asks<'a>);

    /// Takes from `places` as many as were asked for.
    #[doc(hidden)]
    fn take(self, places: &mut Places) -> Self::Allocation;
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
    requests.acquire(&Call::by_hand())
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

    /// An allocation of a value that this call owns. There is no other use to wait for.
    pub fn own<T: Send + 'static>(&self, name: &'static str, value: T) -> Allocation<T, Own> {
        let name = ResourceName {
            own: None,
            parameter: Parameter::named(name),
        };
        Allocation::of_owned(value, Use::new(self, name, true, Some(|_: &mut _| {})))
    }
}

macro_rules! tuples {
    ($($R:ident $i:tt),+;) => {
        impl<$($R: Wanted),+> Acquire for ($($R,)+) {
            type Allocations = ($($R::Allocation,)+);

            fn acquire(self, call: &Call) -> Result<Self::Allocations> {
                let (mut asks, mut places) = (Asks::new(), Places::new());
                $(self.$i.ask(&mut asks);)+
                add_all(&mut asks, call, &mut places)?;
                drop(asks);
                Ok(($(self.$i.take(&mut places),)+))
            }
        }
    };
}

for_tuples!(tuples);
