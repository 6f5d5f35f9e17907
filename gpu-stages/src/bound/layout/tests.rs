//! The nodes and edges of small frames.

use super::*;
use crate::schedule::Schedule;
use std::time::Duration;

const COPY: Schedule = Schedule::new(
    "copy",
    &[
        Stage::new("up").on("q").writes(&["x"]),
        Stage::new("look").reads(&["x"]),
    ],
)
.queues(&["q"])
.writes(&["x"]);

fn frame() -> Frame {
    Frame::of(Timed::new(COPY, [3, 2].map(Duration::from_nanos)))
}

/// The edges of this cause: from, to, time, frames.
fn edges(graph: &Graph, cause: Cause) -> Vec<(usize, usize, u64, u64)> {
    let edges = graph.edges.iter().filter(|edge| edge.cause == cause);
    edges
        .map(|edge| (edge.from, edge.to, edge.time, edge.frames))
        .collect()
}

#[test]
fn a_stage_has_two_nodes_on_a_queue_and_one_on_the_host() {
    let layout = Layout::of(&frame());
    let nodes = |stage: &StageNodes| (stage.queue, stage.issued, stage.end);
    let stages: Vec<_> = layout.stages.iter().map(nodes).collect();
    assert_eq!(stages, [(Some(0), 1, 2), (None, 3, 3)]);
    assert_eq!((layout.end, layout.nodes()), (4, 5));
    let graph = layout.graph(&Depths::unlimited()).unwrap();
    let steps = [
        (0, 1, 0, 0),
        (1, 2, 3, 0),
        (2, 4, 0, 0),
        (1, 3, 2, 0),
        (2, 3, 2, 0),
        (3, 4, 0, 0),
        (3, 4, 0, 0),
    ];
    assert_eq!(edges(&graph, Cause::Step), steps);
}

#[test]
fn slots_and_frames_in_flight_are_numbers_of_frames() {
    let layout = Layout::of(&frame());
    let graph = layout.graph(&Depths::of(2).in_flight(5)).unwrap();
    // From the release after the look, and from the upload to the next upload and its look.
    let slots = [(3, 1, 0, 2), (2, 2, 3, 2), (2, 3, 2, 2)];
    assert_eq!(edges(&graph, Cause::Slot(0)), slots);
    assert_eq!(edges(&graph, Cause::InFlight), [(4, BEGIN, 0, 5)]);
    assert_eq!(edges(&graph, Cause::Queue(0)), [(2, 2, 3, 1)]);
}

#[test]
fn the_greatest_depths_are_in_range() {
    let layout = Layout::of(&frame());
    let depths = Depths::of(usize::MAX).in_flight(usize::MAX);
    let graph = layout.graph(&depths).unwrap();
    assert_eq!(edges(&graph, Cause::InFlight)[0].3, MOST);
    assert_eq!(edges(&graph, Cause::Slot(0))[0].3, MOST);
}

#[test]
fn a_second_use_of_the_only_slot_waits_for_itself() {
    const SWAP: Schedule =
        Schedule::new("swap", &[Stage::new("swap").reads(&["a"]).writes(&["b"])])
            .reads(&["a"])
            .writes(&["b"]);
    let swap = Timed::new(SWAP, [Duration::ZERO]);
    let frame = Frame::of(swap.passing("a", "x").passing("b", "x"));
    let layout = Layout::of(&frame);
    assert!(layout.graph(&Depths::of(1)).is_err());
    let graph = layout.graph(&Depths::of(2)).unwrap();
    // The next frame reads what this one writes.
    assert_eq!(edges(&graph, Cause::Turn(0)), [(1, 1, 0, 1)]);
}
