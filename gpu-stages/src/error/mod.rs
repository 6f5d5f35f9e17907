//! What can go wrong, named by resource, pipeline and stage.

mod failure;
mod kinds;
mod poison;
mod problem;
mod result;
mod site;
mod unclaimed;

pub use failure::Failure;
pub use kinds::Error;
pub use poison::{Poison, Reason};
pub use problem::Problem;
pub use result::{PipelineResult, Result};
pub use site::{Origin, Site};
