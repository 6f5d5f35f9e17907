//! The language in the 2024 edition. What does not compile is in `tests/ui.rs`.

#![cfg(test)]

#[path = "../programs.rs"]
mod programs;
