//! The fewest slots, and then the fewest frames in flight, at which a frame takes no longer than it must.

use super::cycle::{Cycle, Ratio, slower};
use super::depths::Depths;
use super::graph::{Cause, Edge, Graph};
use super::layout::{Layout, SelfWait};
use super::order::ordered;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// Looks for depths at which no cycle takes longer than `ideal`, which is not zero.
///
/// A cycle that takes longer needs another slot of one of the resources whose slots it uses again, whatever else is
/// changed. So the search adds a slot of one of those only. It tries the fewest slots first; of equally many, the
/// fewest of the resource that is named first.
///
/// With few slots and frames in flight, frames can have an order on a queue that they do not have otherwise. A cycle
/// with that order can take too long as well. One more of anything may resolve it.
pub(super) struct Search<'a> {
    layout: &'a Layout,
    /// The orders on the queues with unlimited depths.
    orders: Vec<Edge>,
    ideal: Ratio,
    /// The numbers of the resources with slots.
    rings: Vec<usize>,
}

impl<'a> Search<'a> {
    pub fn new(layout: &'a Layout, ideal: Ratio) -> Result<Self, SelfWait> {
        let (_, orders) = ordered(layout, &Depths::unlimited())?;
        let resources = layout.resources.iter().enumerate();
        let rings = resources.filter(|(_, resource)| resource.has_versions);
        Ok(Search {
            layout,
            orders: orders.edges,
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

    /// A cycle that takes too long at these depths, even without the orders that only these depths cause.
    fn too_slow(&self, depths: &Depths) -> Result<Option<TooSlow>, SelfWait> {
        let mut graph = self.layout.graph(depths)?;
        graph.edges.extend(self.orders.iter().cloned());
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
    fn is_slowed_by_order(&self, depths: &Depths) -> bool {
        let is_slow = |graph: &Graph| slower(graph.nodes, &graph.edges, self.ideal).is_some();
        ordered(self.layout, depths).is_ok_and(|(graph, _)| is_slow(&graph))
    }

    /// The fewest slots of one resource if all others have an unlimited number.
    fn alone(&self, ring: usize) -> usize {
        let name = &self.layout.resources[self.rings[ring]].name;
        let mut slots = 1;
        loop {
            match self.too_slow(&Depths::unlimited().slots(name, slots)) {
                Ok(None) => return slots,
                Ok(Some(found)) => slots += self.missing(&found, Cause::Slot(self.rings[ring])),
                Err(SelfWait) => slots += 1,
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
                Ok(None) if self.is_slowed_by_order(&depths) => {
                    self.rings.iter().map(|ring| Cause::Slot(*ring)).collect()
                }
                Ok(None) => return slots,
                // Each resource has as many slots as it needs alone: no call waits for itself.
                Err(SelfWait) => continue,
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
                Ok(None) if self.is_slowed_by_order(&depths) => frames += 1,
                Ok(None) | Err(SelfWait) => return depths,
            }
        }
    }

    /// How many more of `cause` the cycle needs at least. Each one gives the cycle a frame more wherever it is used.
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

/// A cycle, and the causes of its edges.
struct TooSlow {
    cycle: Cycle,
    causes: Vec<Cause>,
}

#[cfg(test)]
mod tests {
    use super::super::frame::Frame;
    use super::super::timed::Timed;
    use super::*;
    use crate::schedule::{Schedule, Stage};
    use std::time::Duration;

    const CHAIN: Schedule = Schedule::new(
        "chain",
        &[
            Stage::new("a").on("q").writes(&["x"]),
            Stage::new("b").on("r").reads(&["x"]).writes(&["y"]),
            Stage::new("c").reads(&["y"]),
        ],
    )
    .queues(&["q", "r"])
    .writes(&["x", "y"]);

    /// The depths that are found for these times, and the ideal time of a frame.
    fn found(times: [u64; 3], ideal: u64) -> Depths {
        let layout = Layout::of(&Frame::of(Timed::new(
            CHAIN,
            times.map(Duration::from_nanos),
        )));
        let ideal = Ratio {
            time: ideal,
            frames: 1,
        };
        Search::new(&layout, ideal).unwrap().run()
    }

    #[test]
    fn slots_and_frames_are_as_many_as_the_ideal_needs() {
        let depths = |x, y, frames| {
            Depths::unlimited()
                .slots("x", x)
                .slots("y", y)
                .in_flight(frames)
        };
        // `x` is used for a + b = 6, `y` for b + c = 5, and a frame takes 8.
        assert_eq!(found([3, 3, 2], 3), depths(2, 2, 3));
        assert_eq!(found([3, 3, 2], 6), depths(1, 1, 2));
        assert_eq!(found([3, 3, 2], 8), depths(1, 1, 1));
    }

    #[test]
    fn a_long_stage_takes_as_many_slots_at_once() {
        let slots = found([1, 1, 1_000_000_000_000], 1).of_resource("y");
        assert_eq!(slots, Some(1_000_000_000_001));
    }
}
