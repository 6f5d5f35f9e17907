//! [`Schedule`]: the stages of a pipeline and their synchronisation, as plain data.

mod description;
mod dot;
mod mermaid;
mod picture;
mod stage;
mod table;
mod text;

pub use description::Schedule;
pub use stage::Stage;
