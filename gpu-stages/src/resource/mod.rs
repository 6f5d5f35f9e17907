//! What users hold: resources, versions of them, lists of them.

mod readable;
mod requests;
mod shared;
mod version;

pub use readable::Readable;
pub use requests::Requests;
pub use shared::Resource;
pub use version::Version;
