//! [`DeviceVisible`]: which values device stages can use, and what they see of them.

use crate::call::Lease;
use crate::order::QueueId;
use smallvec::SmallVec;
use std::ops::{Deref, DerefMut};

/// A value that commands can use.
///
/// Implemented for the buffers of the backends, and for vectors, arrays and tuples of such values; their parts
/// are reached by path (`&weights[i]`, `&mut pair.0`).
///
/// # Safety
///
/// `views` and `facts` may be called while devices use the memory that the value stands for: they read nothing
/// that a device can write. Views keep that memory alive and lead to nothing else of the value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used in a device stage",
    label = "no device can see this type",
    note = "device stages use device and host buffers, and vectors, arrays and tuples of them; \
            use the value in a host stage"
)]
pub unsafe trait DeviceVisible: Send + Sync + 'static {
    /// What a device stage sees, through its target.
    type Views: Deref + DerefMut;

    /// Facts that stay the same while a device uses the value, such as its length.
    type Facts: Copy + Send + 'static;

    /// The views, good for commands on the queue that `pass` names.
    fn views(&self, pass: &Pass) -> Self::Views;

    /// The facts.
    fn facts(&self) -> Self::Facts;
}

/// The right to use one allocation in commands on one queue. Every view carries it and every command checks it.
#[derive(Clone, Debug)]
pub struct Pass {
    lease: Lease,
    queue: QueueId,
}

impl Pass {
    pub(crate) fn new(lease: Lease, queue: QueueId) -> Self {
        Pass { lease, queue }
    }

    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(crate) fn queue(&self) -> QueueId {
        self.queue
    }
}

/// How many elements or parts there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(pub(crate) usize);

impl Length {
    /// Elements of a buffer; parts of a vector or array of buffers.
    #[allow(clippy::len_without_is_empty, reason = "it has one")]
    pub fn len(self) -> usize {
        self.0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The views of a value with several parts.
#[derive(Debug)]
pub struct Parts<V>(V);

impl<V> Deref for Parts<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0
    }
}

impl<V> DerefMut for Parts<V> {
    fn deref_mut(&mut self) -> &mut V {
        &mut self.0
    }
}

/// The views of a vector's parts; derefs to a slice.
#[derive(Debug)]
pub struct PartList<V>(SmallVec<[V; 4]>);

impl<V> Deref for PartList<V> {
    type Target = [V];

    fn deref(&self) -> &[V] {
        &self.0
    }
}

impl<V> DerefMut for PartList<V> {
    fn deref_mut(&mut self) -> &mut [V] {
        &mut self.0
    }
}

// SAFETY: reads the vector's own length and pointer, which no device can write, and the parts' views.
unsafe impl<T: DeviceVisible> DeviceVisible for Vec<T> {
    type Views = PartList<T::Views>;
    type Facts = Length;

    fn views(&self, pass: &Pass) -> Self::Views {
        PartList(self.iter().map(|part| part.views(pass)).collect())
    }

    fn facts(&self) -> Length {
        Length(self.len())
    }
}

// SAFETY: an array has nothing but its parts.
unsafe impl<T: DeviceVisible, const N: usize> DeviceVisible for [T; N] {
    type Views = Parts<[T::Views; N]>;
    type Facts = Length;

    fn views(&self, pass: &Pass) -> Self::Views {
        Parts(std::array::from_fn(|i| self[i].views(pass)))
    }

    fn facts(&self) -> Length {
        Length(N)
    }
}

macro_rules! tuples {
    ($($($T:ident $i:tt),+;)+) => {$(
        // SAFETY: a tuple has nothing but its parts.
        unsafe impl<$($T: DeviceVisible),+> DeviceVisible for ($($T,)+) {
            type Views = Parts<($($T::Views,)+)>;
            type Facts = ();

            fn views(&self, pass: &Pass) -> Self::Views {
                Parts(($(self.$i.views(pass),)+))
            }

            fn facts(&self) {}
        }
    )+};
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
