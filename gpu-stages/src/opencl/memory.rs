//! Buffers of the device, and pinned memory of the host.

use super::aftercare;
use super::cl::{self, ClEvent, Code, Mem, call, check};
use super::device::Device;
use crate::backend::ALIGNMENT;
use crate::sync::deferred_drop;
use crate::util::primitives::{Ordering, StaticU64};
use cl_sys as sys;
use std::ptr::{self, NonNull};

/// Memory of an OpenCL device.
#[derive(Debug)]
pub struct Memory {
    mem: Mem,
    /// Identifies the memory even when the driver uses a handle again.
    serial: u64,
    device: Device,
}

/// Memory of the host that the driver allocated, so that it can be pinned, and that stays mapped.
#[derive(Debug)]
pub struct HostMemory {
    mem: Mem,
    /// Where the mapping begins.
    mapped: NonNull<u8>,
    /// The first aligned byte of it.
    start: NonNull<u8>,
    device: Device,
}

// SAFETY: the pointer leads to memory that this owns; an access through it must be ordered by the code that makes it.
unsafe impl Send for HostMemory {}
// SAFETY: as above; `&HostMemory` gives only a pointer.
unsafe impl Sync for HostMemory {}

impl Memory {
    pub(super) fn zeroed(device: &Device, bytes: usize) -> cl::Result<Self> {
        // An empty buffer is one byte long: OpenCL has no empty ones.
        or_after_draining(device, || Self::allocate(device, bytes.max(1)))
    }

    fn allocate(device: &Device, bytes: usize) -> cl::Result<Self> {
        static NEXT: StaticU64 = StaticU64::new(1);
        let mem = device.context().buffer(sys::CL_MEM_READ_WRITE, bytes)?;
        let zero = 0_u8;
        let mut event = ptr::null_mut();
        check(call!(clEnqueueFillBuffer(
            device.service().0,
            mem.0,
            (&raw const zero).cast(),
            1,
            0,
            bytes,
            0,
            ptr::null(),
            &mut event,
        )))?;
        // Commands on other queues do not wait for this one. `clFinish` is not enough: rusticl 22.3 returns from it while
        // events are not complete.
        device.service().flush()?;
        let event = ClEvent(event);
        cl::wait_for(event.0)?;
        Ok(Memory {
            mem,
            serial: NEXT.fetch_add(1, Ordering::Relaxed),
            device: device.clone(),
        })
    }

    pub(super) fn handle(&self) -> sys::cl_mem {
        self.mem.0
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    pub(super) fn serial(&self) -> u64 {
        self.serial
    }

    /// A sub-buffer of this one, which must not be empty.
    pub(super) fn part(&self, offset: usize, bytes: usize) -> Result<Mem, String> {
        let alignment = self.device.sub_range_alignment();
        if offset % alignment != 0 {
            return Err(format!(
                "a sub-range that is passed to a kernel must begin at a multiple of {alignment} bytes on \
                 this device, not at {offset}"
            ));
        }
        let region = sys::cl_buffer_region {
            origin: offset,
            size: bytes,
        };
        let mut code = 0;
        let part = call!(clCreateSubBuffer(
            self.mem.0,
            sys::CL_MEM_READ_WRITE,
            sys::CL_BUFFER_CREATE_TYPE_REGION,
            (&raw const region).cast_mut().cast(),
            &mut code,
        ));
        check(code).map_err(|code| code.to_string())?;
        Ok(Mem(part))
    }
}

impl HostMemory {
    pub(super) fn zeroed(device: &Device, bytes: usize) -> cl::Result<Self> {
        let bytes = bytes.max(1);
        or_after_draining(device, || {
            let exact = Self::map(device, bytes)?;
            if exact.is_aligned() {
                return Ok(exact);
            }
            drop(exact);
            // No specification promises the alignment that buffers have here. A larger mapping contains an aligned part.
            let larger = bytes.checked_add(ALIGNMENT - 1);
            let larger = larger.ok_or(Code(sys::CL_INVALID_BUFFER_SIZE))?;
            let mut memory = Self::map(device, larger)?;
            memory.align();
            Ok(memory)
        })
    }

    fn map(device: &Device, bytes: usize) -> cl::Result<Self> {
        let flags = sys::CL_MEM_READ_WRITE | sys::CL_MEM_ALLOC_HOST_PTR;
        let mem = device.context().buffer(flags, bytes)?;
        let mut code = 0;
        let start = call!(clEnqueueMapBuffer(
            device.service().0,
            mem.0,
            sys::CL_TRUE,
            sys::CL_MAP_READ | sys::CL_MAP_WRITE,
            0,
            bytes,
            0,
            ptr::null(),
            ptr::null_mut(),
            &mut code,
        ));
        check(code)?;
        let start = NonNull::new(start.cast::<u8>()).ok_or(Code(sys::CL_MAP_FAILURE))?;
        // SAFETY: the mapping has `bytes` bytes, and there is no other pointer to it yet.
        unsafe { start.as_ptr().write_bytes(0, bytes) };
        Ok(HostMemory {
            mem,
            mapped: start,
            start,
            device: device.clone(),
        })
    }

    fn is_aligned(&self) -> bool {
        self.start.addr().get() % ALIGNMENT == 0
    }

    /// Moves the start to the next aligned byte. The mapping has up to `ALIGNMENT - 1` bytes more than are used.
    fn align(&mut self) {
        let behind = self.mapped.addr().get() % ALIGNMENT;
        let skipped = (ALIGNMENT - behind) % ALIGNMENT;
        // SAFETY: `skipped` is less than `ALIGNMENT`, and the mapping is longer than that.
        self.start = unsafe { self.mapped.add(skipped) };
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }
}

impl Drop for HostMemory {
    fn drop(&mut self) {
        // Enqueued, not waited for; the driver keeps the buffer until it is done.
        call!(clEnqueueUnmapMemObject(
            self.device.service().0,
            self.mem.0,
            self.mapped.as_ptr().cast(),
            0,
            ptr::null(),
            ptr::null_mut(),
        ));
        let _ = self.device.service().flush();
    }
}

/// What `allocate` makes. If there is not enough memory, what is over by now is released, and it is tried once more.
fn or_after_draining<T>(device: &Device, allocate: impl Fn() -> cl::Result<T>) -> cl::Result<T> {
    let is_short = |code: &Code| {
        matches!(
            code.0,
            sys::CL_MEM_OBJECT_ALLOCATION_FAILURE
                | sys::CL_OUT_OF_RESOURCES
                | sys::CL_OUT_OF_HOST_MEMORY
        )
    };
    match allocate() {
        Err(code) if is_short(&code) => {
            deferred_drop::settle();
            aftercare::release_memory();
            // Memory is unmapped by commands of this queue.
            device.service().finish()?;
            allocate()
        }
        result => result,
    }
}
