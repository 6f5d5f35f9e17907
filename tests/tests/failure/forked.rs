//! Queues in a child process that was forked.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::Gate;
use gpu_stages_tests::process::in_own_process;
use std::sync::mpsc;

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn _exit(status: i32) -> !;
}

#[gpu_pipeline]
async fn round_trip(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
) -> Result<u32> {
    queue.fill(&mut data, 7)?;
    queue.download(&data, &mut host)?;
    Ok(host[0])
}

/// What a call on `queue` comes to.
fn result_on(queue: &Queue) -> std::result::Result<u32, String> {
    let device = Device::new();
    let data = Resource::new(DeviceBuffer::new(&device, 4).unwrap());
    let host = Resource::new(HostBuffer::new(&device, 4).unwrap());
    block_on(round_trip(queue, &data, &host)).map_err(|error| error.to_string())
}

/// A queue whose thread stands in a kernel, where it holds no lock.
fn standing(gate: &Gate) -> Queue {
    let queue = Queue::new(&Device::new()).unwrap();
    let (begins, begun) = mpsc::channel();
    let own = gate.clone();
    let stand = Kernel::new("stand", move |_: &mut [u32]| {
        begins.send(()).unwrap();
        own.pass();
    });
    let data = Resource::new(DeviceBuffer::<u32>::new(&Device::new(), 1).unwrap());
    let mut guard = block_on(data.acquire_update().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&stand, 1, (&mut *guard,)).unwrap();
    guard.ready();
    begun.recv().unwrap();
    queue
}

#[test]
fn waits_on_a_queue_from_before_a_fork_are_errors() {
    in_own_process(waits_on_a_queue_from_before_a_fork_are_errors, || {
        let gate = Gate::default();
        let queue = standing(&gate);
        // SAFETY: no other thread of this process holds a lock that the child needs: that of the queue stands in a
        // kernel, and that of the test harness waits.
        let child = unsafe { fork() };
        if child == 0 {
            let old = result_on(&queue);
            queue.finish();
            let is_told = old.is_err_and(|text| text.contains("queues do not survive `fork`"));
            let works = result_on(&Queue::new(&Device::new()).unwrap()) == Ok(7);
            let status = i32::from(!is_told) + 2 * i32::from(!works);
            // SAFETY: ends the child without the destructors of the parent.
            unsafe { _exit(status) };
        }
        let mut status = 0;
        // SAFETY: the status is written, and the child is this process's own.
        assert_eq!(unsafe { waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(
            status, 0,
            "bit 8: no error; bit 9: a new queue does not work"
        );
        gate.open();
        assert_eq!(result_on(&queue), Ok(7));
    });
}
