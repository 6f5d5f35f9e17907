//! Callbacks are hints: everything ends when none ever comes.

use crate::driver::{self, COMPLETE, Hold, OUT_OF_RESOURCES};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, OpenCl, Queue};
use gpu_stages::{Event, Resource, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::{Talk, TestBackend};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

/// Runs `body` in a process of its own, on a driver that never calls back.
fn without_callbacks<T: Fn()>(test: T, body: impl FnOnce()) {
    in_own_process(test, || {
        driver::callbacks::lose_callbacks(COMPLETE);
        body();
    });
}

fn frames_end() {
    for queues in [1, 3] {
        let talk = Talk::<OpenCl>::new(queues, 2, 100);
        for seed in 0..10 {
            let frames: Vec<_> = (0..4).map(|i| talk.frame(seed + i)).collect();
            let results = block_on(futures::future::join_all(frames));
            for (seed, result) in (seed..).zip(results) {
                assert_eq!(result.unwrap(), Talk::<OpenCl>::expected(100, seed));
            }
        }
    }
}

#[test]
fn frames_end_without_callbacks() {
    without_callbacks(frames_end_without_callbacks, || {
        for answer in [COMPLETE, OUT_OF_RESOURCES] {
            driver::callbacks::lose_callbacks(answer);
            frames_end();
        }
        assert!(
            driver::callbacks::lost_callbacks() > 0,
            "the callback was taken"
        );
    });
}

fn buffer() -> Resource<DeviceBuffer<u32>> {
    Resource::new(DeviceBuffer::new(&OpenCl::device(), 64).unwrap())
}

/// Each command depends on the ones before in two ways: following all paths would take for ever.
#[test]
fn a_long_chain_of_commands_ends_without_callbacks() {
    without_callbacks(a_long_chain_of_commands_ends_without_callbacks, || {
        let device = OpenCl::device();
        let queues = [Queue::new(&device).unwrap(), Queue::new(&device).unwrap()];
        let (a, b) = (buffer(), buffer());
        let hold = Hold::next_command();
        for i in 0..200 {
            // Each copies to and fro, so that both buffers come from both.
            let queue = &queues[i % 2];
            let (source, target) = if i % 2 == 0 { (&a, &b) } else { (&b, &a) };
            let mut from = block_on(source.acquire_update().unwrap().wait_device(queue)).unwrap();
            let mut to = block_on(target.acquire_update().unwrap().wait_device(queue)).unwrap();
            queue.fill(&mut from.slice_mut(..1), 1).unwrap();
            queue
                .copy(&from.slice(..32), &mut to.slice_mut(32..))
                .unwrap();
            from.ready();
            to.ready();
        }
        let mut reads = [
            Box::pin(a.acquire_read().unwrap().wait_events()),
            Box::pin(b.acquire_read().unwrap().wait_events()),
        ];
        assert!(reads.iter_mut().all(|read| poll_once(read).is_pending()));
        // The watchdog looks several times meanwhile.
        std::thread::sleep(Duration::from_millis(100));
        hold.release();
        for read in reads {
            block_on(read).unwrap().ready();
        }
    });
}

#[gpu_pipeline]
async fn fill_and_copy(
    #[queue] queue: Queue,
    #[writes] from: DeviceBuffer<u32>,
    #[writes] to: DeviceBuffer<u32>,
) -> Result<()> {
    // Only the queue waits for this command: it has no event until another wait needs one.
    queue.fill(&mut from, 1)?;
    queue.copy(&from, &mut to)?;
    Ok(())
}

/// The marker that is made for a wait is enqueued after a command that is held; the awaited command is over.
#[test]
fn a_wait_ends_although_its_marker_is_held() {
    without_callbacks(a_wait_ends_although_its_marker_is_held, || {
        let queue = Queue::new(&OpenCl::device()).unwrap();
        let (from, to, other) = (buffer(), buffer(), buffer());
        let mut copied = Box::pin(fill_and_copy(&queue, &from, &to));
        assert!(poll_once(&mut copied).is_pending());
        let hold = Hold::next_command();
        let mut guard = block_on(other.acquire_write().unwrap().wait_device(&queue)).unwrap();
        queue.fill(&mut guard, 1).unwrap();
        guard.ready();
        let mut filled = Box::pin(from.acquire_read().unwrap().wait_events());
        assert!(poll_once(&mut filled).is_pending());
        block_on(copied).unwrap();
        assert_eq!(block_on(filled).unwrap().facts().len(), 64);
        hold.release();
    });
}

struct Panicking;

impl Wake for Panicking {
    fn wake(self: Arc<Self>) {
        panic!("on purpose");
    }
}

/// The waker of one task panics; the waits of others end all the same.
#[test]
fn a_waker_that_panics_does_not_lose_the_others() {
    without_callbacks(a_waker_that_panics_does_not_lose_the_others, || {
        let queue = Queue::new(&OpenCl::device()).unwrap();
        let (data, other) = (buffer(), buffer());
        let hold = Hold::next_command();
        for resource in [&data, &other] {
            let mut guard =
                block_on(resource.acquire_write().unwrap().wait_device(&queue)).unwrap();
            queue.fill(&mut guard, 1).unwrap();
            guard.ready();
        }
        let mut panics = Box::pin(data.acquire_read().unwrap().wait_events());
        let waker = Waker::from(Arc::new(Panicking));
        let polled = panics.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        let end: Event = queue.marker().unwrap();
        hold.release();
        block_on(end.wait()).unwrap();
        block_on(other.acquire_read().unwrap().wait_events())
            .unwrap()
            .ready();
        // The watchdog is still there.
        frames_end();
    });
}
