//! Host memory is released when its commands are over, although nothing else happens on the queue.

use crate::driver::frame::{LEN, device_buffer, queue};
use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Result, gpu_pipeline};
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
        let before = driver::mapped();
        block_on(futures::future::try_join_all(
            (0..16).map(|_| send(&queue, chunk(), &target)),
        ))
        .unwrap();
        assert_eq!(driver::mapped(), before);
    });
}

#[test]
fn what_a_dropped_call_owned_is_released_when_it_is_over() {
    in_own_process(
        what_a_dropped_call_owned_is_released_when_it_is_over,
        || {
            let (queue, target) = (queue(), device_buffer("target"));
            let before = driver::mapped();
            for finishes in [false, true] {
                let hold = Hold::next_command();
                let mut call = Box::pin(send(&queue, chunk(), &target));
                assert!(poll_once(&mut call).is_pending());
                drop(call);
                assert_eq!(driver::mapped(), before + 1, "the upload still reads it");
                hold.release();
                if finishes {
                    queue.finish();
                }
                while driver::mapped() != before {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        },
    );
}
