//! What pipelines are written with, and what they run on: declarations, stages, buffers, kernels, executors.

mod executors;
mod jobs;
mod language;
mod lengths;
mod scalars;
