//! Which stages are waited for from other lanes.

use crate::model::{Place, Work};

/// The stages on queues for which no other lane waits. The last stage of a queue is not quiet: the end of the call
/// waits for it.
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

/// The stages on queues that later stages wait for, and those in `open`: no later use is known to be ordered after
/// them.
pub fn marked(works: &[&Work], after: &[Vec<usize>], open: &[usize]) -> Vec<bool> {
    let mut marked = vec![false; works.len()];
    for &stage in after.iter().flatten().chain(open) {
        marked[stage] = matches!(works[stage].place, Place::Device(_));
    }
    marked
}
