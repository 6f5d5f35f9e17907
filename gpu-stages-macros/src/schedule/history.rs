//! The latest accesses to a resource.

use crate::model::Right;

/// The accesses to one resource that a later one can conflict with.
#[derive(Clone, Debug, Default)]
pub struct History {
    written: Option<usize>,
    /// Since it was written.
    read: Vec<usize>,
    /// The accesses after which no later one is known to be ordered.
    open: Vec<usize>,
    /// The accesses that are not known to be ordered after an earlier one.
    heads: Vec<usize>,
}

impl History {
    /// Whether stage `stage` uses the resource and is ordered after no other use in the call. Then it has to wait for
    /// earlier calls. `is_ordered` tells the stages that it is ordered after.
    pub fn is_head(&mut self, stage: usize, is_ordered: impl Fn(usize) -> bool) -> bool {
        let is_head = !self.heads.iter().any(|earlier| is_ordered(*earlier));
        if is_head {
            self.heads.push(stage);
        }
        is_head
    }

    /// Stage `stage` uses the resource. `is_ordered` tells the stages that it is ordered after.
    pub fn record(&mut self, stage: usize, right: Right, is_ordered: impl Fn(usize) -> bool) {
        self.open.retain(|earlier| !is_ordered(*earlier));
        self.open.push(stage);
        match right {
            Right::Read => self.read.push(stage),
            Right::Write => {
                self.written = Some(stage);
                self.read.clear();
            }
        }
    }

    /// The uses that the next call has to be ordered after.
    pub fn open(&self) -> &[usize] {
        &self.open
    }

    /// The stages that an access has to be ordered after.
    pub fn conflicts(&self, right: Right) -> Vec<usize> {
        let readers: &[usize] = match right {
            Right::Read => &[],
            Right::Write => &self.read,
        };
        self.written.iter().chain(readers).copied().collect()
    }
}
