//! The fewest slots, and then the fewest frames in flight, at which a frame takes no longer than it must.

use super::cycle::{Cycle, Ratio, slower};
use super::depths::Depths;
use super::graph::{Cause, Graph, Layout, Stuck};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// Looks for depths at which no cycle takes longer than `ideal`, which is not zero.
///
/// A cycle that does needs another slot of one of the resources whose slots it uses again, whatever else is changed:
/// only those are tried, and always the fewest slots first. With as many slots, fewer of the resource that comes
/// first.
///
/// Few slots and places in flight can keep frames in an order on a queue that they would not have otherwise, and a
/// cycle with that order can take too long as well. It may need one more of anything.
pub(super) struct Search<'a> {
    layout: &'a Layout,
    /// The orders of the queues with unlimited depths.
    orders: Graph,
    ideal: Ratio,
    /// The numbers of the resources with slots.
    rings: Vec<usize>,
}

impl<'a> Search<'a> {
    pub fn new(layout: &'a Layout, ideal: Ratio) -> Result<Self, Stuck> {
        let (unlimited, orders) = layout.graph(&Depths::unlimited())?;
        let resources = layout.resources.iter().enumerate();
        let rings = resources.filter(|(_, resource)| resource.has_versions);
        Ok(Search {
            layout,
            orders: Graph {
                nodes: unlimited.nodes,
                edges: orders.edges,
            },
            ideal,
            rings: rings.map(|(number, _)| number).collect(),
        })
    }

    pub fn run(&self) -> Depths {
        let fewest: Vec<usize> = (0..self.rings.len()).map(|ring| self.alone(ring)).collect();
        let slots = self.together(fewest);
        self.frames(self.depths(&slots))
    }

    fn depths(&self, slots: &[usize]) -> Depths {
        let named = self.rings.iter().zip(slots);
        named.fold(Depths::unlimited(), |depths, (ring, slots)| {
            depths.slots(&self.layout.resources[*ring].name, *slots)
        })
    }

    /// A cycle that takes too long at these depths, and at all with no more of what it uses.
    fn too_slow(&self, depths: &Depths) -> Result<Option<TooSlow>, Stuck> {
        let mut graph = self.layout.unordered(depths)?;
        graph.edges.extend(self.orders.edges.iter().cloned());
        let cycle = slower(graph.nodes, &graph.edges, self.ideal);
        Ok(cycle.map(|cycle| TooSlow {
            causes: cycle
                .edges
                .iter()
                .map(|edge| graph.edges[*edge].cause)
                .collect(),
            cycle,
        }))
    }

    /// Whether frames take too long because of an order that they have at these depths.
    fn is_held_up(&self, depths: &Depths) -> bool {
        let slow = |graph: &Graph| slower(graph.nodes, &graph.edges, self.ideal).is_some();
        let graph = self.layout.graph(depths);
        graph.is_ok_and(|(graph, _)| slow(&graph))
    }

    /// The fewest slots of one resource if there are any number of all others.
    fn alone(&self, ring: usize) -> usize {
        let name = &self.layout.resources[self.rings[ring]].name;
        let mut slots = 1;
        loop {
            match self.too_slow(&Depths::unlimited().slots(name, slots)) {
                Ok(None) => return slots,
                Ok(Some(found)) => slots += self.missing(&found, Cause::Slot(self.rings[ring])),
                Err(Stuck) => slots += 1,
            }
        }
    }

    fn together(&self, fewest: Vec<usize>) -> Vec<usize> {
        let total = |slots: &Vec<usize>| slots.iter().sum::<usize>();
        let mut seen = HashSet::from([fewest.clone()]);
        let mut open = BinaryHeap::from([Reverse((total(&fewest), fewest))]);
        while let Some(Reverse((_, slots))) = open.pop() {
            let depths = self.depths(&slots);
            let more = match self.too_slow(&depths) {
                Ok(Some(found)) => found.causes,
                Ok(None) if self.is_held_up(&depths) => {
                    self.rings.iter().map(|ring| Cause::Slot(*ring)).collect()
                }
                Ok(None) => return slots,
                // With as many slots as each needs alone, no call waits for itself.
                Err(Stuck) => continue,
            };
            for (index, ring) in self.rings.iter().enumerate() {
                let mut slots = slots.clone();
                slots[index] += 1;
                if more.contains(&Cause::Slot(*ring)) && seen.insert(slots.clone()) {
                    open.push(Reverse((total(&slots), slots)));
                }
            }
        }
        unreachable!(
            "a cycle that takes too long uses slots again: without, it takes no longer than the ideal"
        )
    }

    fn frames(&self, slots: Depths) -> Depths {
        let mut frames = 1;
        loop {
            let depths = slots.clone().in_flight(frames);
            match self.too_slow(&depths) {
                Ok(Some(found)) => frames += self.missing(&found, Cause::InFlight),
                Ok(None) if self.is_held_up(&depths) => frames += 1,
                Ok(None) | Err(Stuck) => return depths,
            }
        }
    }

    /// How many more `cause` needs at least, if each lets the cycle take a frame longer wherever it is used.
    fn missing(&self, found: &TooSlow, cause: Cause) -> usize {
        let uses = found
            .causes
            .iter()
            .filter(|it| **it == cause)
            .count()
            .max(1);
        let ratio = self.ideal;
        let needed = u128::from(found.cycle.time) * u128::from(ratio.frames);
        let frames = needed.div_ceil(u128::from(ratio.time));
        let missing = frames.saturating_sub(u128::from(found.cycle.frames));
        let missing = missing.div_ceil(uses as u128);
        usize::try_from(missing).unwrap_or(usize::MAX).max(1)
    }
}

/// A cycle, and why its edges are there.
struct TooSlow {
    cycle: Cycle,
    causes: Vec<Cause>,
}
