//! The number of threads does not grow with the number of waits.

use crate::driver::Hold;
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, OpenCl, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::{Talk, TestBackend};

const WAITS: usize = 1_000;

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] data: DeviceBuffer<u32>) -> Result<()> {
    queue.fill(&mut data, 1)?;
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn a_thousand_waits_add_at_most_one_thread() {
    in_own_process(a_thousand_waits_add_at_most_one_thread, || {
        let device = OpenCl::device();
        // The driver's own threads are there after some work.
        let talk = Talk::<OpenCl>::new(3, 1, 64);
        let (queue, other) = (Queue::new(&device).unwrap(), Queue::new(&device).unwrap());
        queue.finish();
        other.finish();
        drop(talk);
        let before = threads();

        // A thousand commands with a wait each, and a thousand waits for the last of them.
        let buffers: Vec<_> = (0..WAITS)
            .map(|_| Resource::new(DeviceBuffer::<u32>::new(&device, 1).unwrap()))
            .collect();
        let hold = Hold::next_command();
        let frames = buffers.iter().map(|buffer| fill(&queue, buffer));
        let mut frames: Vec<_> = frames.map(Box::pin).collect();
        assert!(frames.iter_mut().all(|frame| poll_once(frame).is_pending()));
        let last = &buffers[WAITS - 1];
        let reads = (0..WAITS).map(|_| last.acquire_read().unwrap().wait_events());
        let mut reads: Vec<_> = reads.map(Box::pin).collect();
        assert!(reads.iter_mut().all(|read| poll_once(read).is_pending()));
        assert!(
            threads() <= before + 1,
            "{} threads, {before} before",
            threads()
        );

        hold.release();
        for result in block_on(futures::future::join_all(frames)) {
            result.unwrap();
        }
        for read in block_on(futures::future::join_all(reads)) {
            read.unwrap().ready();
        }
        assert!(
            threads() <= before + 1,
            "{} threads, {before} before",
            threads()
        );
    });
}
