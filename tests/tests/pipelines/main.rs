//! What pipelines are written with, and what they run on: declarations, stages, buffers, kernels, executors.

mod declarations;
mod executors;
mod jobs;
mod lengths;
mod results;
mod scalars;
mod stages;

use futures::executor::block_on;
use gpu_stages::Resource;

/// The value of a resource.
fn read<T: Clone + Send + Sync + 'static>(resource: &Resource<T>) -> T {
    block_on(resource.acquire_read().unwrap().wait_events())
        .unwrap()
        .clone()
}
