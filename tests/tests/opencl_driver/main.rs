//! The OpenCL backend on a driver that holds commands, fails them, loses callbacks and counts what it is asked.
//!
//! A program of its own, because its functions come before the driver's in the whole program.

mod arguments;
mod callbacks;
mod cancel;
mod contexts;
mod driver;
mod failure;
mod failure_drivers;
mod lost_callbacks;
mod memory;
mod threads;
mod transfers;
mod unclaimed;
mod watchdog;
