//! What is printed: ratios first.

use crate::case::{Case, Label};
use serde_json::{Map, Value, json};

/// Figures by name, in the order in which they are printed.
#[derive(Default)]
pub struct Report {
    ratios: Vec<Figure>,
    figures: Vec<Figure>,
}

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

type Samples = fn(&Case) -> &Vec<f64>;

impl Report {
    /// Throughput at one size of frames. A ratio is good when it is high.
    pub fn throughput(&mut self, size: &str, cases: &[Case]) {
        let samples: Samples = |case| &case.frames_per_second;
        let prefix = format!("throughput_ratio/{size}");
        self.compare(&prefix, cases, samples, f64::max);
        for case in sorted(cases) {
            let name = format!("{size}/{}/{}", case.label.shape(), case.label.version());
            self.figure(
                format!("throughput/{name}"),
                &case.frames_per_second,
                "frames/s",
            );
            if size == "4KiB" {
                self.figure(format!("calls/{name}"), &case.calls, "calls/frame");
                let allocations = &case.allocations;
                self.figure(
                    format!("allocations/{name}"),
                    allocations,
                    "allocations/frame",
                );
            }
        }
    }

    /// Cost of enqueuing. A ratio is good when it is low.
    pub fn enqueuing(&mut self, cases: &[Case]) {
        let samples: Samples = |case| &case.nanoseconds_to_enqueue;
        self.compare("enqueue_ratio", cases, samples, f64::min);
        for case in sorted(cases) {
            let name = format!("enqueue/{}", case.label.version());
            self.figure(name, &case.nanoseconds_to_enqueue, "ns/frame");
        }
    }

    pub fn print(&self, as_json: bool) {
        let all = self.ratios.iter().chain(&self.figures);
        if as_json {
            let entry = |figure: &Figure| {
                let value = json!({ "value": figure.value, "unit": figure.unit });
                (figure.name.clone(), value)
            };
            println!("{}", Value::Object(all.map(entry).collect::<Map<_, _>>()));
            return;
        }
        for Figure { name, value, unit } in all {
            match *unit {
                "frames/s" | "ns/frame" => println!("{name}: {value:.0} {unit}"),
                _ => println!("{name}: {value:.3} {unit}"),
            }
        }
    }

    /// The pipeline against the best by hand: all shapes together, and each shape and number of queues by
    /// itself.
    fn compare(
        &mut self,
        prefix: &str,
        cases: &[Case],
        samples: Samples,
        better: fn(f64, f64) -> f64,
    ) {
        let overall = (
            best(cases, samples, better, Label::is_macro),
            best(cases, samples, better, |label| !label.is_macro()),
        );
        self.ratio(format!("{prefix}/best"), overall, samples);
        for case in sorted(cases).filter(|case| case.label.is_macro()) {
            let label = case.label;
            let rival = best(cases, samples, better, |other| {
                let same = other.queues == label.queues && other.shape == label.shape;
                same && !other.is_macro()
            });
            let name = format!("{prefix}/{}/{}", label.shape(), label.version());
            self.ratio(name, (Some(case), rival), samples);
        }
    }

    fn ratio(&mut self, name: String, pair: (Option<&Case>, Option<&Case>), samples: Samples) {
        let (Some(case), Some(rival)) = pair else {
            return;
        };
        let rounds = samples(case).iter().zip(samples(rival));
        let ratios: Vec<_> = rounds.map(|(own, other)| own / other).collect();
        self.ratios.push(Figure {
            name,
            value: median(&ratios),
            unit: "x",
        });
    }

    fn figure(&mut self, name: String, samples: &[f64], unit: &'static str) {
        let value = median(samples);
        self.figures.push(Figure { name, value, unit });
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

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
