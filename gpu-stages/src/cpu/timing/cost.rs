//! [`Cost`]: how long one command takes.

use std::time::Duration;

/// How long a command takes: a latency, and a part that grows with its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    latency: Duration,
    /// 0 if the time does not depend on the size.
    seconds_per_unit: f64,
}

impl Cost {
    /// No time.
    pub const NOTHING: Cost = Cost::fixed(Duration::ZERO);

    /// Always `duration`.
    pub const fn fixed(duration: Duration) -> Self {
        Cost {
            latency: duration,
            seconds_per_unit: 0.0,
        }
    }

    /// `latency`, and the time that the units (bytes of a transfer, work-items of a launch) take at `units_per_second`:
    /// 12e9 stands for a bus of 12 GB/s.
    ///
    /// # Panics
    ///
    /// If `units_per_second` is not a positive number.
    pub fn rate(units_per_second: f64, latency: Duration) -> Self {
        assert!(
            units_per_second > 0.0,
            "a rate must be positive, not {units_per_second} units per second"
        );
        Cost {
            latency,
            seconds_per_unit: units_per_second.recip(),
        }
    }

    /// The time for `units` units, to the nanosecond; at most [`Duration::MAX`].
    pub fn of(&self, units: usize) -> Duration {
        if units == 0 {
            return self.latency;
        }
        let seconds = units as f64 * self.seconds_per_unit;
        let variable = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        self.latency.saturating_add(variable)
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_cost_does_not_depend_on_the_size() {
        let cost = Cost::fixed(Duration::from_micros(3));
        assert_eq!(cost.of(0), Duration::from_micros(3));
        assert_eq!(cost.of(1 << 30), Duration::from_micros(3));
        assert_eq!(Cost::NOTHING.of(1 << 30), Duration::ZERO);
    }

    #[test]
    fn a_rate_adds_a_time_for_each_unit() {
        let cost = Cost::rate(1e9, Duration::from_nanos(10));
        assert_eq!(cost.of(0), Duration::from_nanos(10));
        assert_eq!(cost.of(500), Duration::from_nanos(510));
    }

    #[test]
    fn a_time_that_is_too_long_is_the_longest() {
        let longest = Duration::MAX;
        assert_eq!(Cost::rate(1e-300, Duration::ZERO).of(1), longest);
        assert_eq!(Cost::rate(1.0, longest).of(usize::MAX), longest);
        let endless = Cost::rate(f64::MIN_POSITIVE / 1e10, SHORT);
        assert_eq!([0, 1].map(|units| endless.of(units)), [SHORT, longest]);
    }

    const SHORT: Duration = Duration::from_nanos(1);

    #[test]
    #[should_panic(expected = "a rate must be positive")]
    fn a_rate_of_zero_is_refused() {
        let _ = Cost::rate(0.0, Duration::ZERO);
    }

    #[test]
    #[should_panic(expected = "a rate must be positive")]
    fn a_rate_that_is_no_number_is_refused() {
        let _ = Cost::rate(f64::NAN, Duration::ZERO);
    }
}
