//! Who used a resource last.

use crate::model::Right;

/// The accesses to one resource that a later one can conflict with.
#[derive(Clone, Debug, Default)]
pub struct History {
    written: Option<usize>,
    /// Since it was written.
    read: Vec<usize>,
    /// Those that no later one is known to be behind.
    open: Vec<usize>,
    /// Those that no earlier one is known to be before.
    heads: Vec<usize>,
}

impl History {
    /// Whether stage `stage`, which uses the resource, is behind no other use of it: what was done before the call is
    /// not known to be over. It is behind those stages that `is_ordered` says.
    pub fn is_head(&mut self, stage: usize, is_ordered: impl Fn(usize) -> bool) -> bool {
        let is_head = !self.heads.iter().any(|earlier| is_ordered(*earlier));
        if is_head {
            self.heads.push(stage);
        }
        is_head
    }

    /// Stage `stage` uses the resource, behind those stages that `is_ordered` says.
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

    /// The uses that whoever comes after all of them has to be ordered after.
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
