//! [`View`]: what a device stage sees of a buffer.

use super::pass::{Pass, ViewAccess};
use crate::backend::{Backend, Element, ElementType, Region};
use crate::error::{Error, Problem};
use crate::sync::access::Access;
use crate::util::primitives::Arc;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Bound, Deref, DerefMut, RangeBounds};

/// A buffer, or a part of one, that commands on one queue can use: `&View` to read, `&mut View` to write.
///
/// It shows facts, not contents. It is unsized so that two views cannot be swapped.
pub struct View<M, E, Tail: ?Sized = [()]> {
    memory: Arc<M>,
    /// In elements of the buffer.
    start: usize,
    len: usize,
    /// Set when a range was asked for that is not there.
    outside: Option<Box<Problem>>,
    pass: Pass,
    element: PhantomData<fn() -> E>,
    #[allow(dead_code, reason = "its type is its use")]
    unsized_tail: Tail,
}

/// What a device stage sees of a [`DeviceBuffer`](crate::DeviceBuffer).
pub type DeviceView<B, E> = View<<B as Backend>::Memory, E>;

/// What a device stage sees of a [`HostBuffer`](crate::HostBuffer).
pub type HostView<B, E> = View<<B as Backend>::HostMemory, E>;

/// A part of a buffer, to read.
pub struct Slice<'a, M, E> {
    view: View<M, E, [(); 0]>,
    buffer: PhantomData<&'a View<M, E>>,
}

/// A buffer or a part of one, to read and write.
pub struct SliceMut<'a, M, E> {
    view: View<M, E, [(); 0]>,
    buffer: PhantomData<&'a mut View<M, E>>,
}

/// What the guard of a single buffer keeps; the guard derefs to its target.
pub trait SingleView: DerefMut {}

impl<M, E> SingleView for SliceMut<'static, M, E> {}

impl<M, E: Element> SliceMut<'static, M, E> {
    /// All of a buffer.
    pub(crate) fn whole(memory: Arc<M>, len: usize, pass: Pass) -> Self {
        SliceMut {
            view: View {
                memory,
                start: 0,
                len,
                outside: None,
                pass,
                element: PhantomData,
                unsized_tail: [],
            },
            buffer: PhantomData,
        }
    }
}

impl<M, E: Element, Tail: ?Sized> View<M, E, Tail> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The elements of `range`, to read. A range that does not lie inside is an error of the command that uses
    /// it, not a panic. In a pipeline `&x[range]` is written for this.
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Slice<'_, M, E> {
        Slice {
            view: self.part(range),
            buffer: PhantomData,
        }
    }

    /// The elements of `range`, to read and write; as [`slice`](View::slice). In a pipeline `&mut x[range]`.
    pub fn slice_mut(&mut self, range: impl RangeBounds<usize>) -> SliceMut<'_, M, E> {
        SliceMut {
            view: self.part(range),
            buffer: PhantomData,
        }
    }

    fn part(&self, range: impl RangeBounds<usize>) -> View<M, E, [(); 0]> {
        let from = match range.start_bound() {
            Bound::Included(&start) => start,
            Bound::Excluded(&start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(&end) => end.saturating_add(1),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => self.len,
        };
        let inside = from <= to && to <= self.len;
        let outside = || Problem::OutOfRange {
            start: from,
            end: to,
            len: self.len,
        };
        let outside = (!inside).then(|| Box::new(outside()));
        View {
            memory: self.memory.clone(),
            start: self.start.saturating_add(from),
            len: to.saturating_sub(from),
            outside: self.outside.clone().or(outside),
            pass: self.pass.clone(),
            element: PhantomData,
            unsized_tail: [],
        }
    }

    /// The access of a command that reads the view.
    pub(crate) fn reading(&self) -> ViewAccess<'_> {
        ViewAccess {
            pass: &self.pass,
            access: Access::Read,
        }
    }

    /// The access of a command that writes the view.
    pub(crate) fn writing(&self) -> ViewAccess<'_> {
        ViewAccess {
            pass: &self.pass,
            access: Access::Write,
        }
    }

    pub(crate) fn element(&self) -> ElementType {
        ElementType::of::<E>()
    }

    /// The memory that a command may touch.
    pub(crate) fn region(&self) -> Result<Region<M>, Error> {
        if let Some(problem) = self.outside.clone() {
            let site = self.pass.usage().site();
            return Err(Error::Command { site, problem });
        }
        Ok(Region {
            memory: self.memory.clone(),
            offset: self.start * size_of::<E>(),
            bytes: self.len * size_of::<E>(),
        })
    }
}

impl<M, E, Tail: ?Sized> fmt::Debug for View<M, E, Tail> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("start", &self.start)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

impl<M, E> fmt::Debug for Slice<'_, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.fmt(f)
    }
}

impl<M, E> fmt::Debug for SliceMut<'_, M, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.fmt(f)
    }
}

impl<M, E> Deref for Slice<'_, M, E> {
    type Target = View<M, E>;

    fn deref(&self) -> &View<M, E> {
        &self.view
    }
}

impl<M, E> Deref for SliceMut<'_, M, E> {
    type Target = View<M, E>;

    fn deref(&self) -> &View<M, E> {
        &self.view
    }
}

impl<M, E> DerefMut for SliceMut<'_, M, E> {
    fn deref_mut(&mut self) -> &mut View<M, E> {
        &mut self.view
    }
}
