//! [`Problem`]: what is wrong with a command.

use crate::util::primitives::Arc;

/// What is wrong with a command that was not enqueued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The view was waited for on another queue than the command's.
    #[error("it was waited for on another queue; call `wait_device` with this one")]
    WrongQueue,
    /// The view's guard has been released.
    #[error("it has been released already")]
    Released,
    /// A sub-range does not lie inside the buffer.
    #[error("the range {start}..{end} is outside the buffer of {len} elements")]
    OutOfRange {
        /// First element asked for.
        start: usize,
        /// One past the last element asked for.
        end: usize,
        /// Elements there are.
        len: usize,
    },
    /// Source and destination differ in length.
    #[error("source and destination differ in length: {source_len} and {target_len} elements")]
    Length {
        /// Elements of the source.
        source_len: usize,
        /// Elements of the destination.
        target_len: usize,
    },
    /// A launch has no buffer among its arguments.
    #[error("the launch uses no buffer, so that nothing could wait for it")]
    UsesNothing,
    /// The kernel takes another number of arguments.
    #[error("kernel `{kernel}` takes {expected} arguments, but {found} are given")]
    ArgumentCount {
        /// The kernel's name.
        kernel: Arc<str>,
        /// Arguments the kernel takes.
        expected: usize,
        /// Arguments given.
        found: usize,
    },
    /// A kernel argument has the wrong type.
    #[error("argument {index} of kernel `{kernel}` is `{expected}`, but `{found}` is given")]
    ArgumentType {
        /// The kernel's name.
        kernel: Arc<str>,
        /// Which argument, from 0.
        index: usize,
        /// The type the kernel takes.
        expected: String,
        /// The type given.
        found: String,
    },
    /// The resource, or the kernel, belongs to another device than the queue, or to another context of that device.
    #[error(
        "{what} belongs to {own}, but the queue belongs to {queue}; make the queue, the kernel and the buffers of a \
         command from one `Device` or from clones of it"
    )]
    OtherDevice {
        /// `it` for the resource that the error names, or the kernel.
        what: String,
        /// The device that it belongs to.
        own: String,
        /// The device of the queue.
        queue: String,
    },
    /// The backend refused the command.
    #[error("the device refused the command: {0}")]
    Refused(String),
}
