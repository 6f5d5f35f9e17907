//! The language in the 2021 edition.

#![cfg(test)]

#[path = "../../programs.rs"]
mod programs;
