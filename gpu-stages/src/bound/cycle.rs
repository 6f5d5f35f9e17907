//! The maximum cycle ratio of a graph: which cycle takes the longest per frame.

use super::graph::Edge;
use std::cmp::Ordering;

/// A time per number of frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    /// Nanoseconds.
    pub time: u64,
    /// At least 1.
    pub frames: u64,
}

/// A cycle of a graph, as the indices of its edges, from the last to the first.
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

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ratio {}

/// The cycle with the greatest time per frame; none if no cycle takes time.
///
/// Each round looks for a cycle that is slower than the one before. There are finitely many ratios, so that the search
/// ends.
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
/// This is the algorithm of Bellman and Ford. The weight of an edge is its time less what `than` allows for its frames:
/// a cycle that is looked for has a positive sum of weights.
pub(super) fn slower(nodes: usize, edges: &[Edge], than: Ratio) -> Option<Cycle> {
    let weight = |edge: &Edge| {
        i128::from(edge.time) * i128::from(than.frames)
            - i128::from(edge.frames) * i128::from(than.time)
    };
    let mut longest = vec![0_i128; nodes];
    let mut last_edges: Vec<Option<usize>> = vec![None; nodes];
    for _ in 0..nodes {
        let mut changed = None;
        for (index, edge) in edges.iter().enumerate() {
            let length = longest[edge.from] + weight(edge);
            if length > longest[edge.to] {
                longest[edge.to] = length;
                last_edges[edge.to] = Some(index);
                changed = Some(edge.to);
            }
        }
        // After as many rounds as there are nodes, every path without a cycle has been seen.
        let end = changed?;
        if let Some(cycle) = cycle_to(end, edges, &last_edges) {
            return Some(cycle);
        }
    }
    None
}

/// The cycle that the last edges of the longest paths form when they are followed back from `end`, if there is one by
/// now. They form a cycle only if a turn around it makes a path longer.
fn cycle_to(end: usize, edges: &[Edge], last_edges: &[Option<usize>]) -> Option<Cycle> {
    let mut on_path = vec![false; last_edges.len()];
    let mut node = end;
    while !on_path[node] {
        on_path[node] = true;
        node = edges[last_edges[node]?].from;
    }
    let first = node;
    let mut cycle = Cycle {
        edges: Vec::new(),
        time: 0,
        frames: 0,
    };
    loop {
        let index = last_edges[node]?;
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

#[cfg(test)]
mod tests {
    use super::super::graph::Cause;
    use super::*;

    fn edge((from, to, time, frames): (usize, usize, u64, u64)) -> Edge {
        Edge {
            from,
            to,
            time,
            frames,
            cause: Cause::Step,
        }
    }

    #[test]
    fn ratios_are_compared_by_their_value() {
        let ratio = |time, frames| Ratio { time, frames };
        assert!(ratio(3, 2) > ratio(4, 3) && ratio(u64::MAX, 2) < ratio(u64::MAX, 1));
        assert!(ratio(2, 4) == ratio(1, 2) && ratio(0, 7) == Ratio::ZERO);
    }

    #[test]
    fn the_slowest_cycle_may_go_through_several_nodes_and_frames() {
        let edges = [
            (0, 1, 5, 0),
            (1, 2, 4, 1),
            (2, 0, 0, 1),
            (1, 1, 4, 1),
            (2, 1, 1, 1),
        ];
        let cycle = slowest(3, &edges.map(edge)).unwrap();
        assert_eq!((cycle.time, cycle.frames), (9, 2));
        let mut used = cycle.edges;
        used.sort_unstable();
        assert_eq!(used, [0, 1, 2]);
    }

    #[test]
    fn edges_of_a_cycle_are_told_from_the_last_to_the_first() {
        let edges = [(0, 1, 1, 0), (1, 2, 1, 0), (2, 0, 1, 1)].map(edge);
        let cycle = slowest(3, &edges).unwrap();
        let ends = |at: usize| &edges[cycle.edges[at]];
        assert!((0..3).all(|at| ends(at).from == ends((at + 1) % 3).to));
    }

    #[test]
    fn there_is_none_where_no_time_passes_or_nothing_leads_back() {
        assert!(slowest(2, &[(0, 1, 0, 0), (1, 0, 0, 1)].map(edge)).is_none());
        assert!(slowest(3, &[(0, 1, 9, 0), (1, 2, 9, 1)].map(edge)).is_none());
        let three = [(0, 0, 3, 1)].map(edge);
        let than = |time| Ratio { time, frames: 1 };
        assert!(slower(1, &three, than(3)).is_none());
        assert!(slower(1, &three, than(2)).is_some());
    }
}
