//! Running one command of the embedded device: here raw memory is touched.

use super::backend::Cpu;
use super::memory::Start;
use crate::backend::{Command, Region};
use crate::util::panics::message;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `command` on this thread; returns the message if it fails.
///
/// # Safety
///
/// While the command runs, no other access conflicts with its regions. They lie inside their memory. A launch has
/// passed the kernel's check.
pub(super) unsafe fn run(command: &Command<Cpu>) -> Result<(), String> {
    match command {
        // SAFETY: passed on to the caller.
        Command::Upload(source, target) => unsafe { copy(source, target, source.bytes) },
        // SAFETY: passed on to the caller.
        Command::Download(source, target) => unsafe { copy(source, target, source.bytes) },
        // SAFETY: passed on to the caller.
        Command::Copy(source, target) => unsafe { copy(source, target, source.bytes) },
        Command::Fill(target, pattern) => {
            if !pattern.is_empty() {
                // SAFETY: the region lies inside its memory, and there is no other access to it.
                let bytes = unsafe { std::slice::from_raw_parts_mut(target.start(), target.bytes) };
                bytes
                    .chunks_exact_mut(pattern.len())
                    .for_each(|chunk| chunk.copy_from_slice(pattern));
            }
        }
        Command::Launch(kernel, grid, arguments) => {
            // SAFETY: passed on to the caller.
            let launch = || unsafe { kernel.run(*grid, arguments) };
            return catch_unwind(AssertUnwindSafe(launch)).map_err(|panic| {
                format!("kernel `{}` panicked: {}", kernel.name(), message(panic))
            });
        }
        Command::Marker | Command::Barrier => {}
    }
    Ok(())
}

/// # Safety
///
/// Both regions have at least `bytes` bytes inside their memory, and no other access conflicts with them.
unsafe fn copy<S, T>(source: &Region<S>, target: &Region<T>, bytes: usize)
where
    Region<S>: Start,
    Region<T>: Start,
{
    // SAFETY: passed on to the caller. `copy` allows regions that overlap, which views cannot.
    unsafe { std::ptr::copy(source.start(), target.start(), bytes) };
}
