//! When commands were on their devices, for timelines.
//!
//! A device notes by its own clock when a command was queued, when it started and when it ended, if its queue was made
//! for that. A timeline keeps the command's event and asks when the recording is taken: until then, a command costs one
//! call of the driver, for a handle to its event.

use super::cl::{self, ClEvent};
use crate::observe::Enqueuing;
use crate::observe::device_times::{ClockId, DeviceTimes, OnDevice, OwnClock};
use crate::util::primitives::Arc;
use cl_sys as sys;
use std::time::Duration;

/// A device's clock, by the address of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DeviceClock(pub usize);

/// A command of a queue that is timed.
#[derive(Debug)]
struct Timed {
    event: ClEvent,
    clock: DeviceClock,
}

impl Timed {
    fn time(&self, what: sys::cl_profiling_info) -> Option<Duration> {
        self.event.time(what).ok().map(Duration::from_nanos)
    }
}

impl DeviceTimes for Timed {
    /// Three calls of the driver for a complete command, and one more for its status.
    fn on_device(&self, on: ClockId) -> OnDevice {
        let status = cl::event_status(self.event.0);
        let failed = status.is_ok_and(|status| status < 0);
        if status != Ok(sys::CL_COMPLETE) || on != ClockId::Host {
            return OnDevice {
                failed,
                ..OnDevice::default()
            };
        }
        let noted = Noted {
            queued: self.time(sys::CL_PROFILING_COMMAND_QUEUED),
            began: self.time(sys::CL_PROFILING_COMMAND_START),
            ended: self.time(sys::CL_PROFILING_COMMAND_END),
        };
        let Noted {
            queued,
            began,
            ended,
        } = noted.believed();
        OnDevice {
            began,
            ended,
            failed,
            own_clock: Some(OwnClock {
                number: self.clock.0,
                queued,
            }),
        }
    }
}

/// The times of a command by the device's clock, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Noted {
    queued: Option<Duration>,
    began: Option<Duration>,
    ended: Option<Duration>,
}

impl Noted {
    /// Clocks of devices run since long before. Some drivers give 0 for a time that they have not noted, and some count
    /// 0, 1, 2, 3.
    const EARLIEST: Duration = Duration::from_micros(1);

    /// The times that can be right.
    fn believed(self) -> Self {
        let is_noted = |time: &Duration| *time >= Self::EARLIEST;
        let queued = self.queued.filter(is_noted);
        let began = self.began.filter(is_noted);
        let ended = self.ended.filter(is_noted);
        let is_in_order = queued <= began && began.is_some() && began <= ended;
        Noted {
            queued,
            began: began.filter(|_| is_in_order),
            ended: ended.filter(|_| is_in_order),
        }
    }
}

/// A command whose times are unknown, or that does not run because what it needs has failed.
#[derive(Debug)]
struct Untimed {
    failed: bool,
}

impl DeviceTimes for Untimed {
    fn on_device(&self, _: ClockId) -> OnDevice {
        OnDevice {
            failed: self.failed,
            ..OnDevice::default()
        }
    }
}

/// Whether a command needs an event for the sake of a timeline.
pub(super) fn needs_event(clock: Option<DeviceClock>, enqueuing: Option<&Enqueuing>) -> bool {
    enqueuing.is_some() && clock.is_some()
}

/// Tells timelines of a command that was enqueued, with an event if there is one. Returns the event only if the command
/// `signals`: otherwise the timeline alone has a use for it.
pub(super) fn enqueued(
    clock: Option<DeviceClock>,
    enqueuing: Option<Enqueuing>,
    event: Option<ClEvent>,
    signals: bool,
) -> Option<ClEvent> {
    let Some(enqueuing) = enqueuing else {
        return event;
    };
    let (kept, own) = match event {
        Some(event) if signals => (event.another().ok(), Some(event)),
        event => (event, None),
    };
    enqueuing.enqueued(match kept.zip(clock) {
        Some((event, clock)) => Arc::new(Timed { event, clock }),
        None => Arc::new(Untimed { failed: false }),
    });
    own
}

/// Tells timelines of a command that is not enqueued, because what it needs has failed.
pub(super) fn failed(enqueuing: Option<Enqueuing>) {
    if let Some(enqueuing) = enqueuing {
        enqueuing.enqueued(Arc::new(Untimed { failed: true }));
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// What is believed of these times in nanoseconds.
    fn believed(times: [u64; 3]) -> [Option<u64>; 3] {
        let [queued, began, ended] = times.map(|time| Some(Duration::from_nanos(time)));
        let believed = Noted {
            queued,
            began,
            ended,
        };
        let Noted {
            queued,
            began,
            ended,
        } = believed.believed();
        [queued, began, ended].map(|time| Some(u64::try_from(time?.as_nanos()).unwrap()))
    }

    #[test]
    fn times_in_order_are_believed() {
        assert_eq!(
            believed([5_000, 6_000, 9_000]),
            [Some(5_000), Some(6_000), Some(9_000)]
        );
        assert_eq!(
            believed([5_000, 5_000, 5_000]),
            [Some(5_000), Some(5_000), Some(5_000)]
        );
    }

    #[test]
    fn a_time_of_zero_is_none() {
        assert_eq!(
            believed([0, 6_000, 9_000]),
            [None, Some(6_000), Some(9_000)]
        );
        assert_eq!(believed([5_000, 0, 0]), [Some(5_000), None, None]);
        assert_eq!(believed([5_000, 6_000, 0]), [Some(5_000), None, None]);
        assert_eq!(believed([0, 1, 2]), [None, None, None]);
        assert_eq!(believed([1, 2, 3]), [None, None, None]);
    }

    #[test]
    fn times_out_of_order_are_none() {
        assert_eq!(believed([7_000, 6_000, 9_000]), [Some(7_000), None, None]);
        assert_eq!(believed([5_000, 9_000, 6_000]), [Some(5_000), None, None]);
    }
}
