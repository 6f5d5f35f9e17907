//! The results of this crate and of pipelines.

use super::kinds::Error;

/// The result of this crate's functions, and the usual result of a pipeline.
pub type Result<T, E = Error> = std::result::Result<T, E>;

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
