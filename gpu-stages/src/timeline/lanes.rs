//! Lanes for spans that overlap in time.

use std::time::Duration;

/// A lane for each of `spans`: no two that overlap share one. In the order of their begins, each gets the lowest lane
/// that is free.
pub(super) fn assign(spans: &[(Duration, Duration)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|&index| spans[index].0);
    let mut lanes = vec![0; spans.len()];
    // When the last span of each lane ends.
    let mut ends: Vec<Duration> = Vec::new();
    for index in order {
        let (begin, end) = spans[index];
        let free = ends.iter().position(|&end| end <= begin);
        lanes[index] = free.unwrap_or_else(|| {
            ends.push(end);
            ends.len() - 1
        });
        ends[lanes[index]] = end;
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_overlap_are_in_different_lanes() {
        let span = |begin, end| (Duration::from_secs(begin), Duration::from_secs(end));
        let spans = [span(0, 4), span(1, 3), span(3, 5), span(4, 6), span(4, 7)];
        assert_eq!(assign(&spans), [0, 1, 1, 0, 2]);
        let backwards: Vec<_> = spans.into_iter().rev().collect();
        assert_eq!(assign(&backwards), [0, 2, 1, 1, 0]);
        assert_eq!(assign(&[]), [0_usize; 0]);
    }
}
