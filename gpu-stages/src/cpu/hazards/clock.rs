//! Vector clocks: which accesses are certainly complete when an operation begins.

use crate::util::primitives::{Arc, AtomicU64, Ordering};

/// For every agent, the tick up to which its accesses are complete.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock(Vec<u64>);

impl Clock {
    /// Makes this the clock of what is ordered after both.
    pub fn join(&mut self, other: &Clock) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    /// The accesses of `agent` are complete up to `tick`.
    pub fn set(&mut self, agent: &Agent, tick: u64) {
        if self.0.len() <= agent.index {
            self.0.resize(agent.index + 1, 0);
        }
        self.0[agent.index] = tick;
    }

    /// Whether the accesses of `agent` are complete up to `tick`.
    pub fn knows(&self, agent: &Agent, tick: u64) -> bool {
        self.0.get(agent.index).is_some_and(|&known| known >= tick)
    }
}

/// A queue, or the host's side of one call. Its accesses are numbered by ticks.
#[derive(Debug)]
pub(super) struct Agent {
    index: usize,
    ticks: AtomicU64,
}

impl Agent {
    /// The next tick. The checker's lock is held.
    pub fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// All agents. An agent that is not used any more is used again, and its ticks go on. That is sound: ticks that clocks
/// have of its old use are smaller than those of its new use, and no access of its old use is remembered.
#[derive(Debug, Default)]
pub(super) struct Agents(Vec<Arc<Agent>>);

impl Agents {
    pub fn take(&mut self) -> Arc<Agent> {
        let spare = self.0.iter().find(|agent| Arc::strong_count(agent) == 1);
        if let Some(spare) = spare {
            return spare.clone();
        }
        let agent = Arc::new(Agent {
            index: self.0.len(),
            ticks: AtomicU64::new(0),
        });
        self.0.push(agent.clone());
        agent
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_known_up_to_the_one_that_is_set() {
        let mut agents = Agents::default();
        let (first, second) = (agents.take(), agents.take());
        let mut clock = Clock::default();
        clock.set(&second, 3);
        assert!(clock.knows(&second, 3) && !clock.knows(&second, 4));
        assert!(clock.knows(&first, 0) && !clock.knows(&first, 1));
    }

    #[test]
    fn a_join_knows_what_either_clock_knows() {
        let mut agents = Agents::default();
        let agents = [agents.take(), agents.take(), agents.take()];
        let mut short = Clock::default();
        short.set(&agents[0], 5);
        let mut long = Clock::default();
        long.set(&agents[0], 2);
        long.set(&agents[2], 7);
        for (mut clock, other) in [(short.clone(), &long), (long.clone(), &short)] {
            clock.join(other);
            for (agent, tick) in agents.iter().zip([5, 0, 7]) {
                assert!(clock.knows(agent, tick) || tick == 0, "{clock:?}");
                assert!(!clock.knows(agent, tick + 1), "{clock:?}");
            }
        }
    }

    #[test]
    fn an_agent_is_used_again_once_it_is_dropped_and_its_ticks_go_on() {
        let mut agents = Agents::default();
        let (first, second) = (agents.take(), agents.take());
        let mut clock = Clock::default();
        clock.set(&first, first.tick());
        let index = first.index;
        assert_ne!(index, second.index);
        drop(first);
        let again = agents.take();
        assert_eq!(again.index, index);
        assert!(!clock.knows(&again, again.tick()));
    }
}
