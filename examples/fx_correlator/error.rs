//! What can end the program.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the program ends early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option asks for what cannot be.
    #[error("{0}")]
    Option(String),
    /// The port or address cannot be had.
    #[error("cannot listen at {address}: {cause}")]
    Listen {
        /// Where to listen.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// The file cannot be made.
    #[error("cannot write {path:?}: {cause}")]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The file cannot be written any more.
    #[error("cannot write dump {dump} to {path:?}: {cause}")]
    Append {
        /// The file.
        path: PathBuf,
        /// Which dump.
        dump: u64,
        /// What the system says.
        cause: io::Error,
    },
    /// Receiving failed.
    #[error("cannot receive: {0}")]
    Receive(io::Error),
    /// Sending failed.
    #[error("cannot send to {to}: {cause}")]
    Send {
        /// Where to.
        to: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// No thread could be started, or stdout is closed.
    #[error("cannot start: {0}")]
    Start(io::Error),
    /// A task of the program ended before its work was done.
    #[cfg(feature = "opencl")]
    #[error("lost: {0}")]
    Lost(&'static str),
    /// The driver refused a command by hand, or the command failed.
    #[cfg(feature = "opencl")]
    #[error("OpenCL: {0}")]
    ByHand(#[from] ocl::Error),
    /// The device failed, or has not got what was asked for.
    #[error(transparent)]
    Library(#[from] gpu_stages::Error),
}

impl Error {
    /// 2 where other options would help, otherwise 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Option(_) | Error::Listen { .. } | Error::Create { .. } => 2,
            Error::Library(gpu_stages::Error::Setup { .. }) => 2,
            _ => 1,
        }
    }
}
