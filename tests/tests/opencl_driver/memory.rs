//! Host memory: it is released when its commands are over, although nothing else happens on the queue, and it is aligned
//! on drivers that map it anywhere.

use crate::driver::frame::{LEN, device_buffer, queue};
use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::TestBackend;
use std::time::Duration;

#[gpu_pipeline]
async fn send(
    #[queue] queue: Queue,
    #[owns] chunk: HostBuffer<u32>,
    #[writes] target: DeviceBuffer<u32>,
) -> Result<()> {
    queue.upload(&chunk, &mut target)
}

fn chunk() -> HostBuffer<u32> {
    HostBuffer::new(&OpenCl::device(), LEN).unwrap()
}

#[test]
fn what_a_call_owned_is_released_with_the_call() {
    in_own_process(what_a_call_owned_is_released_with_the_call, || {
        let (queue, target) = (queue(), device_buffer("target"));
        let before = driver::memory::mapped();
        block_on(futures::future::try_join_all(
            (0..16).map(|_| send(&queue, chunk(), &target)),
        ))
        .unwrap();
        assert_eq!(driver::memory::mapped(), before);
    });
}

#[test]
fn what_a_dropped_call_owned_is_released_when_it_is_over() {
    in_own_process(
        what_a_dropped_call_owned_is_released_when_it_is_over,
        || {
            let (queue, target) = (queue(), device_buffer("target"));
            let before = driver::memory::mapped();
            for finishes in [false, true] {
                let hold = Hold::next_command();
                let mut call = Box::pin(send(&queue, chunk(), &target));
                assert!(poll_once(&mut call).is_pending());
                drop(call);
                assert_eq!(
                    driver::memory::mapped(),
                    before + 1,
                    "the upload still reads it"
                );
                hold.release();
                if finishes {
                    queue.finish();
                }
                while driver::memory::mapped() != before {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        },
    );
}

/// What a dropped call owned may still be there when the memory is needed again.
#[test]
fn memory_that_is_over_is_released_before_there_is_too_little() {
    in_own_process(
        memory_that_is_over_is_released_before_there_is_too_little,
        || {
            let (queue, target) = (queue(), device_buffer("target"));
            let most = driver::memory::mapped() + 1;
            for _ in 0..20 {
                let chunk = chunk();
                let hold = Hold::next_command();
                let mut call = Box::pin(send(&queue, chunk, &target));
                assert!(poll_once(&mut call).is_pending());
                drop(call);
                driver::memory::have_memory_for(most);
                hold.release();
                queue.finish();
                // There is memory for one.
                drop(self::chunk());
            }
            let _held = chunk();
            let error = HostBuffer::<u32>::new(&OpenCl::device(), LEN).unwrap_err();
            assert!(
                error
                    .to_string()
                    .contains("CL_MEM_OBJECT_ALLOCATION_FAILURE"),
                "{error}"
            );
        },
    );
}

/// Drivers promise no alignment of what they map; buffers do.
#[test]
fn host_buffers_are_aligned_wherever_the_driver_maps_them() {
    in_own_process(
        host_buffers_are_aligned_wherever_the_driver_maps_them,
        || {
            let (device, queue) = (OpenCl::device(), queue());
            for moved_by in [0, 1, 8, 64, 127] {
                driver::memory::move_mappings_by(moved_by);
                let before = driver::memory::mapped();
                for len in [0, 1, 31, 1_000] {
                    let mut host = HostBuffer::<u64>::new(&device, len).unwrap();
                    assert_eq!(host.as_ptr().addr() % 128, 0);
                    assert!(host.iter().all(|&x| x == 0));
                    host.fill(u64::MAX);
                    let host = Resource::new(host);
                    let data = Resource::new(DeviceBuffer::<u64>::new(&device, len).unwrap());
                    block_on(there_and_back(&queue, &host, &data)).unwrap();
                    let read = block_on(host.acquire_read().unwrap().wait_events()).unwrap();
                    let wrong = read.iter().find(|&&x| x != u64::MAX);
                    assert_eq!(wrong, None, "moved by {moved_by}, {len} elements");
                }
                queue.finish();
                assert_eq!(driver::memory::mapped(), before);
            }
        },
    );
}

#[gpu_pipeline]
async fn there_and_back(
    #[queue] queue: Queue,
    #[updates] host: HostBuffer<u64>,
    #[writes] data: DeviceBuffer<u64>,
) -> Result<()> {
    queue.upload(&host, &mut data)?;
    host.fill(5);
    queue.download(&data, &mut host)
}
