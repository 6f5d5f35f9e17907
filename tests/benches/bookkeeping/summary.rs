//! What the figures say: against targets, against what one would use instead, and how they grow.

use crate::scaling::SWEEPS;
use gpu_stages_tests::bench::{Case, Report};

/// Nanoseconds to aim for.
const TARGETS: [(&str, f64); 9] = [
    ("acquire_wait_ready/by_hand/read", 30.0),
    ("acquire_wait_ready/by_hand/write", 30.0),
    ("acquire_wait_ready/by_hand/update", 30.0),
    ("acquire_wait_ready/in_call/read", 30.0),
    ("acquire_wait_ready/in_call/write", 30.0),
    ("acquire_wait_ready/in_call/update", 30.0),
    ("four_at_once/acquire", 120.0),
    ("frame/by_hand", 500.0),
    ("frame/tokio_task", 500.0),
];

/// What is compared with what.
const PAIRS: [(&str, &str); 9] = [
    (
        "hand_over/two_threads/resource",
        "hand_over/two_threads/tokio_mutex",
    ),
    ("acquire_wait_ready/by_hand/update", "yardstick/tokio_mutex"),
    (
        "acquire_wait_ready/by_hand/read",
        "yardstick/tokio_rwlock_read",
    ),
    (
        "acquire_wait_ready/by_hand/write",
        "yardstick/tokio_oneshot_link",
    ),
    (
        "four_at_once/acquire",
        "four_at_once/tokio_mutexes_in_order",
    ),
    ("frame/by_hand", "frame/mutexes_by_hand"),
    ("frame/tokio_task", "frame/mutexes_tokio_task"),
    (
        "hand_over/two_tasks/resource",
        "hand_over/two_tasks/tokio_mutex",
    ),
    ("shared_reads/resource", "shared_reads/tokio_rwlock"),
];

/// All that is reported of times. All ratios are good when they are low, and reach a target at 1.
pub fn times(report: &mut Report, cases: &[Case]) {
    let samples = |name: &str| {
        let case = cases.iter().find(|case| case.name == name)?;
        Some(case.nanoseconds.as_slice())
    };
    for (name, target) in TARGETS {
        if let Some(samples) = samples(name) {
            let targets = vec![target; samples.len()];
            report.ratio(format!("to_target/{name}"), samples, &targets);
        }
    }
    for (name, other) in PAIRS {
        if let (Some(samples), Some(others)) = (samples(name), samples(other)) {
            let other = other.rsplit('/').next().unwrap_or(other);
            report.ratio(format!("{name}_to_{other}"), samples, others);
        }
    }
    growth(report, samples, "ns");
    for case in cases {
        report.figure(&case.name, &case.nanoseconds, "ns");
    }
    for case in cases {
        let name = format!("allocations/{}", case.name);
        report.figure(name, &[case.allocations], "allocations");
    }
}

/// How the samples that belong to a name grow with the sizes of each sweep.
pub fn growth<'a>(
    report: &mut Report,
    samples: impl Fn(&str) -> Option<&'a [f64]>,
    unit: &'static str,
) {
    for sweep in &SWEEPS {
        let of_size = |&size: &usize| Some((size as f64, samples(&sweep.case(size))?));
        let all: Option<Vec<_>> = sweep.sizes.iter().map(of_size).collect();
        match all.as_deref() {
            Some([first, second, .., before, last]) if sweep.grows => {
                let (early, late) = (slope(first, second), slope(before, last));
                report.ratio(format!("linear/{}", sweep.name), &late, &early);
                let name = format!("scaling/{}/each_more", sweep.name);
                report.figure(name, &slope(first, last), unit);
            }
            Some([first, .., last]) => {
                report.ratio(format!("flat/{}", sweep.name), last.1, first.1);
            }
            _ => {}
        }
    }
}

/// What one more costs between two sizes, in each round.
fn slope(from: &(f64, &[f64]), to: &(f64, &[f64])) -> Vec<f64> {
    let rounds = from.1.iter().zip(to.1);
    rounds
        .map(|(low, high)| (high - low) / (to.0 - from.0))
        .collect()
}
