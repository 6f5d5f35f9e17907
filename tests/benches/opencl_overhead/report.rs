//! The pipeline against the best by hand.

use crate::case::{Case, Label};
use gpu_stages_tests::bench::{Report, median};

type Samples = fn(&Case) -> &Vec<f64>;

/// Throughput at one size of frames. A ratio is good when it is high.
pub fn throughput(report: &mut Report, size: &str, cases: &[Case]) {
    let samples: Samples = |case| &case.frames_per_second;
    let prefix = format!("throughput_ratio/{size}");
    compare(report, &prefix, cases, samples, f64::max);
    for case in sorted(cases) {
        let name = format!("{size}/{}/{}", case.label.shape(), case.label.version());
        let figures = [
            ("throughput", &case.frames_per_second, "frames/s"),
            ("calls", &case.calls, "calls/frame"),
            ("allocations", &case.allocations, "allocations/frame"),
        ];
        // What does not depend on the size is told once.
        let told = if size == "4KiB" { 3 } else { 1 };
        for (figure, samples, unit) in &figures[..told] {
            report.figure(format!("{figure}/{name}"), samples, unit);
        }
    }
}

/// Cost of enqueuing. A ratio is good when it is low.
pub fn enqueuing(report: &mut Report, cases: &[Case]) {
    let samples: Samples = |case| &case.nanoseconds_to_enqueue;
    compare(report, "enqueue_ratio", cases, samples, f64::min);
    for case in sorted(cases) {
        let name = format!("enqueue/{}", case.label.version());
        report.figure(name, &case.nanoseconds_to_enqueue, "ns/frame");
    }
}

/// The pipeline against the best by hand: all shapes together, and each shape and number of queues by itself.
fn compare(
    report: &mut Report,
    prefix: &str,
    cases: &[Case],
    samples: Samples,
    better: fn(f64, f64) -> f64,
) {
    let mut ratio = |name: String, pair: (Option<&Case>, Option<&Case>)| {
        if let (Some(case), Some(rival)) = pair {
            report.ratio(name, samples(case), samples(rival));
        }
    };
    let overall = (
        best(cases, samples, better, Label::is_macro),
        best(cases, samples, better, |label| !label.is_macro()),
    );
    ratio(format!("{prefix}/best"), overall);
    for case in sorted(cases).filter(|case| case.label.is_macro()) {
        let label = case.label;
        let rival = best(cases, samples, better, |other| {
            let same = other.queues == label.queues && other.shape == label.shape;
            same && !other.is_macro()
        });
        let name = format!("{prefix}/{}/{}", label.shape(), label.version());
        ratio(name, (Some(case), rival));
    }
}

/// The cases in the order of their names: measuring has shuffled them.
fn sorted(cases: &[Case]) -> impl Iterator<Item = &Case> {
    let mut sorted: Vec<_> = cases.iter().collect();
    sorted.sort_by_key(|case| (case.label.shape(), case.label.version()));
    sorted.into_iter()
}

/// Of those that are `wanted`, the one with the best median.
fn best(
    cases: &[Case],
    samples: Samples,
    better: fn(f64, f64) -> f64,
    wanted: impl Fn(&Label) -> bool,
) -> Option<&Case> {
    let wanted = cases.iter().filter(|case| wanted(&case.label));
    wanted.reduce(|best, case| {
        let (old, new) = (median(samples(best)), median(samples(case)));
        if better(old, new) == new { case } else { best }
    })
}
