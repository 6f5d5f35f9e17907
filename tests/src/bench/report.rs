//! What is printed: ratios first.

use std::fmt::{self, Display};

/// Figures by name, in the order in which they are printed.
#[derive(Debug, Default)]
pub struct Report {
    ratios: Vec<Figure>,
    figures: Vec<Figure>,
}

#[derive(Debug)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

impl Report {
    /// The median of the ratios within each round.
    pub fn ratio(&mut self, name: impl Into<String>, samples: &[f64], to: &[f64]) {
        let rounds = samples.iter().zip(to);
        let ratios: Vec<_> = rounds.map(|(own, other)| own / other).collect();
        self.ratios.push(Figure {
            name: name.into(),
            value: median(&ratios),
            unit: "x",
        });
    }

    /// The median over the rounds.
    pub fn figure(&mut self, name: impl Into<String>, samples: &[f64], unit: &'static str) {
        self.figures.push(Figure {
            name: name.into(),
            value: median(samples),
            unit,
        });
    }

    /// Prints `name: value unit` lines, or one JSON object of `{"value": …, "unit": …}` by name.
    pub fn print(&self, as_json: bool) {
        if as_json {
            println!("{}", self.json());
        } else {
            self.all().for_each(|figure| println!("{figure}"));
        }
    }

    fn all(&self) -> impl Iterator<Item = &Figure> {
        self.ratios.iter().chain(&self.figures)
    }

    /// Written here: a crate for JSON that all tests see would change what `[]` may be compared with in them.
    fn json(&self) -> String {
        let entry = |Figure { name, value, unit }: &Figure| {
            let number = value.is_finite().then(|| value.to_string());
            let number = number.as_deref().unwrap_or("null");
            format!(r#"{name:?}:{{"value":{number},"unit":{unit:?}}}"#)
        };
        let entries: Vec<_> = self.all().map(entry).collect();
        format!("{{{}}}", entries.join(","))
    }
}

impl Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figure { name, value, unit } = self;
        let decimals = if value.abs() < 100.0 { 3 } else { 0 };
        write!(f, "{name}: {value:.decimals$} {unit}")
    }
}

/// The median; NaN if there is nothing.
pub fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.figure("time/\"a\"", &[1500.0, 3.0, 1500.25], "ns");
        report.ratio("a_to_b", &[1.0, 9.0, 8.0], &[2.0, 3.0, 4.0]);
        report.figure("nothing", &[], "ns");
        report
    }

    #[test]
    fn ratios_come_first_and_are_taken_within_rounds() {
        let lines: Vec<_> = report().all().map(ToString::to_string).collect();
        let expected = ["a_to_b: 2.000 x", "time/\"a\": 1500 ns", "nothing: NaN ns"];
        assert_eq!(lines, expected);
    }

    #[test]
    fn json_is_json() {
        let json: serde_json::Value = serde_json::from_str(&report().json()).unwrap();
        let expected = serde_json::json!({
            "a_to_b": { "value": 2, "unit": "x" },
            "time/\"a\"": { "value": 1500, "unit": "ns" },
            "nothing": { "value": null, "unit": "ns" },
        });
        assert_eq!(json, expected);
    }
}
