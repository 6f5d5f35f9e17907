//! Who waits for the ends of stages.

use super::history::History;
use crate::model::{Place, Work};

/// The stages on queues for which no other lane waits. The last stage of a queue is not quiet: the end of the call
/// is behind it.
pub fn quiet(works: &[&Work], after: &[Vec<usize>]) -> Vec<bool> {
    let mut quiet = vec![false; works.len()];
    let mut followed: Vec<Place> = Vec::new();
    for (stage, work) in works.iter().enumerate().rev() {
        quiet[stage] = followed.contains(&work.place);
        if matches!(work.place, Place::Device(_)) && !quiet[stage] {
            followed.push(work.place);
        }
    }
    for &awaited in after.iter().flatten() {
        quiet[awaited] = false;
    }
    quiet
}

/// The stages on queues that later stages wait for, or whose use of a resource no later one is behind.
pub fn marked(works: &[&Work], after: &[Vec<usize>], history: &[History]) -> Vec<bool> {
    let mut marked = vec![false; works.len()];
    let open = history.iter().flat_map(History::open);
    for &stage in after.iter().flatten().chain(open) {
        marked[stage] = matches!(works[stage].place, Place::Device(_));
    }
    marked
}
