//! The clocks of the host and of devices, and the conversion of times between them.

use crate::observe::device_times::{ClockId, host_now};
use std::fmt::Debug;
use std::time::Duration;

/// The clock that a timeline is on.
pub(crate) trait Clock: Debug + Send + Sync {
    fn id(&self) -> ClockId;

    /// The time since the zero of the clock. It never goes back.
    fn now(&self) -> Duration;
}

/// The host's monotonic clock.
#[derive(Debug)]
pub(super) struct HostClock;

impl Clock for HostClock {
    fn id(&self) -> ClockId {
        ClockId::Host
    }

    fn now(&self) -> Duration {
        host_now()
    }
}

/// The bounds of the difference between the host's clock and that of a device.
///
/// A driver notes the device's time while the host is enqueuing a command. The host's time at that moment lies between
/// the begin and the end of the driver call. So every command narrows the bounds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alignment(Option<(i128, i128)>);

impl Alignment {
    /// The device's time was `queued` some time between `before` and `after` on the host's clock.
    pub fn narrow(&mut self, queued: Duration, before: Duration, after: Duration) {
        let least = signed(before) - signed(queued);
        let most = signed(after) - signed(queued);
        let known = self.0.unwrap_or((least, most));
        self.0 = Some((known.0.max(least), known.1.min(most)));
    }

    /// The time on the host's clock when the device's was `time`.
    pub fn on_host(&self, time: Duration) -> Option<Duration> {
        let (least, most) = self.0?;
        let nanoseconds = signed(time) + (least + most).div_euclid(2);
        let nanoseconds = u64::try_from(nanoseconds.max(0)).unwrap_or(u64::MAX);
        Some(Duration::from_nanos(nanoseconds))
    }

    /// The greatest error of times on the host's clock. If the clocks drift, the lower bound can be above the upper
    /// one; the distance is then the drift.
    pub fn error(&self) -> Option<Duration> {
        let (least, most) = self.0?;
        let half = most.abs_diff(least).div_ceil(2);
        Some(Duration::from_nanos(
            u64::try_from(half).unwrap_or(u64::MAX),
        ))
    }
}

fn signed(time: Duration) -> i128 {
    i128::try_from(time.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ns(count: u64) -> Duration {
        Duration::from_nanos(count)
    }

    #[test]
    fn every_command_narrows_the_difference_of_the_clocks() {
        let mut alignment = Alignment::default();
        assert_eq!((alignment.on_host(ns(5)), alignment.error()), (None, None));
        // The device is 1,000 ns ahead.
        alignment.narrow(ns(1_110), ns(100), ns(140));
        assert_eq!(alignment.on_host(ns(1_110)), Some(ns(120)));
        assert_eq!(alignment.error(), Some(ns(20)));
        alignment.narrow(ns(1_202), ns(200), ns(300));
        alignment.narrow(ns(1_399), ns(350), ns(400));
        // -1,002 to -1,000 is left, for -1,010 to -970, -1,002 to -902 and -1,049 to -999.
        assert_eq!(alignment.error(), Some(ns(2)));
        assert_eq!(alignment.on_host(ns(1_202)), Some(ns(202 - 1)));
    }

    #[test]
    fn a_device_may_be_behind_the_host_and_drift() {
        let mut alignment = Alignment::default();
        alignment.narrow(ns(10), ns(1_000), ns(1_004));
        assert_eq!(alignment.on_host(ns(20)), Some(ns(1_012)));
        // The clocks have drifted by ten nanoseconds: no difference is right for both commands.
        alignment.narrow(ns(1_010), ns(2_014), ns(2_014));
        assert_eq!(alignment.error(), Some(ns(5)));
        assert_eq!(alignment.on_host(ns(1_010)), Some(ns(2_009)));
    }

    #[test]
    fn times_before_the_zero_of_the_host_are_zero() {
        let mut alignment = Alignment::default();
        alignment.narrow(ns(500), ns(0), ns(0));
        assert_eq!(alignment.on_host(ns(400)), Some(ns(0)));
    }
}
