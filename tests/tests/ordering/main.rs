//! Promises 1 and 2: the order in which calls use a resource, and the version that each use gets.

mod list_guards;
mod lists;
mod order;
mod pins;
mod pins_model;
mod versions;
