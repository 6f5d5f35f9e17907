//! [`Counters`]: what went in, what was lost where, what came out.

use serde::Serialize;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts that all tasks add to and read.
#[derive(Debug, Default)]
pub struct Counters([AtomicU64; 13]);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Datagrams that are in order.
    Packets,
    /// Bytes of all datagrams.
    Bytes,
    /// Datagrams of another format or stream, or of an input that there is not.
    Malformed,
    /// Packets of frames that were closed already.
    Late,
    /// Packets that came before.
    Duplicate,
    /// Packets that came after later ones of their input.
    Reordered,
    /// Packets that never came, in frames that were closed.
    Lost,
    /// Frames that were dropped when they came in: no chunk was free.
    DroppedFrames,
    /// Frames that were closed and went on to the device.
    Frames,
    /// Frames through which the device has come.
    Correlated,
    /// Dumps that went out.
    Dumps,
    /// Datagrams sent.
    Sent,
    /// Bytes sent.
    SentBytes,
}

/// All counts at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the same as `Count`")]
pub struct Totals {
    pub packets: u64,
    pub bytes: u64,
    pub malformed: u64,
    pub late: u64,
    pub duplicate: u64,
    pub reordered: u64,
    pub lost: u64,
    pub dropped_frames: u64,
    pub frames: u64,
    pub correlated: u64,
    pub dumps: u64,
    pub sent: u64,
    pub sent_bytes: u64,
}

impl Counters {
    /// Adds one.
    pub fn count(&self, what: Count) {
        self.add(what, 1);
    }

    /// Adds as many.
    pub fn add(&self, what: Count, number: u64) {
        // Counts publish nothing but themselves.
        self.0[what as usize].fetch_add(number, Ordering::Relaxed);
    }

    /// All counts.
    pub fn totals(&self) -> Totals {
        let [
            packets,
            bytes,
            malformed,
            late,
            duplicate,
            reordered,
            lost,
            dropped_frames,
            rest @ ..,
        ] = self.0.each_ref().map(|count| count.load(Ordering::Relaxed));
        let [frames, correlated, dumps, sent, sent_bytes] = rest;
        Totals {
            packets,
            bytes,
            malformed,
            late,
            duplicate,
            reordered,
            lost,
            dropped_frames,
            frames,
            correlated,
            dumps,
            sent,
            sent_bytes,
        }
    }
}
