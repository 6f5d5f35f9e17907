//! [`DeviceBuffer`] and [`HostBuffer`].

use super::debug_fill;
use super::pass::Pass;
use super::queue::Queue;
use super::view::{SliceMut, View};
use super::visible::{DeviceVisible, Length};
use crate::backend::{ALIGNMENT, Backend, Element};
use crate::error::{Error, Failure, Result};
use crate::sync::deferred_drop::settle_and_retry;
use crate::util::primitives::Arc;
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A buffer in device memory. Its contents are reached by commands only.
pub struct DeviceBuffer<B: Backend, E> {
    memory: Arc<B::Memory>,
    len: usize,
    element: PhantomData<fn() -> E>,
}

/// A buffer in host memory that the device copies from and to. It derefs to a slice.
pub struct HostBuffer<B: Backend, E> {
    memory: Arc<B::HostMemory>,
    len: usize,
    element: PhantomData<fn() -> E>,
}

impl<B: Backend, E> fmt::Debug for DeviceBuffer<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceBuffer")
            .field("element", &std::any::type_name::<E>())
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

impl<B: Backend, E> fmt::Debug for HostBuffer<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostBuffer")
            .field("element", &std::any::type_name::<E>())
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

fn bytes_of<E>(len: usize) -> Result<usize, Failure> {
    const {
        assert!(
            align_of::<E>() <= ALIGNMENT,
            "buffers align their elements to 128 bytes"
        )
    };
    let bytes = len.checked_mul(size_of::<E>());
    bytes.ok_or_else(|| {
        Failure::new(
            None,
            format!("{len} elements are more than memory can hold"),
        )
    })
}

impl<B: Backend, E: Element> DeviceBuffer<B, E> {
    /// A buffer of `len` elements, all zero.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] when the device has not got as much memory.
    pub fn new(device: &B::Device, len: usize) -> Result<Self> {
        let memory =
            bytes_of::<E>(len).and_then(|bytes| settle_and_retry(|| B::allocate(device, bytes)));
        Ok(DeviceBuffer {
            memory: Arc::new(memory.map_err(|failure| Error::setup("a device buffer", failure))?),
            len,
            element: PhantomData,
        })
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<B: Backend, E: Element> HostBuffer<B, E> {
    /// A buffer of `len` elements, all zero.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] when there is not as much memory.
    pub fn new(device: &B::Device, len: usize) -> Result<Self> {
        let memory = bytes_of::<E>(len)
            .and_then(|bytes| settle_and_retry(|| B::allocate_host(device, bytes)));
        Ok(HostBuffer {
            memory: Arc::new(memory.map_err(|failure| Error::setup("a host buffer", failure))?),
            len,
            element: PhantomData,
        })
    }
}

impl<B: Backend, E: Element> Deref for HostBuffer<B, E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        let start = B::host_pointer(&self.memory).cast::<E>();
        // SAFETY: the memory has `len` elements, zeroed at first, of a type for which any bits will do, and is
        // aligned for them. Commands that write it are made from device guards only, and a host guard, the
        // only way to `&self` in a resource, is made after they are over and excludes device guards.
        unsafe { std::slice::from_raw_parts(start.as_ptr(), self.len) }
    }
}

impl<B: Backend, E: Element> DerefMut for HostBuffer<B, E> {
    fn deref_mut(&mut self) -> &mut [E] {
        let start = B::host_pointer(&self.memory).cast::<E>();
        // SAFETY: as in `deref`; `&mut self` comes from an exclusive host guard, which is made after commands
        // that read are over as well. No two buffers share a memory.
        unsafe { std::slice::from_raw_parts_mut(start.as_ptr(), self.len) }
    }
}

// SAFETY: length and handle are not written by devices; the holder shares the memory's handle.
unsafe impl<B: Backend, E: Element> DeviceVisible for DeviceBuffer<B, E> {
    type Holder = SliceMut<'static, B::Memory, E>;
    type Views<'a> = &'a View<B::Memory, E>;
    type ViewsMut<'a> = &'a mut View<B::Memory, E>;
    type Facts = Length;

    fn hold(&self, pass: &Pass) -> Self::Holder {
        pass.observe_memory(|| B::memory_id(&self.memory));
        SliceMut::whole(self.memory.clone(), self.len, pass.clone())
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        holder
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        holder
    }

    fn facts(&self) -> Length {
        Length(self.len)
    }

    fn fill_on_device(holder: &mut Self::Holder, queue: &dyn Any) -> Result<()> {
        let queue = queue.downcast_ref::<Queue<B>>();
        queue.map_or(Ok(()), |queue| queue.debug_fill(holder))
    }
}

// SAFETY: length and handle are not written by devices; the holder shares the memory's handle.
unsafe impl<B: Backend, E: Element> DeviceVisible for HostBuffer<B, E> {
    type Holder = SliceMut<'static, B::HostMemory, E>;
    type Views<'a> = &'a View<B::HostMemory, E>;
    type ViewsMut<'a> = &'a mut View<B::HostMemory, E>;
    type Facts = Length;

    fn hold(&self, pass: &Pass) -> Self::Holder {
        pass.observe_memory(|| B::host_memory_id(&self.memory));
        SliceMut::whole(self.memory.clone(), self.len, pass.clone())
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        holder
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        holder
    }

    fn facts(&self) -> Length {
        Length(self.len)
    }

    const ON_HOST: bool = true;

    fn fill_on_host(&mut self) {
        debug_fill::fill(self);
    }
}
