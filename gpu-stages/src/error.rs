//! What can go wrong, named by resource, pipeline and stage.

use crate::util::primitives::Arc;
use std::fmt;

/// The result of this crate's functions, and the usual result of a pipeline.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where in which pipeline something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The pipeline's name: the function's name, or `manual` for the manual API.
    pub pipeline: &'static str,
    /// The stage's name.
    pub stage: &'static str,
    pub(crate) call: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stage `{}` of pipeline `{}`", self.stage, self.pipeline)
    }
}

/// Which use of a resource an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The resource's name.
    pub resource: Arc<str>,
    /// The pipeline and the stage that used it.
    pub by: Origin,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resource `{}` in {}", self.resource, self.by)
    }
}

/// Why a resource is poisoned.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The stage returned an error.
    Failed,
    /// The call's future was dropped, or a guard was dropped without `ready`.
    Dropped,
    /// The stage panicked.
    Panicked,
    /// A command of the stage failed on the device.
    Device(Arc<Failure>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Failed => f.write_str("returned an error"),
            Reason::Dropped => f.write_str("was dropped"),
            Reason::Panicked => f.write_str("panicked"),
            Reason::Device(failure) => write!(f, "failed on the device: {}", failure.message),
        }
    }
}

/// The state of contents that somebody began to write and did not finish.
#[derive(Clone, Debug)]
pub struct Poison {
    /// Who was writing.
    pub by: Origin,
    /// What became of them.
    pub reason: Reason,
}

/// A device command that failed.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub(crate) origin: Option<Origin>,
    pub(crate) message: String,
}

impl Failure {
    /// A failure with the backend's own words; `origin` is the stage that enqueued the command.
    pub fn new(origin: Option<Origin>, message: impl Into<String>) -> Self {
        Failure {
            origin,
            message: message.into(),
        }
    }

    /// The stage that enqueued the command, if a stage did.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }
}

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
    #[error("the launch uses no buffer, so that nobody could wait for it")]
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
    /// The backend refused the command.
    #[error("the device refused the command: {0}")]
    Refused(String),
}

/// An error of the library. Pipelines return it through `E: From<gpu_stages::Error>`.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The contents were being written when their writer failed. The next `#[writes]` clears this.
    #[error("{site} is poisoned: {} {}", poison.by, poison.reason)]
    Poisoned {
        /// The use that found out.
        site: Box<Site>,
        /// Who left the contents half written.
        poison: Poison,
    },
    /// The version to read was never written: its writer ended before its first use of it.
    #[error("{site} was never written: {writer} ended before it began to write this version")]
    NeverWritten {
        /// The use that waited for the version.
        site: Box<Site>,
        /// Who should have written it.
        writer: Origin,
    },
    /// A call asks for one slot twice, once exclusively, and could only wait for itself.
    #[error(
        "{site} would wait for itself: the call asks twice for one slot, and at least once to write it; \
         give the resource another slot with `Resource::ring`"
    )]
    WaitsForItself {
        /// The second use of the slot.
        site: Box<Site>,
    },
    /// A command that this call enqueued failed on the device.
    #[error("{} failed on the device: {failure}", OriginOrUnknown(failure.origin))]
    Device {
        /// What the device said.
        failure: Arc<Failure>,
    },
    /// A command is wrong and was not enqueued.
    #[error("{site}: {problem}")]
    Command {
        /// The first resource of the command, or the one that is wrong.
        site: Box<Site>,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// A device, queue, buffer or kernel could not be made.
    #[error("{what} could not be made: {failure}")]
    Setup {
        /// What was asked for.
        what: &'static str,
        /// What the backend said.
        failure: Arc<Failure>,
    },
}

impl Error {
    pub(crate) fn setup(what: &'static str, failure: Failure) -> Self {
        Error::Setup {
            what,
            failure: Arc::new(failure),
        }
    }
}

impl From<Arc<Failure>> for Error {
    fn from(failure: Arc<Failure>) -> Self {
        Error::Device { failure }
    }
}

impl From<Error> for std::io::Error {
    /// For pipelines that receive and send: the library's error is the cause.
    fn from(error: Error) -> Self {
        std::io::Error::other(error)
    }
}

struct OriginOrUnknown(Option<Origin>);

impl fmt::Display for OriginOrUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(origin) => origin.fmt(f),
            None => f.write_str("a command"),
        }
    }
}

/// A `Result` that a pipeline can return.
#[diagnostic::on_unimplemented(
    message = "a pipeline returns a `Result` whose error is made from `gpu_stages::Error`, not `{Self}`",
    label = "this is no such `Result`",
    note = "return `gpu_stages::Result<T>`, or implement `From<gpu_stages::Error>` for your error type"
)]
pub trait PipelineResult {
    /// The value of a call that went well.
    type Ok;
    /// The error of one that did not.
    type Err: From<Error>;

    /// Whether the call went well.
    fn is_good(&self) -> bool;

    /// The result of a call that the library found to have failed.
    fn from_error(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Error>> PipelineResult for std::result::Result<T, E> {
    type Ok = T;
    type Err = E;

    fn is_good(&self) -> bool {
        self.is_ok()
    }

    fn from_error(error: Error) -> Self {
        Err(error.into())
    }
}
