//! What orders the uses of a buffer that was moved: without it there is a hazard.

use super::{Scene, fill, run, swap};
use gpu_stages::cpu::hazards::{Edge, EdgeKind, Kind, Place, Trace};
use gpu_stages_tests::{Gate, poll_once};

/// A trace in which `a` and `b` are filled by a queue that stands still, swapped by the host, and `b` is filled by
/// another queue.
fn swapped() -> Trace {
    let scene = Scene::new();
    let gate = Gate::default();
    for it in [&scene.a, &scene.b] {
        let mut guard = run(it.acquire_update().unwrap().wait_device(&scene.first));
        let kernel = gate.kernel(1.0);
        scene.first.launch(&kernel, 1, (&mut *guard,)).unwrap();
        guard.ready();
    }
    let mut call = Box::pin(swap(&scene.a, &scene.b));
    assert!(poll_once(&mut call).is_pending());
    gate.open();
    run(call);
    run(fill(&scene.second, &scene.b));
    scene.device.assert_no_hazards();
    scene.device.trace().unwrap()
}

#[test]
fn a_wait_of_the_host_that_moves_buffers_is_needed() {
    let trace = swapped();
    let waits = trace.edges().into_iter();
    let waits: Vec<Edge> = waits.filter(|it| it.kind == EdgeKind::HostWait).collect();
    // One wait was for both buffers: the launches were on one queue.
    assert_eq!(waits.len(), 1, "{trace:#?}");
    let hazards = trace.without(waits[0]).hazards();
    let by_host = hazards
        .iter()
        .filter(|it| it.later.doer.place == Place::Host);
    assert_eq!(by_host.count(), 1, "{hazards:?}");
    let named = hazards.iter().map(|it| &*it.resource);
    assert!(
        named.clone().any(|name| name == "a" || name == "b"),
        "{hazards:?}"
    );
}

/// The use of a slot is ordered after the use by the host that moved a buffer there, and not only after what that knew.
#[test]
fn the_turn_after_a_move_is_needed() {
    let trace = swapped();
    let mut edges = trace.edges().into_iter();
    let turn = edges.rfind(|it| it.kind == EdgeKind::HandOver).unwrap();
    let hazards = trace.without(turn).hazards();
    assert_eq!(hazards.len(), 1, "{hazards:?}");
    let hazard = &hazards[0];
    assert_eq!(hazard.kind, Kind::WriteAfterWrite);
    let text = hazard.to_string();
    assert!(text.contains("`b`[0]"), "{text}");
    assert!(text.contains("of `swap`"), "{text}");
}
