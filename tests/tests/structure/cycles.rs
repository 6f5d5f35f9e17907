//! Circles in a graph of files.

use crate::edges::Edges;
use std::collections::{BTreeMap, BTreeSet};

/// The largest sets of several files each of which leads to each other.
pub fn circles(edges: &Edges) -> Vec<BTreeSet<String>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        next.entry(from).or_default().push(to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = next
        .keys()
        .map(|file| (*file, reached(&next, file)))
        .collect();
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|it| it.contains(to));
    let mut circles = BTreeSet::new();
    for file in next.keys().filter(|file| leads(file, file)) {
        let others = reached[file].iter().filter(|other| leads(other, file));
        circles.insert(others.map(|it| it.to_string()).collect());
    }
    circles.into_iter().collect()
}

/// The files that one or more uses lead to from `start`.
fn reached<'a>(next: &BTreeMap<&'a str, Vec<&'a str>>, start: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = next.get(start).cloned().unwrap_or_default();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(next.get(file).into_iter().flatten());
        }
    }
    reached
}
