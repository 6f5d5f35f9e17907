//! Wakes the thread that looks after events and queues.

use crate::util::primitives::{StaticCondvar, StaticMutex, lock_static, unpoisoned};
use std::time::Duration;

#[derive(Debug)]
struct Alarm {
    /// Whether there is something to do since the thread looked.
    has_rung: bool,
    /// Whether the thread sleeps without an end.
    is_idle: bool,
}

static ALARM: StaticMutex<Alarm> = StaticMutex::new(Alarm {
    has_rung: false,
    is_idle: false,
});
static RING: StaticCondvar = StaticCondvar::new();

/// There is something to do now.
pub(super) fn ring() {
    lock_static(&ALARM).has_rung = true;
    RING.notify_one();
}

/// There is something to look at within the next interval: wakes the thread only if it would sleep longer.
pub(super) fn ring_if_idle() {
    let mut alarm = lock_static(&ALARM);
    alarm.has_rung = true;
    let is_idle = alarm.is_idle;
    drop(alarm);
    if is_idle {
        RING.notify_one();
    }
}

/// Sleeps until there is something to do, or for `limit`.
pub(super) fn sleep(limit: Option<Duration>) {
    let mut alarm = lock_static(&ALARM);
    if !alarm.has_rung {
        alarm = match limit {
            Some(limit) => unpoisoned(RING.wait_timeout(alarm, limit)).0,
            None => {
                alarm.is_idle = true;
                let mut alarm = unpoisoned(RING.wait(alarm));
                alarm.is_idle = false;
                alarm
            }
        };
    }
    alarm.has_rung = false;
}
