//! [`DeviceVisible`]: the values that device stages can use, and the views that they see of them.

use super::pass::Pass;
use crate::error::Result;
use smallvec::SmallVec;
use std::any::Any;
use std::ops::{Deref, DerefMut};

/// A value that commands can use.
///
/// Implemented for the buffers of the backends, and for vectors, arrays and tuples of such values; for structs
/// of them it is derived. Their parts are reached by path (`&net.weights[i]`, `&mut pair.0`).
///
/// ```
/// use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
/// use gpu_stages::{DeviceVisible, Result, gpu_pipeline};
///
/// #[derive(DeviceVisible)]
/// struct Layer {
///     weights: Vec<DeviceBuffer<f32>>,
///     bias: DeviceBuffer<f32>,
///     /// Reached in host stages only.
///     #[device(skip)]
///     name: String,
/// }
///
/// #[gpu_pipeline]
/// async fn apply(
///     #[queue] queue: Queue,
///     #[reads] layer: Layer,
///     #[updates] state: DeviceBuffer<f32>,
///     multiply: Kernel,
/// ) -> Result<()> {
///     queue.copy(&layer.bias, &mut state)?;
///     for i in 0..layer.weights.len() {
///         queue.launch(&multiply, state.len(), (&layer.weights[i], &mut state))?;
///     }
///     Ok(())
/// }
/// ```
///
/// # The derive
///
/// `#[derive(DeviceVisible)]` stands on structs: with named fields, tuple structs and unit structs, generic ones
/// too. Every field is `DeviceVisible`, or marked `#[device(skip)]`: device stages do not see it then, and host
/// stages see all. Of skipped collections of the standard library, `len` and `is_empty` are metadata that every stage
/// sees. `#[device(crate = path)]` on the struct says where the library is found, if not at
/// `::gpu_stages`. A struct owns what it holds: it has no lifetimes, since devices may outlive any borrow.
///
/// A struct without fields stands for what devices use and the library does not see, such as the workspace of an
/// FFT plan: opaque stages order its uses.
///
/// # Safety
///
/// `hold` and `facts` may be called while devices use the memory that the value stands for: they read nothing
/// that a device can write. What `hold` returns leads to that memory and to nothing else of the value, and
/// `views_mut` to no part of it twice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used in a device stage",
    label = "no device can see this type",
    note = "device stages use device and host buffers, vectors, arrays and tuples of them, and structs of \
            them with `#[derive(DeviceVisible)]`; use other values in a host stage, and mark such fields of a \
            struct `#[device(skip)]`"
)]
pub unsafe trait DeviceVisible: Send + Sync + 'static {
    /// What a device guard keeps. Users never get hold of it, so that it stays with its guard.
    type Holder: Send + Sync;

    /// What a device stage sees: references to views, nested as the value is.
    type Views<'a>;

    /// The same, to write.
    type ViewsMut<'a>;

    /// Facts that stay the same while a device uses the value, such as its length.
    type Facts: Copy + Send + 'static;

    /// What a guard keeps, good for commands on the queue that `pass` names.
    fn hold(&self, pass: &Pass) -> Self::Holder;

    /// The views, to read.
    fn views(holder: &Self::Holder) -> Self::Views<'_>;

    /// The views, to write.
    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_>;

    /// The facts.
    fn facts(&self) -> Self::Facts;

    /// Whether `fill_on_host` does anything.
    #[doc(hidden)]
    const ON_HOST: bool = false;

    /// Fills the parts in host memory with the debug pattern.
    #[doc(hidden)]
    fn fill_on_host(&mut self) {}

    /// Fills the parts in device memory with the debug pattern, by commands on `queue`.
    #[doc(hidden)]
    fn fill_on_device(_: &mut Self::Holder, _queue: &dyn Any) -> Result<()> {
        Ok(())
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

/// What device stages see of a field marked `#[device(skip)]`: nothing. Use the field in a host stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostOnly;

/// The views of a vector's parts; derefs to a slice of references to views.
#[derive(Debug)]
pub struct PartList<V>(SmallVec<[V; 4]>);

impl<V> FromIterator<V> for PartList<V> {
    fn from_iter<I: IntoIterator<Item = V>>(views: I) -> Self {
        PartList(views.into_iter().collect())
    }
}

impl<'a, V> IntoIterator for &'a PartList<V> {
    type Item = &'a V;
    type IntoIter = std::slice::Iter<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, V> IntoIterator for &'a mut PartList<V> {
    type Item = &'a mut V;
    type IntoIter = std::slice::IterMut<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

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

// SAFETY: reads the vector's own length and pointer, which no device can write, and its parts.
unsafe impl<T: DeviceVisible> DeviceVisible for Vec<T> {
    type Holder = SmallVec<[T::Holder; 4]>;
    type Views<'a> = PartList<T::Views<'a>>;
    type ViewsMut<'a> = PartList<T::ViewsMut<'a>>;
    type Facts = Length;

    fn hold(&self, pass: &Pass) -> Self::Holder {
        self.iter().map(|part| part.hold(pass)).collect()
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        holder.iter().map(T::views).collect()
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        holder.iter_mut().map(T::views_mut).collect()
    }

    fn facts(&self) -> Length {
        Length(self.len())
    }

    const ON_HOST: bool = T::ON_HOST;

    fn fill_on_host(&mut self) {
        self.iter_mut().for_each(T::fill_on_host);
    }

    fn fill_on_device(holder: &mut Self::Holder, queue: &dyn Any) -> Result<()> {
        holder
            .iter_mut()
            .try_for_each(|part| T::fill_on_device(part, queue))
    }
}

// SAFETY: an array has nothing but its parts.
unsafe impl<T: DeviceVisible, const N: usize> DeviceVisible for [T; N] {
    type Holder = [T::Holder; N];
    type Views<'a> = [T::Views<'a>; N];
    type ViewsMut<'a> = [T::ViewsMut<'a>; N];
    type Facts = Length;

    fn hold(&self, pass: &Pass) -> Self::Holder {
        self.each_ref().map(|part| part.hold(pass))
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        holder.each_ref().map(T::views)
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        holder.each_mut().map(T::views_mut)
    }

    fn facts(&self) -> Length {
        Length(N)
    }

    const ON_HOST: bool = T::ON_HOST;

    fn fill_on_host(&mut self) {
        self.iter_mut().for_each(T::fill_on_host);
    }

    fn fill_on_device(holder: &mut Self::Holder, queue: &dyn Any) -> Result<()> {
        holder
            .iter_mut()
            .try_for_each(|part| T::fill_on_device(part, queue))
    }
}

