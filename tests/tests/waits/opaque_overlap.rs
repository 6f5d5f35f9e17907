//! Opaque uses of one guard that overlap: each lasts until its own `Opaque` is dropped.

use futures::FutureExt;
use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::guard::access::Update;
use gpu_stages::{
    CommandQueue, DeviceGuard, DeviceVisible, GuardList, Opaque, Requests, Resource, acquire,
};
use gpu_stages_tests::{Gate, device_buffers, failing, poll_once, queue};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

/// Stands for memory that the library does not see.
#[derive(DeviceVisible)]
struct Workspace;

/// Enqueues a kernel with a buffer of its own: no guard of the test knows it. Everything before it is over by then, so that
/// only an end that is marked after it is pending.
fn unseen(queue: &Queue, kernel: &Kernel) {
    queue.finish();
    let own = Resource::new(DeviceBuffer::<f32>::new(&Device::new(), 1).unwrap());
    let held = own.acquire_write().unwrap().wait_device(queue);
    let mut own = held.now_or_never().expect("it has no other use").unwrap();
    queue.launch(kernel, 1, (&mut *own,)).unwrap();
    own.ready();
}

fn workspace_on(queue: &Queue) -> DeviceGuard<Workspace, Update> {
    let space = Resource::new(Workspace).acquire_update().unwrap();
    block_on(space.wait_device(queue)).unwrap()
}

/// Two opaque uses that begin one after the other.
fn two(queue: &Queue, mut begin: impl FnMut(&Queue) -> Opaque) -> (Opaque, Opaque) {
    (begin(queue), begin(queue))
}

#[test]
fn the_end_of_one_opaque_use_does_not_end_another() {
    for ends_first in [false, true] {
        let (queue, gate) = (queue(), Gate::default());
        let mut space = workspace_on(&queue);
        let (one, other) = two(&queue, |queue| queue.opaque((&mut space,)).unwrap());
        let (ended, lasting) = if ends_first {
            (one, other)
        } else {
            (other, one)
        };
        drop(ended);
        unseen(&queue, &gate.kernel(1.0));
        drop(lasting);
        let mut host = Box::pin(space.wait_events());
        assert!(
            poll_once(&mut host).is_pending(),
            "the opaque use that lasted is waited for"
        );
        gate.open();
        block_on(host).unwrap().ready();
    }
}

#[test]
fn an_opaque_use_that_only_reads_lasts_beside_others() {
    let (queue, gate) = (queue(), Gate::default());
    let space = workspace_on(&queue);
    let (one, other) = two(&queue, |queue| queue.opaque((&space,)).unwrap());
    drop(other);
    unseen(&queue, &gate.kernel(1.0));
    drop(one);
    let mut to_read = Box::pin(space.wait_events_to_read());
    let Some(Ok(space)) = to_read.as_mut().now_or_never() else {
        panic!("reads are not waited for to read")
    };
    let mut to_write = Box::pin(space.wait_events());
    assert!(poll_once(&mut to_write).is_pending());
    gate.open();
    block_on(to_write).unwrap().ready();
}

/// What an opaque use enqueued before another began is ordered before the other, on any queue that the guard moves to.
#[test]
fn a_use_that_is_open_when_the_guard_moves_is_waited_for() {
    let (here, there, gate) = (queue(), queue(), Gate::default());
    let mut space = workspace_on(&here);
    let (one, other) = two(&here, |queue| queue.opaque((&mut space,)).unwrap());
    drop(one);
    unseen(&here, &gate.kernel(1.0));
    let mut space = block_on(space.wait_device(&there)).unwrap();
    drop(there.opaque((&mut space,)).unwrap());
    let end = there.marker().unwrap();
    let mut wait = Box::pin(end.wait());
    assert!(
        poll_once(&mut wait).is_pending(),
        "the other queue is waited for"
    );
    drop(other);
    gate.open();
    block_on(wait).unwrap();
    space.ready();
}

/// What an opaque use relies on, the ones that begin while it is open rely on as well.
#[test]
fn the_failure_of_what_an_open_use_reads_goes_through_a_later_one() {
    let (queue, gate, lost) = (queue(), Gate::default(), device_buffers(1, 1));
    let result = Resource::new(Workspace);
    let (mut space, mut lost) = (workspace_on(&queue), {
        let lost = lost.acquire_update().unwrap().wait_device(&queue);
        block_on(lost).unwrap()
    });
    let written = result.acquire_update().unwrap().wait_device(&queue);
    let mut written = block_on(written).unwrap();
    unseen(&queue, &gate.kernel(0.0));
    queue.launch(&failing(), 1, (&mut *lost,)).unwrap();
    let one = queue.opaque((&lost, &mut space)).unwrap();
    drop(queue.opaque((&space, &mut written)).unwrap());
    drop(one);
    written.ready();
    gate.open();
    assert!(block_on(result.acquire_read().unwrap().wait_events()).is_err());
}

type Parts = [Resource<DeviceBuffer<f32>>; 2];

fn list_on(
    queue: &Queue,
    parts: &Parts,
) -> GuardList<DeviceBuffer<f32>, Update, gpu_stages::guard::OnDevice<Holder>> {
    let listed: Vec<_> = parts.iter().collect();
    let (list,) = acquire((Requests::updates(&listed),)).unwrap();
    block_on(list.wait_device(queue)).unwrap()
}

type Holder = <DeviceBuffer<f32> as DeviceVisible>::Holder;

#[test]
fn overlapping_opaque_uses_of_a_list_last_for_each_part() {
    for index in 0..2 {
        for ends_first in [false, true] {
            let (queue, gate) = (queue(), Gate::default());
            let parts = [(); 2].map(|()| device_buffers(1, 1));
            let mut list = list_on(&queue, &parts);
            let (one, other) = two(&queue, |queue| queue.opaque((&mut list,)).unwrap());
            let (ended, lasting) = if ends_first {
                (one, other)
            } else {
                (other, one)
            };
            drop(ended);
            unseen(&queue, &gate.kernel(1.0));
            drop(lasting);
            list.ready();
            let mut reader = Box::pin(parts[index].acquire_read().unwrap().wait_events());
            assert!(poll_once(&mut reader).is_pending(), "part {index}");
            gate.open();
            block_on(reader).unwrap().ready();
        }
    }
}

/// A kernel that notes when it has run.
fn noting(done: &Arc<AtomicBool>) -> Kernel {
    let done = done.clone();
    Kernel::new("note", move |_: &mut [f32]| {
        std::thread::yield_now();
        done.store(true, Ordering::SeqCst);
    })
}

/// One thread ends an opaque use while another waits for its guard on the host: until the marker of the end is recorded,
/// the wait finds the use itself.
#[test]
fn an_opaque_use_that_is_just_ending_is_waited_for() {
    let queue = queue();
    for _ in 0..3_000 {
        let done = Arc::new(AtomicBool::new(false));
        let mut space = workspace_on(&queue);
        let opaque = queue.opaque((&mut space,)).unwrap();
        unseen(&queue, &noting(&done));
        let both = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                both.wait();
                drop(opaque);
            });
            both.wait();
            let host = block_on(space.wait_events()).unwrap();
            assert!(done.load(Ordering::SeqCst), "the host guard came early");
            host.ready();
        });
    }
}
