//! Vector clocks: which accesses are certainly over when something begins.

use crate::util::primitives::{Arc, AtomicU64, Ordering};

/// For every agent, up to which of its ticks everything is over.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock(Vec<u64>);

impl Clock {
    /// Takes over what `other` knows.
    pub fn join(&mut self, other: &Clock) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    pub fn set(&mut self, agent: &Agent, tick: u64) {
        if self.0.len() <= agent.index {
            self.0.resize(agent.index + 1, 0);
        }
        self.0[agent.index] = tick;
    }

    pub fn knows(&self, agent: &Agent, tick: u64) -> bool {
        self.0.get(agent.index).is_some_and(|&known| known >= tick)
    }
}

/// Somebody whose accesses are numbered: a queue, or the host's side of one call.
#[derive(Debug)]
pub(super) struct Agent {
    index: usize,
    ticks: AtomicU64,
}

impl Agent {
    /// The next number. All numbering happens under the checker's lock.
    pub fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// All agents. The place of one that nobody holds any more is given to another, whose ticks go on from there:
/// clocks that know the old one know nothing of the new one, and no access of the old one is remembered.
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
