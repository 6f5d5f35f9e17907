//! Memory of the embedded device: aligned, zeroed blocks of host memory.

use super::hazards::Tracked;
use crate::backend::{ALIGNMENT, Region};
use crate::error::Failure;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// A block of memory. Which commands may access it when is decided by events.
#[derive(Debug)]
pub(super) struct Block {
    start: NonNull<u8>,
    layout: Layout,
    /// Set if a hazard checker is told when the block is freed.
    tracked: Option<Tracked>,
}

/// Memory that stands for device memory.
#[derive(Debug)]
pub struct Memory(pub(super) Block);

/// Memory that stands for pinned host memory.
#[derive(Debug)]
pub struct HostMemory(pub(super) Block);

// SAFETY: a block is an owned allocation that every thread may reach through raw pointers; an access through one must
// be ordered by the code that makes it.
unsafe impl Send for Block {}
// SAFETY: as above; `&Block` gives only a pointer.
unsafe impl Sync for Block {}

impl Block {
    /// A block of `bytes` bytes, which `track` may have a hazard checker follow.
    pub(super) fn zeroed(
        bytes: usize,
        track: impl FnOnce(usize) -> Option<Tracked>,
    ) -> Result<Self, Failure> {
        let too_large = || Failure::new(None, format!("no memory for {bytes} bytes"));
        // An empty block is one byte long, so that it has an address.
        let layout = Layout::from_size_align(bytes.max(1), ALIGNMENT).map_err(|_| too_large())?;
        // SAFETY: the size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or_else(too_large)?;
        Ok(Block {
            start,
            layout,
            tracked: track(bytes),
        })
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    pub(super) fn tracked(&self) -> Option<&Tracked> {
        self.tracked.as_ref()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        drop(self.tracked.take());
        // SAFETY: allocated in `zeroed` with this layout.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}

/// A memory, which is one block.
pub(super) trait Owner {
    fn block(&self) -> &Block;
}

/// The address of a region's first byte.
pub(super) trait Start {
    fn start(&self) -> *mut u8;
}

macro_rules! start {
    ($($memory:ty),+) => {$(
        impl Owner for $memory {
            fn block(&self) -> &Block {
                &self.0
            }
        }

        impl Start for Region<$memory> {
            fn start(&self) -> *mut u8 {
                self.memory.0.start.as_ptr().wrapping_add(self.offset)
            }
        }
    )+};
}

start!(Memory, HostMemory);
