//! [`Graph`]: which nodes of a graph are in cycles. Nothing here recurses: a chain of waits may be long.

use std::collections::{HashMap, VecDeque};

/// A graph of numbered nodes.
pub(super) struct Graph {
    edges: Vec<Vec<usize>>,
    /// For each node, the number of its component: nodes are in one if each can be reached from the other.
    component: Vec<usize>,
    sizes: Vec<usize>,
}

/// A node that is being looked at, and how many of its edges were followed.
struct Visit {
    node: usize,
    followed: usize,
}

impl Graph {
    pub fn new(nodes: usize) -> Self {
        Graph {
            edges: vec![Vec::new(); nodes],
            component: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// Adds an edge, if there is a node `to`.
    pub fn connect(&mut self, from: usize, to: Option<usize>) {
        self.edges[from].extend(to);
    }

    /// Finds the components, as Tarjan does.
    pub fn find_cycles(&mut self) {
        const NONE: usize = usize::MAX;
        let nodes = self.edges.len();
        let mut found = vec![NONE; nodes];
        let mut lowest = vec![NONE; nodes];
        let mut open = Vec::new();
        let mut count = 0;
        self.component = vec![NONE; nodes];
        for start in 0..nodes {
            if found[start] != NONE {
                continue;
            }
            let mut visits = vec![Visit {
                node: start,
                followed: 0,
            }];
            while let Some(visit) = visits.last_mut() {
                let node = visit.node;
                if visit.followed == 0 && found[node] == NONE {
                    (found[node], lowest[node]) = (count, count);
                    count += 1;
                    open.push(node);
                }
                if let Some(&next) = self.edges[node].get(visit.followed) {
                    visit.followed += 1;
                    if found[next] == NONE {
                        visits.push(Visit {
                            node: next,
                            followed: 0,
                        });
                    } else if self.component[next] == NONE {
                        lowest[node] = lowest[node].min(found[next]);
                    }
                    continue;
                }
                visits.pop();
                if let Some(before) = visits.last() {
                    lowest[before.node] = lowest[before.node].min(lowest[node]);
                }
                if lowest[node] == found[node] {
                    self.close(node, &mut open);
                }
            }
        }
    }

    /// All open nodes from `first` on are one component.
    fn close(&mut self, first: usize, open: &mut Vec<usize>) {
        let number = self.sizes.len();
        let mut size = 0;
        while let Some(node) = open.pop() {
            self.component[node] = number;
            size += 1;
            if node == first {
                break;
            }
        }
        self.sizes.push(size);
    }

    /// How many nodes are in cycles with this one; `None` if it is in no cycle.
    pub fn size_of_cycle(&self, node: usize) -> Option<usize> {
        let size = self.sizes[self.component[node]];
        (size > 1 || self.edges[node].contains(&node)).then_some(size)
    }

    /// A shortest way from a node in a cycle back to itself, with the node at both ends.
    pub fn way_around(&self, node: usize) -> Vec<usize> {
        let mut from = HashMap::new();
        let mut next = VecDeque::from([node]);
        while let Some(at) = next.pop_front() {
            for &to in &self.edges[at] {
                if self.component[to] != self.component[node] || from.contains_key(&to) {
                    continue;
                }
                from.insert(to, at);
                if to == node {
                    return way_back(&from, node);
                }
                next.push_back(to);
            }
        }
        Vec::new()
    }
}

/// The way that `from` says was taken from `node` to itself.
fn way_back(from: &HashMap<usize, usize>, node: usize) -> Vec<usize> {
    let mut way = vec![node];
    let mut at = node;
    loop {
        at = from[&at];
        way.push(at);
        if at == node {
            way.reverse();
            return way;
        }
    }
}

#[cfg(test)]
#[cfg(not(any(loom, shuttle)))]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let mut graph = Graph::new(nodes);
        for &(from, to) in edges {
            graph.connect(from, Some(to));
        }
        graph.find_cycles();
        graph
    }

    #[test]
    fn only_nodes_in_cycles_are_found() {
        // 0 -> 1 <-> 2 -> 3, 4 -> 4
        let graph = graph(5, &[(0, 1), (1, 2), (2, 1), (2, 3), (4, 4)]);
        let sizes: Vec<_> = (0..5).map(|node| graph.size_of_cycle(node)).collect();
        assert_eq!(sizes, [None, Some(2), Some(2), None, Some(1)]);
    }

    #[test]
    fn the_way_around_is_a_shortest_one() {
        let edges = [(0, 1), (1, 2), (2, 3), (3, 0), (2, 0), (1, 4)];
        let graph = graph(5, &edges);
        assert_eq!(graph.way_around(0), [0, 1, 2, 0]);
        assert_eq!(graph.way_around(3), [3, 0, 1, 2, 3]);
    }

    #[test]
    fn components_are_those_of_reachability() {
        // All graphs of four nodes with some edges, by brute force.
        let all: Vec<(usize, usize)> = (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).collect();
        for bits in (0..1_u32 << 16).step_by(7) {
            let edges = all.iter().enumerate();
            let edges = edges.filter(|(index, _)| bits >> index & 1 == 1);
            let edges: Vec<_> = edges.map(|(_, edge)| *edge).collect();
            let mut reaches = [[false; 4]; 4];
            for &(from, to) in &edges {
                reaches[from][to] = true;
            }
            for by in 0..4 {
                for from in 0..4 {
                    for to in 0..4 {
                        reaches[from][to] |= reaches[from][by] && reaches[by][to];
                    }
                }
            }
            let graph = graph(4, &edges);
            for (node, reached) in reaches.iter().enumerate() {
                let is_in_cycle = graph.size_of_cycle(node).is_some();
                assert_eq!(is_in_cycle, reached[node], "{edges:?}");
            }
        }
    }

    #[test]
    fn a_chain_of_a_million_nodes_is_no_danger() {
        let nodes = 1_000_000;
        let edges: Vec<_> = (1..nodes).map(|node| (node - 1, node)).collect();
        let mut long = graph(nodes, &edges);
        assert_eq!(long.size_of_cycle(nodes / 2), None);
        long.connect(nodes - 1, Some(0));
        let edges = std::mem::take(&mut long.edges);
        let mut round = Graph::new(0);
        (round.edges, round.component) = (edges, Vec::new());
        round.find_cycles();
        assert_eq!(round.size_of_cycle(0), Some(nodes));
        assert_eq!(round.way_around(0).len(), nodes + 1);
    }
}
