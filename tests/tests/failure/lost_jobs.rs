//! Blocking stages whose spawner drops them unrun.

use futures::executor::block_on;
use gpu_stages::{blocking, set_blocking_spawner};
use gpu_stages_tests::process::in_own_process;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn a_job_that_is_dropped_unrun_ends_its_future() {
    in_own_process(a_job_that_is_dropped_unrun_ends_its_future, || {
        set_blocking_spawner(drop).unwrap();
        assert!(set_blocking_spawner(|job| job()).is_err(), "one was set");
        let lost = AssertUnwindSafe(|| block_on(blocking(|| 1)));
        let panic = catch_unwind(lost).unwrap_err();
        let text = panic.downcast_ref::<&str>().copied().unwrap_or_default();
        assert!(text.contains("dropped before it ran"), "{text}");
    });
}
