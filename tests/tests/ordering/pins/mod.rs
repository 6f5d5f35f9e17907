//! Pinned versions: what a pin keeps, which uses wait for it, and which do not.

mod commands;
mod cycles;
mod failure;
mod latest;
mod slots;
mod uses;

use futures::executor::block_on;
use gpu_stages::{Allocation, HostGuard, Resource, Result, Version, guard::access};
use std::pin::Pin;

type Wait<A> = Pin<Box<dyn Future<Output = Result<HostGuard<i32, A>>>>>;

fn reading(allocation: Result<Allocation<i32, access::Read>>) -> Wait<access::Read> {
    Box::pin(allocation.unwrap().wait_events())
}

fn updating(allocation: Result<Allocation<i32, access::Update>>) -> Wait<access::Update> {
    Box::pin(allocation.unwrap().wait_events())
}

fn writing(resource: &Resource<i32>) -> Wait<access::Write> {
    Box::pin(resource.acquire_write().unwrap().wait_events())
}

fn write(resource: &Resource<i32>, value: i32) {
    block_on(resource.replace(value)).unwrap();
}

fn read_version(version: &Version<i32>) -> i32 {
    *block_on(version.acquire_read().unwrap().wait_events()).unwrap()
}
