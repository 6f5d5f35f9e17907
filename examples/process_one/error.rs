//! What can end the program early.

use crate::source::SourceError;
use std::io;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option asks for what cannot be.
    #[error("{0}")]
    Option(String),
    /// The input cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The device failed, or has not got what was asked for.
    #[error(transparent)]
    Library(#[from] gpu_stages::Error),
    /// The executor could not be started.
    #[error("cannot start the executor: {0}")]
    Executor(io::Error),
}

impl Error {
    /// 2 where other options or another input would help, otherwise 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Option(_) | Error::Source(_) => 2,
            Error::Library(gpu_stages::Error::Setup { .. }) => 2,
            Error::Library(_) | Error::Executor(_) => 1,
        }
    }
}
