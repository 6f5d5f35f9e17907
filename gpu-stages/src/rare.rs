//! [`Rare`]: a value that is nearly never there.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// A value that is nearly never there. Dropping it where it is not is a look, and not a call.
#[derive(Debug)]
pub(crate) struct Rare<T>(ManuallyDrop<Option<T>>);

impl<T> Rare<T> {
    pub const NONE: Self = Rare(ManuallyDrop::new(None));
}

impl<T> From<Option<T>> for Rare<T> {
    #[inline]
    fn from(value: Option<T>) -> Self {
        Rare(ManuallyDrop::new(value))
    }
}

impl<T> Deref for Rare<T> {
    type Target = Option<T>;

    #[inline]
    fn deref(&self) -> &Option<T> {
        &self.0
    }
}

impl<T> DerefMut for Rare<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Option<T> {
        &mut self.0
    }
}

impl<T> Drop for Rare<T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            drop_it(&mut self.0);
        }
    }
}

#[cold]
fn drop_it<T>(value: &mut Option<T>) {
    drop(value.take());
}
