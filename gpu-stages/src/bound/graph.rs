//! A graph of one frame: what waits for what, within a frame and between frames.
//!
//! A node is something that happens once per frame. An edge says that its end, in frame `n`, happens no sooner than
//! `time` after its beginning, in frame `n - frames`.

/// No time in nanoseconds, no number of frames and no number of slots is greater, so that sums stay in range.
pub(super) const MOST: u64 = 1 << 50;

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// Nanoseconds.
    pub time: u64,
    pub frames: u64,
    pub cause: Cause,
}

/// Why an edge is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The order within a frame.
    Step,
    /// A queue runs one command after another; by its number.
    Queue(usize),
    /// A frame uses a resource because of what an earlier frame did with it; by the resource's number.
    Turn(usize),
    /// A slot is used again; by the resource's number.
    Slot(usize),
    /// A frame begins when an earlier one has ended, because of the number of frames in flight.
    InFlight,
}

/// The nodes and edges of a frame.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub nodes: usize,
    pub edges: Vec<Edge>,
}
