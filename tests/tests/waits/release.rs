//! Promise 4: a resource is released right after its last use, with the event that completes it; readers run side by
//! side and a writer waits for all of them.

use futures::executor::block_on;
use gpu_stages::cpu::Kernel;
use gpu_stages::{CommandQueue, Resource, Status, WaitDevice, acquire};
use gpu_stages_tests::{
    CountWakes, Gate, Log, device_buffers, host_buffers, poll_once, queue, set,
};
use std::pin::pin;
use std::sync::Arc;
use std::task::Context;

#[test]
fn the_next_use_is_enqueued_while_the_one_before_still_runs() {
    let (first, second) = (queue(), queue());
    let data = device_buffers(1, 4);
    let host = host_buffers(1, 4);
    let gate = Gate::default();

    let (writer, reader) = (data.acquire_write().unwrap(), data.acquire_read().unwrap());
    let out = host.acquire_write().unwrap();
    block_on(async {
        let mut writing = writer.wait_device(&first).await.unwrap();
        first
            .launch(&gate.kernel(5.0), 4, (&mut *writing,))
            .unwrap();
        writing.ready();
        // The writer's kernel is held, yet nothing here waits for it.
        let (reading, mut out) = (reader, out).wait_device(&second).await.unwrap();
        second.download(&reading, &mut out).unwrap();
        second.ready((reading, out));
    });
    let mut result = pin!(host.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut result).is_pending(), "the kernel is held");
    gate.open();
    assert_eq!(**block_on(result).unwrap(), [5.0; 4]);
    let counts = second.counts();
    assert_eq!(
        (
            counts.commands,
            counts.waits,
            counts.markers,
            counts.barriers
        ),
        (1, 1, 0, 0),
        "one wait, in the command's own list"
    );
}

#[test]
fn a_writer_waits_for_readers_on_all_queues() {
    // H11: two readers on two queues; a writer that waits for the last one only overwrites the other's data.
    let queues = [queue(), queue(), queue()];
    let data = device_buffers(1, 4);
    let log = Log::default();
    let gates = [Gate::default(), Gate::default()];

    block_on(async {
        let mut initial = data
            .acquire_write()
            .unwrap()
            .wait_device(&queues[2])
            .await
            .unwrap();
        queues[2].launch(&set(1.0), 4, (&mut *initial,)).unwrap();
        initial.ready();
        for (gate, queue) in gates.iter().zip(&queues) {
            let reading = data
                .acquire_read()
                .unwrap()
                .wait_device(queue)
                .await
                .unwrap();
            queue.launch(&gate.reader(&log), 4, (&*reading,)).unwrap();
            reading.ready();
        }
        let mut writing = data
            .acquire_write()
            .unwrap()
            .wait_device(&queues[2])
            .await
            .unwrap();
        queues[2].launch(&set(2.0), 4, (&mut *writing,)).unwrap();
        writing.ready();
    });
    // The reader that was enqueued last goes first.
    gates[1].open();
    queues[1].finish();
    gates[0].open();
    queues.iter().for_each(gpu_stages::Queue::finish);
    assert_eq!(
        log.entries(),
        [1.0, 1.0],
        "both read the version before the write"
    );
}

#[test]
fn readers_on_different_queues_run_side_by_side() {
    let queues = [queue(), queue()];
    let data = device_buffers(1, 1);
    let barrier = Arc::new(std::sync::Barrier::new(2));
    block_on(async {
        for queue in &queues {
            let meet = barrier.clone();
            // Each kernel ends only when the other runs as well.
            let kernel = Kernel::new("meet", move |_: &[f32]| {
                meet.wait();
            });
            let reading = data
                .acquire_read()
                .unwrap()
                .wait_device(queue)
                .await
                .unwrap();
            queue.launch(&kernel, 1, (&*reading,)).unwrap();
            reading.ready();
        }
    });
    queues.iter().for_each(gpu_stages::Queue::finish);
}

#[test]
fn a_resource_released_early_is_free_while_the_call_continues() {
    let (a, b) = (Resource::new(1), Resource::new(2));
    let (first, second) = acquire((a.updates(), b.updates())).unwrap();
    let mut next = pin!(a.acquire_update().unwrap().wait_events());
    let first = block_on(first.wait_events()).unwrap();
    let _second = block_on(second.wait_events()).unwrap();
    assert!(poll_once(&mut next).is_pending());
    first.ready();
    assert!(poll_once(&mut next).is_ready(), "the call still holds `b`");
}

#[test]
fn a_guard_moves_between_host_and_queues() {
    let (first, second) = (queue(), queue());
    let host = host_buffers(1, 3);
    let data = device_buffers(1, 3);
    block_on(async {
        let (up, buffer) = acquire((host.writes(), data.writes())).unwrap();
        let mut up = up.wait_events().await.unwrap();
        up.copy_from_slice(&[1.0, 2.0, 3.0]);
        let (up, mut buffer) = (up, buffer).wait_device(&first).await.unwrap();
        first.upload(&up, &mut buffer).unwrap();
        let (mut up, buffer) = (up, buffer).wait_device(&second).await.unwrap();
        second
            .download(&buffer.slice(1..), &mut up.slice_mut(..2))
            .unwrap();
        let up = up.wait_events().await.unwrap();
        assert_eq!(**up, [2.0, 3.0, 3.0]);
        up.ready();
        buffer.ready();
    });
}

