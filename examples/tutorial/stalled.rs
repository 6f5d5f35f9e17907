//! A typical mistake: a call is made and its future kept, but never polled.

use crate::step_2_pipeline::Correlator;
use crate::world::World;
use futures::future::FutureExt;
use gpu_stages::{Result, stall};
use std::pin::pin;

/// Why the second call does not proceed.
pub fn report(world: &World) -> Result<String> {
    let correlator = Correlator::new(world)?;
    let kept = correlator.correlate();
    let mut second = pin!(correlator.correlate());
    assert!(second.as_mut().now_or_never().is_none());
    let report = stall::report().to_string();
    drop(kept);
    Ok(report)
}
