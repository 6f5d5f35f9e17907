//! The maximum cycle ratio of a graph: which cycle takes the longest per frame.

use super::graph::Edge;
use std::cmp::Ordering;

/// A time per number of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ratio {
    /// Nanoseconds.
    pub time: u64,
    /// At least 1.
    pub frames: u64,
}

/// A cycle of a graph, as the indices of its edges.
#[derive(Clone, Debug)]
pub(super) struct Cycle {
    pub edges: Vec<usize>,
    pub time: u64,
    pub frames: u64,
}

impl Ratio {
    pub const ZERO: Ratio = Ratio { time: 0, frames: 1 };
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let product = |time: u64, frames: u64| u128::from(time) * u128::from(frames);
        product(self.time, other.frames).cmp(&product(other.time, self.frames))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The cycle with the greatest time per frame; none if no cycle takes time.
///
/// A cycle that is slower than the slowest found so far is looked for until there is none: each round finds a greater
/// ratio of the finitely many that there are.
pub(super) fn slowest(nodes: usize, edges: &[Edge]) -> Option<Cycle> {
    let mut found: Option<Cycle> = None;
    loop {
        let ratio = found.as_ref().map_or(Ratio::ZERO, Cycle::ratio);
        match slower(nodes, edges, ratio) {
            Some(cycle) => found = Some(cycle),
            None => return found,
        }
    }
}

/// A cycle that takes longer per frame than `than`.
///
/// By Bellman and Ford: with a weight of its time less what `than` allows for its frames, it has a positive sum.
pub(super) fn slower(nodes: usize, edges: &[Edge], than: Ratio) -> Option<Cycle> {
    let weight = |edge: &Edge| {
        i128::from(edge.time) * i128::from(than.frames)
            - i128::from(edge.frames) * i128::from(than.time)
    };
    let mut longest = vec![0_i128; nodes];
    let mut by: Vec<Option<usize>> = vec![None; nodes];
    for _ in 0..nodes {
        let mut last = None;
        for (index, edge) in edges.iter().enumerate() {
            let length = longest[edge.from] + weight(edge);
            if length > longest[edge.to] {
                longest[edge.to] = length;
                by[edge.to] = Some(index);
                last = Some(edge.to);
            }
        }
        // In as many rounds as there are nodes, every path without a cycle has been seen.
        let end = last?;
        if let Some(cycle) = behind(end, edges, &by) {
            return Some(cycle);
        }
    }
    None
}

/// The cycle that the edges before `end` lead back into, if there is one by now. What they tell of each node's longest
/// path can only close if going round makes it longer.
fn behind(end: usize, edges: &[Edge], by: &[Option<usize>]) -> Option<Cycle> {
    let mut on_path = vec![false; by.len()];
    let mut node = end;
    while !on_path[node] {
        on_path[node] = true;
        node = edges[by[node]?].from;
    }
    let first = node;
    let mut cycle = Cycle {
        edges: Vec::new(),
        time: 0,
        frames: 0,
    };
    loop {
        let index = by[node]?;
        let edge = &edges[index];
        cycle.edges.push(index);
        cycle.time += edge.time;
        cycle.frames += edge.frames;
        node = edge.from;
        if node == first {
            return Some(cycle);
        }
    }
}

impl Cycle {
    pub fn ratio(&self) -> Ratio {
        Ratio {
            time: self.time,
            frames: self.frames.max(1),
        }
    }
}
