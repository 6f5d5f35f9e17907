//! The report of all waits of a process.

use gpu_stages::{Resource, stall};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;

#[test]
fn a_report_lists_all_waits_and_is_empty_without_any() {
    in_own_process(a_report_lists_all_waits_and_is_empty_without_any, || {
        assert!(stall::report().is_empty());
        assert_eq!(stall::report().to_string(), "nothing waits");
        let value = Resource::new(0).named("held");
        let holder = value.acquire_update().unwrap();
        let wait = || Box::pin(value.acquire_update().unwrap().wait_events());
        let mut waits = [wait(), wait()];
        assert!(waits.iter_mut().all(|wait| poll_once(wait).is_pending()));
        let report = stall::report();
        assert!(!report.is_empty());
        assert_eq!(report.waits().len(), 2);
        let [first, second] = report.waits() else {
            panic!("{report}")
        };
        assert_eq!(report.to_string(), format!("{first}\n{second}"));
        assert!(first.to_string().contains("which is held"), "{first}");
        drop(holder);
        drop(waits);
        assert!(stall::report().is_empty());
    });
}
