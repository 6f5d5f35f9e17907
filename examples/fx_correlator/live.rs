//! The lines in the terminal, and the counts at the end.

use crate::counters::{Counters, Totals};
use gpu_stages::stall;
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

const EVERY: Duration = Duration::from_millis(500);

/// Keeps two lines on stderr up to date, if that is a terminal. Never ends; when it is dropped, they are cleared.
pub async fn lines(counters: Arc<Counters>, in_flight: usize) {
    if !io::stderr().is_terminal() {
        return std::future::pending().await;
    }
    // Each is cut off at the terminal's width.
    let style = ProgressStyle::with_template("{prefix}\n{wide_msg}");
    let bar = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut then, mut before) = (Instant::now(), counters.totals());
    loop {
        ticks.tick().await;
        let (now, totals) = (Instant::now(), counters.totals());
        let rates = Rates {
            seconds: (now - then).as_secs_f64().max(1e-3),
            before,
            now: totals,
            in_flight: in_flight as u64,
        };
        bar.set_prefix(rates.to_string());
        bar.set_message(Held(totals).to_string());
        (then, before) = (now, totals);
    }
}

/// What happened between two looks.
struct Rates {
    seconds: f64,
    before: Totals,
    now: Totals,
    /// Frames that can be in flight.
    in_flight: u64,
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rates { before, now, .. } = self;
        let rate = |before, now| Rate((now - before) as f64 * 8.0 / self.seconds);
        let taken = now.frames.saturating_sub(now.correlated);
        let in_flight = taken.min(self.in_flight);
        write!(
            f,
            "in {}, out {}, {in_flight} frames in flight, {} at the door",
            rate(before.bytes, now.bytes),
            rate(before.sent_bytes, now.sent_bytes),
            taken - in_flight,
        )
    }
}

/// Bits per second.
struct Rate(f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bits if bits < 999_950.0 => write!(f, "{:.1} kbit/s", bits / 1e3),
            bits if bits < 999_950e3 => write!(f, "{:.1} Mbit/s", bits / 1e6),
            bits => write!(f, "{:.2} Gbit/s", bits / 1e9),
        }
    }
}

/// What came out and was lost so far, and what calls wait for right now: their turn with a resource, or a device that works on it.
struct Held(Totals);

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            lost,
            dropped_frames,
            dumps,
            ..
        } = self.0;
        write!(
            f,
            "{dumps} dumps, lost {lost} packets and {dropped_frames} frames"
        )?;
        let mut waits = BTreeMap::new();
        for wait in stall::report().waits() {
            let Some(resource) = wait.resource() else {
                continue;
            };
            let key = (resource.to_owned(), wait.is_for_device());
            *waits.entry(key).or_insert(0) += 1;
        }
        for (number, ((resource, for_device), calls)) in waits.into_iter().enumerate() {
            let before = if number == 0 { "; waiting: " } else { ", " };
            let device = if for_device { " (device)" } else { "" };
            write!(f, "{before}{calls} for {resource}{device}")?;
        }
        Ok(())
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
