//! [`Resource`]: a value that frames in flight share, and the order in which they use it.

use super::readable::Readable;
use crate::acquire::Request;
use crate::error::Result;
use crate::guard::Allocation;
use crate::guard::access::Write;
use crate::listeners;
use crate::slots;
use crate::slots::storage::Slots;
use crate::util::primitives::Arc;
use std::fmt;
use std::ops::Deref;

/// A value, or a ring of values, that calls use one after another.
///
/// Anything can be a resource: a device buffer, a host buffer, a socket, a counter. Uses happen in the order in
/// which they were acquired, as if the calls ran one after another; acquiring never blocks. A clone is another
/// handle to the same resource.
///
/// # Versions and slots
///
/// `new` makes one slot, `ring` several. A write acquisition takes the next slot and makes it the newest
/// version; read and update acquisitions use the newest version at that time. An update makes a new version in
/// the same slot. With several slots a writer need not wait for the readers of the version before.
///
/// [`pin`](Resource::pin) names a version and keeps its slot, for frames that overlap, slow readers, or results to
/// be looked at later; [`latest`](Resource::latest) does so with the newest complete one. What both give, a
/// [`Version`](crate::Version), is read and updated like a resource.
///
/// ```
/// use gpu_stages::Resource;
///
/// # fn main() -> gpu_stages::Result<()> {
/// # futures::executor::block_on(async {
/// let total = Resource::new(0_u64).named("total");
/// let (first, second) = (total.acquire_update()?, total.acquire_read()?);
///
/// let mut sum = first.wait_events().await?;
/// *sum += 7;
/// sum.ready();
/// assert_eq!(*second.wait_events().await?, 7);
/// # Ok(()) })
/// # }
/// ```
///
/// # Failure
///
/// A guard that is dropped without [`ready`](crate::guard::Guard::ready) after its exclusive use began
/// *poisons* the contents. Later readers get [`Error::Poisoned`](crate::Error::Poisoned), which names the pipeline and the
/// stage that failed; the next write acquisition clears it.
pub struct Resource<T: Send + 'static>(Readable<T>);

impl<T: Send + 'static> Clone for Resource<T> {
    fn clone(&self) -> Self {
        Resource(self.0.clone())
    }
}

impl<T: Send + 'static> fmt::Debug for Resource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Send + 'static> Deref for Resource<T> {
    type Target = Readable<T>;

    /// What can be done with versions as well: reading and updating.
    fn deref(&self) -> &Readable<T> {
        &self.0
    }
}

impl<T: Send + 'static> Resource<T> {
    /// A resource of one slot. `value` is its first version.
    pub fn new(value: T) -> Self {
        Self::ring([value])
    }

    /// A resource of several slots. The first value is the first version; the others are free.
    ///
    /// # Panics
    ///
    /// If `values` is empty: no value could be made for a slot.
    #[track_caller]
    pub fn ring(values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<T> = values.into_iter().collect();
        assert!(!values.is_empty(), "a ring needs at least one value");
        listeners::install();
        let slots = Arc::new(Slots::new(values));
        slots::add(&slots);
        Resource(Readable::new(slots, None))
    }

    /// A resource of `slots` slots whose values `make` makes; as [`ring`](Resource::ring). 0 slots count as 1.
    ///
    /// ```
    /// use gpu_stages::cpu::{Device, DeviceBuffer};
    /// use gpu_stages::Resource;
    ///
    /// let device = Device::new();
    /// let spectra = Resource::try_ring(3, || DeviceBuffer::<f32>::new(&device, 1024))?;
    /// # Ok::<_, gpu_stages::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of `make`.
    #[track_caller]
    pub fn try_ring<E>(slots: usize, make: impl FnMut() -> Result<T, E>) -> Result<Self, E> {
        let values = std::iter::repeat_with(make).take(slots.max(1));
        Ok(Self::ring(values.collect::<Result<Vec<T>, E>>()?))
    }

    /// Names the resource in messages; the first name stays. Without one, messages use the parameter's name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.slots.core.name.get_or_init(|| name.into());
        self
    }

    /// For values that stay valid whatever happens, such as a socket or a counter: a failure during their use
    /// does not poison them.
    #[must_use]
    pub fn keep_on_failure(self) -> Self {
        self.slots.core.keep_on_failure();
        self
    }

    /// Asks for exclusive use of a new version; see [`acquire`](crate::acquire()).
    pub fn writes(&self) -> Request<'_, T, Write> {
        Request::new(&self.slots, None)
    }

    /// Acquires a new version for exclusive use.
    ///
    /// # Errors
    ///
    /// None for a single resource; the result is that of [`acquire`](crate::acquire()).
    pub fn acquire_write(&self) -> Result<Allocation<T, Write>> {
        Ok(self.writes().by_hand())
    }

    /// Accepts the contents of all slots as they are, poisoned or not.
    pub fn clear_poison(&self) {
        self.slots.core.clear_poison();
    }

    /// Puts `value` in as a new version. It is acquired at once, in order with all other uses; the future puts
    /// the value in when the slot is free. Dropped before that, it changes nothing.
    pub fn replace(&self, value: T) -> impl Future<Output = Result<()>> + use<T> {
        let allocation = self.acquire_write();
        async move {
            let mut guard = allocation?.wait_events().await?;
            let old = std::mem::replace(&mut *guard, value);
            guard.ready();
            drop(old);
            Ok(())
        }
    }
}
