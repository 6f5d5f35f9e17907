//! [`Error`]: the kinds of errors.

use super::failure::Failure;
use super::poison::Poison;
use super::problem::Problem;
use super::site::{Origin, Site};
use crate::util::primitives::Arc;
use std::{fmt, io};

/// An error of the library. Pipelines return it through `E: From<gpu_stages::Error>`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The contents were being written when their writer failed. The next `#[writes]` clears this.
    Poisoned {
        /// The use that met the poison.
        site: Box<Site>,
        /// The write that was not completed, and why.
        poison: Poison,
    },
    /// The version to read was never written: its writer ended before its first use of it.
    NeverWritten {
        /// The use that waited for the version.
        site: Box<Site>,
        /// The pipeline and the stage that were to write it.
        writer: Origin,
    },
    /// A call asks for one slot twice, once exclusively, and could only wait for itself.
    WaitsForItself {
        /// The second use of the slot.
        site: Box<Site>,
    },
    /// A command that this call enqueued failed on the device.
    Device {
        /// What the device said.
        failure: Arc<Failure>,
    },
    /// A command is wrong and was not enqueued.
    Command {
        /// The first resource of the command, or the one that is wrong.
        site: Box<Site>,
        /// What is wrong.
        problem: Box<Problem>,
    },
    /// A device, queue, buffer or kernel could not be made.
    Setup {
        /// What was asked for.
        what: &'static str,
        /// What the backend said.
        failure: Arc<Failure>,
    },
    /// A command that names no resource was not enqueued: the device refused a barrier or a marker, or a launch uses no
    /// buffer.
    NotEnqueued {
        /// Which command.
        command: &'static str,
        /// What the device said, with the pipeline and the stage if they are known.
        failure: Arc<Failure>,
    },
    /// A blocking stage was not run: there was no thread for it.
    NoThread {
        /// The stage, if a stage was to be run.
        by: Option<Origin>,
        /// What the operating system said, or what the spawner did.
        reason: Arc<io::Error>,
    },
}

impl Error {
    pub(crate) fn setup(what: &'static str, failure: Failure) -> Self {
        Error::Setup {
            what,
            failure: Arc::new(failure),
        }
    }

    /// The error of a command without resources, of the stage `origin`.
    pub(crate) fn not_enqueued(
        command: &'static str,
        origin: Option<Origin>,
        failure: Failure,
    ) -> Self {
        Error::NotEnqueued {
            command,
            failure: Arc::new(failure.in_stage(origin)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Poisoned { site, poison } => {
                write!(f, "{site} is poisoned: {} {}", poison.by, poison.reason)
            }
            Error::NeverWritten { site, writer } => write!(
                f,
                "{site} was never written: {writer} ended before it began to write this version"
            ),
            Error::WaitsForItself { site } => write!(
                f,
                "{site} would wait for itself: the call asks twice for one slot, and at least once to write it; \
                 give the resource another slot with `Resource::ring`"
            ),
            Error::Device { failure } => match failure.origin {
                Some(origin) => write!(f, "{origin} failed on the device: {failure}"),
                None => write!(f, "a command failed on the device: {failure}"),
            },
            Error::Command { site, problem } => write!(f, "{site}: {problem}"),
            Error::Setup { what, failure } => write!(f, "{what} could not be made: {failure}"),
            Error::NotEnqueued { command, failure } => match failure.origin {
                Some(origin) => write!(f, "{command} in {origin} was not enqueued: {failure}"),
                None => write!(f, "{command} was not enqueued: {failure}"),
            },
            Error::NoThread { by, reason } => match by {
                Some(origin) => write!(
                    f,
                    "{origin} was not run, because no thread took it: {reason}"
                ),
                None => write!(
                    f,
                    "a blocking job was not run, because no thread took it: {reason}"
                ),
            },
        }
    }
}

impl std::error::Error for Error {
    /// The [`Failure`], the [`Problem`] or the [`io::Error`] behind the error, if there is one. It is part of the error's
    /// own message.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Poisoned { poison, .. } => poison.failure().map(|it| it as _),
            Error::NeverWritten { .. } | Error::WaitsForItself { .. } => None,
            Error::Command { problem, .. } => Some(&**problem),
            Error::Device { failure }
            | Error::Setup { failure, .. }
            | Error::NotEnqueued { failure, .. } => Some(&**failure),
            Error::NoThread { reason, .. } => Some(&**reason),
        }
    }
}

impl From<Arc<Failure>> for Error {
    fn from(failure: Arc<Failure>) -> Self {
        Error::Device { failure }
    }
}

impl From<Error> for io::Error {
    /// For pipelines that receive and send: the library's error is the cause.
    fn from(error: Error) -> Self {
        io::Error::other(error)
    }
}