#[test]
fn the_host_may_read_what_a_device_is_reading() {
    let queue = queue();
    let host = host_buffers(1, 2);
    let data = device_buffers(1, 2);
    let gate = Gate::default();
    block_on(async {
        let (source, target) = acquire((host.writes(), data.writes())).unwrap();
        let mut source = source.wait_events().await.unwrap();
        source.fill(4.0);
        let (source, mut target) = (source, target).wait_device(&queue).await.unwrap();
        queue.launch(&gate.kernel(0.0), 2, (&mut *target,)).unwrap();
        queue.upload(&source, &mut target).unwrap();
        // The upload is ordered after the held kernel.
        let source = source.wait_events_to_read().await.unwrap();
        assert_eq!(**source, [4.0, 4.0]);
        let mut writing = pin!(source.wait_events());
        assert!(
            poll_once(&mut writing).is_pending(),
            "to write, the host waits for the upload"
        );
        gate.open();
        writing.await.unwrap().ready();
        target.ready();
    });
}

#[test]
fn markers_and_barriers_order_queues() {
    let (first, second) = (queue(), queue());
    let data = device_buffers(1, 1);
    let gate = Gate::default();
    block_on(async {
        let mut guard = data
            .acquire_write()
            .unwrap()
            .wait_device(&first)
            .await
            .unwrap();
        first.launch(&gate.kernel(1.0), 1, (&mut *guard,)).unwrap();
        guard.ready();
    });
    let marker = first.marker().unwrap();
    second.barrier(std::slice::from_ref(&marker)).unwrap();
    let after = second.marker().unwrap();
    assert!(!marker.status().is_terminal() && !after.status().is_terminal());
    let (counter, waker) = CountWakes::new();
    let mut waits = [Box::pin(marker.wait()), Box::pin(after.wait())];
    for wait in &mut waits {
        let mut context = Context::from_waker(&waker);
        for _ in 0..3 {
            assert!(wait.as_mut().poll(&mut context).is_pending());
        }
    }
    assert_eq!(counter.count(), 0);
    gate.open();
    second.finish();
    assert!(matches!(after.status(), Status::Complete));
    assert_eq!(
        counter.count(),
        2,
        "one wake for each event, however often it was polled"
    );
    assert!(marker.same_queue(&first.marker().unwrap()) && !marker.same_queue(&after));
}

#[test]
fn several_resources_are_released_with_one_call() {
    let queue = queue();
    let (a, b) = (device_buffers(1, 1), device_buffers(1, 1));
    block_on(async {
        let guards = acquire((a.writes(), b.writes())).unwrap();
        let (mut x, mut y) = guards.wait_device(&queue).await.unwrap();
        queue.fill(&mut x, 1.0).unwrap();
        queue.copy(&x, &mut y).unwrap();
        queue.ready((x, y));
    });
    assert_eq!(queue.counts().markers, 0);
}

#[test]
fn a_writer_waits_for_a_reader_on_a_queue_after_one_on_the_host() {
    let queue = queue();
    let (host, device) = (host_buffers(1, 4), device_buffers(1, 4));
    let gate = Gate::default();
    let (on_queue, on_host) = (host.acquire_read().unwrap(), host.acquire_read().unwrap());
    let target = device.acquire_write().unwrap();
    block_on(async {
        let (source, mut target) = (on_queue, target).wait_device(&queue).await.unwrap();
        queue.launch(&gate.kernel(1.0), 4, (&mut *target,)).unwrap();
        queue.upload(&source, &mut target).unwrap();
        queue.ready((source, target));
        // This read waits for no event and leaves none, but the read on the queue left one.
        on_host.wait_events().await.unwrap().ready();
    });
    let mut writer = pin!(host.acquire_write().unwrap().wait_events());
    assert!(poll_once(&mut writer).is_pending(), "the upload is held");
    gate.open();
    assert!(block_on(writer).is_ok());
}

#[test]
fn facts_are_there_when_the_turn_has_come() {
    let data = host_buffers(1, 4);
    let (first, mut second) = (data.acquire_update().unwrap(), data.acquire_read().unwrap());
    assert!(poll_once(&mut pin!(second.wait_facts())).is_pending());
    block_on(first.wait_events()).unwrap().ready();
    assert_eq!(block_on(second.wait_facts()).unwrap().len(), 4);
}

/// A writer waits for the reader that was enqueued last, whichever reader was released last.
#[test]
fn readers_of_one_queue_may_be_released_in_any_order() {
    for first_is_released_first in [true, false] {
        let (data, queue, gate) = (device_buffers(1, 1), queue(), Gate::default());
        let read = || data.acquire_read().unwrap().wait_device(&queue);
        let (first, second) = (block_on(read()).unwrap(), block_on(read()).unwrap());
        let kernel = Kernel::new("read", |_: &[f32]| {});
        queue.launch(&kernel, 1, (&*first,)).unwrap();
        let over = queue.marker().unwrap();
        queue
            .launch(&gate.reader(&Log::default()), 1, (&*second,))
            .unwrap();
        if first_is_released_first {
            first.ready();
            second.ready();
        } else {
            second.ready();
            first.ready();
        }
        block_on(over.wait()).unwrap();
        let mut update = Box::pin(data.acquire_update().unwrap().wait_events());
        assert!(poll_once(&mut update).is_pending(), "the second is held");
        gate.open();
        block_on(update).unwrap().ready();
    }
}
