//! Commands that fail on an OpenCL device: which calls fail with them, and that later calls succeed.

use crate::driver::Hold;
use crate::driver::frame::{Frame, device_buffer, host_buffer, is_poisoned, is_told, queue};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, Queue};
use gpu_stages::{Error, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;

#[test]
fn a_failed_command_reaches_its_frame_and_all_calls_that_need_its_data() {
    let frame = Frame::new(3);
    let hold = Hold::next_command();
    let mut first = frame.run(1);
    assert!(poll_once(&mut first).is_pending());
    let waiting = frame.output.acquire_read().unwrap().wait_events();
    hold.fail();
    let error = block_on(first).unwrap_err();
    assert!(matches!(error, Error::Device { .. }), "{error:?}");
    is_told(&error);
    is_told(&block_on(waiting).unwrap_err());
    is_poisoned(&frame.a, "a");
    is_poisoned(&frame.b, "b");
    is_poisoned(&frame.output, "output");
    for value in 2..20 {
        assert_eq!(block_on(frame.run(value)).unwrap(), value);
    }
    block_on(frame.a.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

/// Frames that were enqueued after the failed one fail with it, or run if they need nothing of it. None hangs, and
/// frames that begin afterwards succeed.
#[test]
fn frames_after_a_failed_one_end_and_later_ones_succeed() {
    for queues in [1, 3] {
        let frame = Frame::new(queues);
        let hold = Hold::next_command();
        let mut frames: Vec<_> = (0..4).map(|value| frame.run(value)).collect();
        for frame in &mut frames {
            assert!(poll_once(frame).is_pending());
        }
        hold.fail();
        let results = block_on(futures::future::join_all(frames));
        assert!(results[0].is_err());
        for (value, result) in (0..).zip(results) {
            assert!(result.is_err() || result.is_ok_and(|out| out == value));
        }
        for value in 10..30 {
            assert_eq!(
                block_on(frame.run(value)).unwrap(),
                value,
                "{queues} queues"
            );
        }
    }
}

/// The failure comes while no call asks for it. What is enqueued before a status was asked for must not hang.
#[test]
fn nothing_is_enqueued_after_a_failure_before_its_status_was_asked_for() {
    for queues in [1, 3] {
        let frame = Frame::new(queues);
        for round in 0..20 {
            let hold = Hold::next_command();
            let mut first = frame.run(1);
            assert!(poll_once(&mut first).is_pending());
            hold.fail();
            // The next use of each resource is a write: it needs the order, not the data. It is polled first.
            let both = futures::future::join(frame.run(round), first);
            let (second, first) = block_on(both);
            assert_eq!(second.unwrap(), round, "{queues} queues");
            first.unwrap_err();
        }
    }
}

#[gpu_pipeline]
async fn update(
    #[queue] queue: Queue,
    #[queue] other: Queue,
    #[updates] data: DeviceBuffer<u32>,
    #[writes] copy: DeviceBuffer<u32>,
) -> Result<()> {
    queue.fill(&mut data[..8], 5)?;
    other.copy(&data, &mut copy)?;
    Ok(())
}

/// The data is needed on the same queue, where only the library knows of the failure.
#[test]
fn a_call_that_needs_failed_data_fails_on_the_same_queue_too() {
    let (queue, data, copy) = (queue(), device_buffer("data"), device_buffer("copy"));
    for looked in [false, true] {
        let hold = Hold::next_command();
        let mut first = Box::pin(update(&queue, &queue, &data, &copy));
        assert!(poll_once(&mut first).is_pending());
        let mut early = Box::pin(update(&queue, &queue, &data, &copy));
        let _ = poll_once(&mut early);
        hold.fail();
        if looked {
            block_on(&mut first).unwrap_err();
        }
        let late = block_on(update(&queue, &queue, &data, &copy)).unwrap_err();
        assert!(late.to_string().contains("stage `queue.fill"), "{late}");
        block_on(early).unwrap_err();
        if !looked {
            block_on(first).unwrap_err();
        }
        data.clear_poison();
        block_on(update(&queue, &queue, &data, &copy)).unwrap();
    }
}

/// Within one guard: the second command must not run on what the first failed to write.
#[test]
fn a_command_after_a_failed_one_of_the_same_guard_does_not_run() {
    let (first, second) = (queue(), queue());
    let (data, output) = (device_buffer("data"), host_buffer("output"));
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&first)).unwrap();
    let hold = Hold::next_command();
    first.fill(&mut guard, 1).unwrap();
    hold.fail();
    first.fill(&mut guard.slice_mut(..1), 2).unwrap();
    let guard = block_on(guard.wait_device(&second));
    let error = match guard {
        Err(error) => error,
        Ok(guard) => {
            let mut target =
                block_on(output.acquire_write().unwrap().wait_device(&second)).unwrap();
            second.download(&guard, &mut target).unwrap();
            target.ready();
            guard.ready();
            let read = block_on(output.acquire_read().unwrap().wait_events());
            read.map(|_| ()).unwrap_err()
        }
    };
    assert!(
        error.to_string().contains("failed on the device: CL_"),
        "{error}"
    );
    assert!(block_on(data.acquire_read().unwrap().wait_events()).is_err());
    // The queues still work.
    let frame = Frame::new(1);
    let frame = Frame {
        queues: [first, second.clone(), second],
        ..frame
    };
    assert_eq!(block_on(frame.run(3)).unwrap(), 3);
}
