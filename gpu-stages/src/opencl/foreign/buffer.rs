//! Buffers of the `ocl` crate as resources, and the library's host buffers in their transfers.

use crate::backend::Element;
use crate::device::pass::Pass;
use crate::device::view::{SingleView, View};
use crate::device::visible::{DeviceVisible, Length};
use crate::error::Result;
use crate::opencl::device::Device;
use crate::opencl::memory::HostMemory;
use ocl::OclPrm;
use std::ops::{Deref, DerefMut};

/// Another handle to an [`ocl::Buffer`], which a guard keeps.
#[derive(Debug)]
pub struct BufferHandle<T: OclPrm>(ocl::Buffer<T>);

impl<T: OclPrm> Deref for BufferHandle<T> {
    type Target = ocl::Buffer<T>;

    fn deref(&self) -> &ocl::Buffer<T> {
        &self.0
    }
}

impl<T: OclPrm> DerefMut for BufferHandle<T> {
    fn deref_mut(&mut self) -> &mut ocl::Buffer<T> {
        &mut self.0
    }
}

impl<T: OclPrm> SingleView for BufferHandle<T> {}

// SAFETY: a buffer is a handle, which devices do not write; what is enqueued with it is the application's `unsafe`.
unsafe impl<T: OclPrm> DeviceVisible for ocl::Buffer<T> {
    type Holder = BufferHandle<T>;
    type Views<'a> = &'a ocl::Buffer<T>;
    type ViewsMut<'a> = &'a mut ocl::Buffer<T>;
    type Facts = Length;

    fn hold(&self, _: &Pass) -> Self::Holder {
        BufferHandle(self.clone())
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        holder
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        holder
    }

    fn facts(&self) -> Length {
        Length(self.len())
    }
}

impl Device {
    /// The device and context that `queue` belongs to, for host buffers that are transferred on it.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`](crate::Error::Setup) with what the driver says.
    pub fn of_queue(queue: &ocl::Queue) -> Result<Self> {
        Device::adopt(queue.as_core().as_ptr()).map_err(|code| code.setup("a device"))
    }
}

impl<E: Element, Tail: ?Sized> View<HostMemory, E, Tail> {
    /// The memory, for a transfer that the application enqueues on the queue that the view was waited for on.
    ///
    /// # Safety
    ///
    /// The slice is used for nothing but commands on that queue, enqueued before the stage ends.
    ///
    /// # Errors
    ///
    /// [`Error::Command`](crate::Error::Command) when the view's range is outside of the buffer.
    pub unsafe fn as_slice(&self) -> Result<&[E]> {
        let region = self.region()?;
        let start = region.memory.start().as_ptr().wrapping_add(region.offset);
        // SAFETY: the region lies inside its memory, which the buffer keeps; the caller does not touch it while
        // devices may.
        Ok(unsafe { std::slice::from_raw_parts(start.cast(), self.len()) })
    }

    /// As [`as_slice`](View::as_slice), for a transfer to the host.
    ///
    /// # Safety
    ///
    /// As [`as_slice`](View::as_slice).
    ///
    /// # Errors
    ///
    /// As [`as_slice`](View::as_slice).
    pub unsafe fn as_mut_slice(&mut self) -> Result<&mut [E]> {
        let region = self.region()?;
        let start = region.memory.start().as_ptr().wrapping_add(region.offset);
        // SAFETY: as in `as_slice`, and `&mut self`.
        Ok(unsafe { std::slice::from_raw_parts_mut(start.cast(), self.len()) })
    }
}
