//! The line in the terminal, and the counts at the end.

use crate::counters::{Counters, Totals};
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(500);

/// Keeps a line on stderr up to date, if that is a terminal. Never ends.
pub async fn line(counters: Arc<Counters>) {
    if !io::stderr().is_terminal() {
        return std::future::pending().await;
    }
    let mut ticks = tokio::time::interval(EVERY);
    let mut before = counters.totals();
    loop {
        ticks.tick().await;
        let now = counters.totals();
        // Back to the beginning of the line, and clear what was there.
        let _ = write!(io::stderr(), "\r\x1b[2K{}", Rates { before, now });
        before = now;
    }
}

/// Ends the line, if there is one.
pub fn end() {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr());
    }
}

/// What happened between two looks.
struct Rates {
    before: Totals,
    now: Totals,
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rates { before, now } = self;
        let megabits = |before, now| (now - before) as f64 * 8e-6 / EVERY.as_secs_f64();
        write!(
            f,
            "in {:.1} Mbit/s, {} frames in flight, lost {} packets and {} frames, {} dumps, out {:.1} Mbit/s",
            megabits(before.bytes, now.bytes),
            now.frames.saturating_sub(now.correlated),
            now.lost,
            now.dropped_frames,
            now.dumps,
            megabits(before.sent_bytes, now.sent_bytes),
        )
    }
}

/// Says how it went, on stdout; and on stderr what was lost, if anything was.
pub fn conclude(totals: &Totals, json: bool) -> io::Result<()> {
    let mut text = String::new();
    if json {
        text = serde_json::to_string(totals).map_err(io::Error::other)?;
    } else {
        let _ = write!(
            text,
            "{} packets in {} frames, {} dumps; reordered {}, late {}, duplicate {}, malformed {}",
            totals.packets,
            totals.frames,
            totals.dumps,
            totals.reordered,
            totals.late,
            totals.duplicate,
            totals.malformed,
        );
    }
    if totals.lost > 0 {
        let lost = totals.lost;
        let _ = writeln!(io::stderr(), "warning: {lost} packets were lost");
    }
    if totals.dropped_frames > 0 {
        let dropped = totals.dropped_frames;
        let _ = writeln!(
            io::stderr(),
            "warning: {dropped} frames were dropped: too fast for this device"
        );
    }
    writeln!(io::stdout(), "{text}")
}
