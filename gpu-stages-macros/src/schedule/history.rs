//! Who used a resource last.

use crate::model::Right;

/// The accesses to one resource that a later one can conflict with.
#[derive(Clone, Debug, Default)]
pub struct History {
    written: Option<usize>,
    /// Since it was written.
    read: Vec<usize>,
}

impl History {
    /// Stage `stage` uses the resource.
    pub fn record(&mut self, stage: usize, right: Right) {
        match right {
            Right::Read => self.read.push(stage),
            Right::Write => {
                self.written = Some(stage);
                self.read.clear();
            }
        }
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
