//! Futures, queues and resources that go away while their commands are in flight on an OpenCL device.

use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, HostBuffer, OpenCl, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;
use gpu_stages_tests::talk::TestBackend;
use std::pin::Pin;

/// Large enough for transfers to take a while.
const LEN: usize = 64 * 1024;

struct Frame {
    queues: [Queue; 2],
    input: Resource<HostBuffer<u32>>,
    data: Resource<DeviceBuffer<u32>>,
    output: Resource<HostBuffer<u32>>,
}

#[gpu_pipeline]
async fn around(
    #[queue] up: Queue,
    #[queue] down: Queue,
    #[writes] input: HostBuffer<u32>,
    #[writes] data: DeviceBuffer<u32>,
    #[writes] output: HostBuffer<u32>,
    value: u32,
) -> Result<()> {
    input.fill(value);
    up.upload(&input, &mut data)?;
    futures::future::ready(input.len()).await;
    down.download(&data, &mut output)?;
    // The last element to arrive: all must be this frame's.
    assert!(output.iter().all(|&x| x == value), "data of another frame");
    input.fill(u32::MAX);
    up.upload(&input, &mut data)?;
    Ok(())
}

type Run = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

impl Frame {
    fn new() -> Self {
        let device = OpenCl::device();
        let host = || Resource::new(HostBuffer::new(&device, LEN).unwrap());
        Frame {
            queues: [Queue::new(&device).unwrap(), Queue::new(&device).unwrap()],
            input: host(),
            data: Resource::new(DeviceBuffer::new(&device, LEN).unwrap()),
            output: host(),
        }
    }

    /// With the same queues.
    fn beside(&self) -> Self {
        Frame {
            queues: self.queues.clone(),
            ..Frame::new()
        }
    }

    fn run(&self, value: u32) -> Run {
        let [up, down] = &self.queues;
        Box::pin(around(
            up,
            down,
            &self.input,
            &self.data,
            &self.output,
            value,
        ))
    }
}

/// How a future ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Dropped,
    Forgotten,
}

impl End {
    fn of<T>(self, value: T) {
        match self {
            End::Dropped => drop(value),
            End::Forgotten => std::mem::forget(value),
        }
    }
}

/// Polls up to `polls` times, a little apart; whether it is still running.
fn poll(run: &mut Run, polls: usize) -> bool {
    (0..polls).all(|_| {
        std::thread::yield_now();
        poll_once(run).is_pending()
    })
}

#[test]
fn a_future_may_end_at_any_await() {
    let frame = Frame::new();
    for end in [End::Dropped, End::Forgotten] {
        // The last rounds let it run on for longer and longer.
        for polls in (0..12).chain([20, 50, 100, 200]) {
            for held in [true, false] {
                // A forgotten future keeps what it holds, so it has its own.
                let other = match end {
                    End::Dropped => None,
                    End::Forgotten => Some(frame.beside()),
                };
                let hold = held.then(Hold::next_command);
                let mut run = other.as_ref().unwrap_or(&frame).run(1);
                let is_running = poll(&mut run, polls);
                // A later call on the same resources or the same queues.
                let next = frame.run(2);
                end.of(run);
                if let Some(hold) = hold.filter(|_| polls > 0) {
                    hold.release();
                } else {
                    driver::hold_nothing();
                }
                block_on(next)
                    .unwrap_or_else(|error| panic!("{end:?} {polls} {is_running}: {error}"));
            }
        }
    }
}

