//! The time axis: its ticks, and times as text.

use std::time::Duration;

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit {
    name: &'static str,
    nanoseconds: u64,
}

const UNITS: [Unit; 4] = [
    Unit {
        name: "s",
        nanoseconds: 1_000_000_000,
    },
    Unit {
        name: "ms",
        nanoseconds: 1_000_000,
    },
    Unit {
        name: "µs",
        nanoseconds: 1_000,
    },
    Unit {
        name: "ns",
        nanoseconds: 1,
    },
];

/// The largest unit that is not longer than this time.
fn unit_of(nanoseconds: u64) -> Unit {
    let fits = |unit: &&Unit| unit.nanoseconds <= nanoseconds;
    UNITS.iter().find(fits).copied().unwrap_or(UNITS[3])
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// `count` nanoseconds in `unit`, with at most three decimals and no zeros at the end.
fn number(count: u64, unit: Unit) -> String {
    let whole = count / unit.nanoseconds;
    let thousandths = u128::from(count % unit.nanoseconds) * 1_000 / u128::from(unit.nanoseconds);
    let text = format!("{whole}.{thousandths:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A time in the unit that fits it, such as `12.5 ms`.
pub(super) fn exactly(duration: Duration) -> String {
    let count = nanoseconds(duration);
    let unit = unit_of(count);
    format!("{} {}", number(count, unit), unit.name)
}

/// Ticks from zero to `end`, with their labels: 5 to 13 of them, at 1, 2 or 5 times a power of ten.
pub(super) fn ticks(end: Duration) -> Vec<(Duration, String)> {
    let end = nanoseconds(end);
    let step = step(end);
    let unit = unit_of(step.max(end / 10));
    let ticks = (0..=end / step).map(|index| {
        let at = index * step;
        (
            Duration::from_nanos(at),
            format!("{} {}", number(at, unit), unit.name),
        )
    });
    ticks.collect()
}

/// The smallest step of which at most twelve fit into `end`.
fn step(end: u64) -> u64 {
    let mut decade = 1_u64;
    loop {
        for step in [1, 2, 5].map(|factor| decade.saturating_mul(factor)) {
            if end / step <= 12 {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_the_unit_that_fits() {
        let texts = [
            0,
            999,
            1_000,
            1_250,
            12_345_678,
            1_000_000_000,
            90_000_000_000,
        ];
        let texts = texts.map(|count| exactly(Duration::from_nanos(count)));
        let expected = [
            "0 ns",
            "999 ns",
            "1 µs",
            "1.25 µs",
            "12.345 ms",
            "1 s",
            "90 s",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn ticks_stand_at_round_times() {
        for end in (0..60)
            .map(|power| 1_u64 << power)
            .flat_map(|end| [end, end + end / 3])
        {
            let ticks = ticks(Duration::from_nanos(end));
            assert!((1..=13).contains(&ticks.len()), "{end}: {ticks:?}");
            assert!(end < 4 || ticks.len() >= 4, "{end}: {ticks:?}");
            assert_eq!(ticks[0].0, Duration::ZERO);
        }
        let labels: Vec<String> = ticks(Duration::from_millis(33))
            .into_iter()
            .map(|it| it.1)
            .collect();
        assert_eq!(
            labels,
            ["0 ms", "5 ms", "10 ms", "15 ms", "20 ms", "25 ms", "30 ms"]
        );
        let labels: Vec<String> = ticks(Duration::from_micros(1_400))
            .into_iter()
            .map(|it| it.1)
            .collect();
        assert_eq!(labels[..3], ["0 µs", "200 µs", "400 µs"]);
    }
}
