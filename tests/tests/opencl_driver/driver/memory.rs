//! Memory: which buffers of the host there are, how they are aligned, and when there is none left.

use super::{Handle, real};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Memory that is mapped and not unmapped again: where the library believes that it begins, and where it does.
static MAPPED: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

/// How far mapped memory is moved from where it is aligned.
static MOVED_BY: AtomicUsize = AtomicUsize::new(0);

/// The most host buffers that there may be.
static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);

const ALLOCATION_FAILURE: i32 = -4;
const ALLOC_HOST_PTR: u64 = 1 << 4;

/// How many host buffers there are.
pub fn mapped() -> usize {
    MAPPED.lock().unwrap().len()
}

/// From now on memory is mapped at this many bytes behind where it is aligned.
pub fn move_mappings_by(bytes: usize) {
    MOVED_BY.store(bytes, Ordering::SeqCst);
}

/// From now on there is memory for this many host buffers.
pub fn have_memory_for(buffers: usize) {
    MOST.store(buffers, Ordering::SeqCst);
}

/// Makes buffers of the host a little larger, so that they can be moved, and refuses to make too many.
#[unsafe(no_mangle)]
unsafe extern "C" fn clCreateBuffer(
    context: Handle,
    flags: u64,
    bytes: usize,
    host: Handle,
    code: *mut i32,
) -> Handle {
    type Real = unsafe extern "C" fn(Handle, u64, usize, Handle, *mut i32) -> Handle;
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.2.1).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clCreateBuffer")) };
    let is_of_host = flags & ALLOC_HOST_PTR != 0;
    if is_of_host && mapped() >= MOST.load(Ordering::SeqCst) {
        // SAFETY: the caller asks for a code.
        unsafe { *code = ALLOCATION_FAILURE };
        return std::ptr::null_mut();
    }
    let more = if is_of_host {
        MOVED_BY.load(Ordering::SeqCst)
    } else {
        0
    };
    // SAFETY: passed on to the caller.
    unsafe { real(context, flags, bytes.saturating_add(more), host, code) }
}

/// Moves and counts.
#[unsafe(no_mangle)]
unsafe extern "C" fn clEnqueueMapBuffer(
    queue: Handle,
    buffer: Handle,
    blocking: u32,
    flags: u64,
    offset: usize,
    bytes: usize,
    count: u32,
    waits: *const Handle,
    event: *mut Handle,
    code: *mut i32,
) -> Handle {
    type Real = unsafe extern "C" fn(
        Handle,
        Handle,
        u32,
        u64,
        usize,
        usize,
        u32,
        *const Handle,
        *mut Handle,
        *mut i32,
    ) -> Handle;
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.2.3).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clEnqueueMapBuffer")) };
    let more = MOVED_BY.load(Ordering::SeqCst);
    // SAFETY: passed on to the caller; the buffer is larger by as much.
    let start = unsafe {
        real(
            queue,
            buffer,
            blocking,
            flags,
            offset,
            bytes + more,
            count,
            waits,
            event,
            code,
        )
    };
    if start.is_null() {
        return start;
    }
    let moved = start.wrapping_byte_add(more);
    MAPPED
        .lock()
        .unwrap()
        .insert(moved.addr(), start.expose_provenance());
    moved
}

/// Moves back and counts.
#[unsafe(no_mangle)]
unsafe extern "C" fn clEnqueueUnmapMemObject(
    queue: Handle,
    buffer: Handle,
    start: Handle,
    count: u32,
    waits: *const Handle,
    event: *mut Handle,
) -> i32 {
    type Real =
        unsafe extern "C" fn(Handle, Handle, Handle, u32, *const Handle, *mut Handle) -> i32;
    // SAFETY: the symbol is a function of this type (OpenCL 1.2 specification, 5.4.2).
    let real = unsafe { std::mem::transmute::<Handle, Real>(real(c"clEnqueueUnmapMemObject")) };
    let original = MAPPED.lock().unwrap().remove(&start.addr());
    let original = original.expect("what is unmapped was mapped");
    // SAFETY: passed on to the caller, with the pointer that the driver knows.
    unsafe {
        real(
            queue,
            buffer,
            std::ptr::with_exposed_provenance_mut(original),
            count,
            waits,
            event,
        )
    }
}