macro_rules! tuples {
    ($($($T:ident $i:tt),+;)+) => {$(
        // SAFETY: a tuple has nothing but its parts.
        unsafe impl<$($T: DeviceVisible),+> DeviceVisible for ($($T,)+) {
            type Holder = ($($T::Holder,)+);
            type Views<'a> = ($($T::Views<'a>,)+);
            type ViewsMut<'a> = ($($T::ViewsMut<'a>,)+);
            type Facts = ($($T::Facts,)+);

            fn hold(&self, pass: &Pass) -> Self::Holder {
                ($(self.$i.hold(pass),)+)
            }

            fn views(holder: &Self::Holder) -> Self::Views<'_> {
                ($($T::views(&holder.$i),)+)
            }

            fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
                ($($T::views_mut(&mut holder.$i),)+)
            }

            fn facts(&self) -> Self::Facts {
                ($(self.$i.facts(),)+)
            }

            const ON_HOST: bool = $($T::ON_HOST)||+;

            fn fill_on_host(&mut self) {
                $(self.$i.fill_on_host();)+
            }

            fn fill_on_device(holder: &mut Self::Holder, queue: &dyn Any) -> Result<()> {
                $($T::fill_on_device(&mut holder.$i, queue)?;)+
                Ok(())
            }
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
