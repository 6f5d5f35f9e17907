//! Traces: edges can be taken away one by one, and a recorded trace can be continued.

use futures::executor::block_on;
use gpu_stages::Resource;
use gpu_stages::cpu::hazards::{Access, EdgeKind, Trace, Turn};
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages_tests::{Gate, poll_once};

/// Two readers on two queues, and a use on the host after both. The readers are over when the host asks, or they are
/// not.
fn recorded(over: bool) -> Trace {
    let device = Device::builder()
        .check_hazards(true)
        .record_trace(true)
        .build();
    let buffer = Resource::new(DeviceBuffer::<f32>::new(&device, 4).unwrap());
    let queues = [(); 2].map(|()| (Queue::new(&device).unwrap(), Gate::default()));
    for (queue, gate) in &queues {
        let guard = block_on(buffer.acquire_read().unwrap().wait_device(queue)).unwrap();
        let gate = gate.clone();
        let read = Kernel::new("read", move |_: &[f32]| gate.pass());
        queue.launch(&read, 1, (&*guard,)).unwrap();
        guard.ready();
    }
    let finish = |(queue, gate): &(Queue, Gate)| {
        gate.open();
        queue.finish();
    };
    if over {
        queues.iter().for_each(finish);
    }
    let mut update = Box::pin(buffer.acquire_update().unwrap().wait_events());
    if !over {
        for held in &queues {
            assert!(poll_once(&mut update).is_pending());
            finish(held);
        }
    }
    block_on(update).unwrap().ready();
    device.assert_no_hazards();
    device.trace().unwrap()
}

#[test]
fn taking_one_edge_away_keeps_the_others() {
    for (over, kind) in [(true, EdgeKind::HostSeen), (false, EdgeKind::HostWait)] {
        let trace = recorded(over);
        let edges = trace.edges().into_iter();
        let hazards = edges.filter(|edge| edge.kind == kind).map(|edge| {
            let hazards = trace.without(edge).hazards();
            hazards.len()
        });
        let found: usize = hazards.inspect(|count| assert!(*count <= 1)).sum();
        assert_eq!(found, 2, "{kind:?}: one for each reader");
    }
}

#[test]
fn a_turn_can_be_taken_away() {
    let mut trace = Trace::new();
    let (memory, lock) = (trace.memory("buffer", 0), trace.lock());
    for _ in 0..2 {
        let actor = trace.actor();
        trace.acquire(actor, lock, Turn::Exclusive);
        trace.access(actor, "write", &[Access::write(memory, 0..4)]);
        trace.release(actor, lock, Turn::Exclusive);
    }
    assert!(trace.hazards().is_empty());
    let turns = trace.edges().into_iter();
    let turns = turns.filter(|edge| edge.kind == EdgeKind::HandOver);
    let hazards: Vec<_> = turns
        .map(|edge| trace.without(edge).hazards().len())
        .collect();
    assert_eq!(
        hazards,
        [0, 1],
        "its turn orders the second after the first"
    );
}

/// Memories, queues and actors that are added by hand differ from those that the device recorded.
#[test]
fn a_recorded_trace_can_be_continued() {
    let mut trace = recorded(false);
    let memories: Vec<_> = (0..32).map(|slot| trace.memory("by hand", slot)).collect();
    let (queue, actor) = (trace.queue(), trace.actor());
    for memory in memories {
        let write = [Access::write(memory, 0..16)];
        trace.command(actor, queue, "write", &[], &write);
    }
    assert!(trace.hazards().is_empty(), "{:?}", trace.hazards());
}

#[test]
fn a_free_is_of_all_bytes() {
    let mut trace = Trace::new();
    let (memory, queue, actor) = (trace.memory("buffer", 0), trace.queue(), trace.actor());
    trace.command(actor, queue, "write", &[], &[Access::write(memory, 4..8)]);
    trace.free(actor, "free", memory);
    let hazards = trace.hazards();
    assert_eq!(hazards.len(), 1, "{hazards:?}");
    let text = hazards[0].to_string();
    assert!(text.contains("`buffer`[0]; nothing orders it"), "{text}");
    assert!(text.contains("writes it in bytes 4..8:"), "{text}");
}

#[test]
fn an_access_that_was_cut_into_parts_is_reported_once() {
    let mut trace = Trace::new();
    let (memory, actor) = (trace.memory("buffer", 0), trace.actor());
    let [first, second, third] = [(); 3].map(|()| trace.queue());
    trace.command(actor, first, "write", &[], &[Access::write(memory, 0..64)]);
    trace.command(actor, second, "read", &[], &[Access::read(memory, 16..32)]);
    trace.command(actor, third, "again", &[], &[Access::write(memory, 0..64)]);
    let hazards = trace.hazards();
    let mut bytes: Vec<_> = hazards.iter().map(|it| it.bytes.clone()).collect();
    bytes.sort_by_key(|it| (it.start, it.end));
    assert_eq!(bytes, [0..64, 16..32, 16..32]);
}