#[test]
fn resources_and_queues_may_go_before_their_commands() {
    for round in 0..60 {
        let frame = Frame::new();
        let witness = frame.beside();
        let hold = Hold::next_command();
        let mut run = frame.run(7);
        assert!(poll_once(&mut run).is_pending());
        let beside = witness.run(8);
        let Frame {
            queues,
            input,
            data,
            output,
        } = frame;
        // In every order.
        let mut parts: Vec<Box<dyn FnOnce()>> = vec![
            Box::new(move || drop(queues)),
            Box::new(move || drop((input, output))),
            Box::new(move || drop(data)),
            Box::new(move || drop(run)),
        ];
        for i in (1..parts.len()).rev() {
            parts.swap(i, (round * 7 + i * 5) % (i + 1));
        }
        // Before, in the middle of and after the transfer.
        let mut hold = Some(hold);
        for (i, part) in parts.into_iter().enumerate() {
            if i == round % 5 {
                hold.take().unwrap().release();
            }
            part();
        }
        if let Some(hold) = hold {
            hold.release();
        }
        block_on(beside).unwrap();
    }
}

#[test]
fn dropping_a_queue_does_not_wait_and_its_work_is_done() {
    let frame = Frame::new();
    let queue = Queue::new(&OpenCl::device()).unwrap();
    let other = Queue::new(&OpenCl::device()).unwrap();
    let hold = Hold::next_command();
    let mut guard = block_on(frame.data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.fill(&mut guard, 5).unwrap();
    guard.ready();
    drop(queue);
    let source = block_on(frame.data.acquire_read().unwrap().wait_device(&other)).unwrap();
    let mut target = block_on(frame.output.acquire_write().unwrap().wait_device(&other)).unwrap();
    other.download(&source, &mut target).unwrap();
    target.ready();
    drop((source, other));
    let mut read = Box::pin(frame.output.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut read).is_pending(), "dropping did not wait");
    hold.release();
    assert!(block_on(read).unwrap().iter().all(|&x| x == 5));
}

/// A frame's buffers of its own, in flight when it is dropped.
#[gpu_pipeline]
async fn owned(
    #[queue] queue: Queue,
    #[owns] source: HostBuffer<u32>,
    #[owns] data: DeviceBuffer<u32>,
    #[writes] target: HostBuffer<u32>,
) -> Result<()> {
    queue.upload(&source, &mut data)?;
    queue.download(&data, &mut target)?;
    assert!(target.iter().all(|&x| x == 3));
    Ok(())
}

#[test]
fn values_of_a_call_that_is_dropped_live_as_long_as_its_commands() {
    let frame = Frame::new();
    let device = OpenCl::device();
    for held in [true, false].repeat(10) {
        let mut source = HostBuffer::new(&device, LEN).unwrap();
        source.fill(3);
        let data = DeviceBuffer::new(&device, LEN).unwrap();
        let hold = held.then(Hold::next_command);
        let mut run = Box::pin(owned(&frame.queues[0], source, data, &frame.output));
        assert!(poll_once(&mut run).is_pending() || !held);
        drop(run);
        if let Some(hold) = hold {
            hold.release();
        }
        // What was in flight still arrived.
        frame.output.clear_poison();
        let read = block_on(frame.output.acquire_read().unwrap().wait_events()).unwrap();
        assert!(read.iter().all(|&x| x == 3));
    }
}

#[test]
fn a_queue_that_takes_the_place_of_another_starts_anew() {
    use gpu_stages_tests::talk::Talk;
    // What is known of a queue is kept in records that are used again.
    let before = Talk::<OpenCl>::new(1, 1, LEN);
    for seed in 0..20 {
        block_on(before.frame(seed)).unwrap();
    }
    before.queues[0].finish();
    drop(before);

    let talk = Talk::<OpenCl>::new(1, 1, LEN);
    let hold = Hold::next_command();
    let (mut first, mut second) = (Box::pin(talk.frame(1)), Box::pin(talk.frame(2)));
    assert!(poll_once(&mut first).is_pending());
    for _ in 0..3 {
        // It would fill the buffer that the first one's upload is still to read.
        assert!(poll_once(&mut second).is_pending());
    }
    hold.release();
    assert_eq!(block_on(first).unwrap(), Talk::<OpenCl>::expected(LEN, 1));
    assert_eq!(block_on(second).unwrap(), Talk::<OpenCl>::expected(LEN, 2));
}
