//! What drivers do with the commands after a failed one, and what they do not do.

use crate::driver::frame::{Frame, LEN, device_buffer, host_buffer, is_poisoned, is_told, queue};
use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::poll_once;

/// On one queue only the last command has an event.
#[gpu_pipeline]
async fn in_order(
    #[queue] queue: Queue,
    #[writes] input: HostBuffer<u32>,
    #[writes] a: DeviceBuffer<u32>,
    #[writes] b: DeviceBuffer<u32>,
    #[writes] output: HostBuffer<u32>,
    value: u32,
) -> Result<u32> {
    input.fill(value);
    queue.upload(&input, &mut a)?;
    queue.copy(&a, &mut b)?;
    #[stage(name = "load")]
    queue.download(&b, &mut output)?;
    Ok(output[LEN - 1])
}

#[test]
fn what_was_written_without_an_event_is_poisoned_too() {
    let frame = Frame::new(1);
    let run = |value| {
        let (input, a, b, output) = (&frame.input, &frame.a, &frame.b, &frame.output);
        block_on(in_order(&frame.queues[0], input, a, b, output, value))
    };
    assert_eq!(run(1).unwrap(), 1);
    driver::report_next_event_failed();
    let text = run(2).unwrap_err().to_string();
    assert!(text.contains("CL_OUT_OF_RESOURCES (-5)"), "{text}");
    for (resource, name) in [(&frame.a, "a"), (&frame.b, "b")] {
        let error = block_on(resource.acquire_read().unwrap().wait_events()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(&format!("`{name}`")), "{text}");
        assert!(text.contains("failed on the device: CL_"), "{text}");
    }
    assert_eq!(run(3).unwrap(), 3);
    block_on(frame.a.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

/// The driver runs later commands after a failure; the library does not rely on them.
#[test]
fn what_a_failure_should_have_stopped_does_not_count_as_good() {
    let queue = queue();
    let data = device_buffer("data");
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    driver::report_next_event_failed();
    queue.fill(&mut guard, 1).unwrap();
    queue.finish();
    queue.fill(&mut guard.slice_mut(..4), 2).unwrap();
    guard.ready();
    let error = block_on(data.acquire_read().unwrap().wait_events()).unwrap_err();
    assert!(error.to_string().contains("CL_OUT_OF_RESOURCES"), "{error}");
    let guard = block_on(data.acquire_write().unwrap().wait_events());
    guard.unwrap().ready();
}

/// Who reads what a second command left of the first one's data, which failed although the second one ran.
fn reads_after_a_failure(in_one_guard: bool) -> Result<()> {
    let queue = queue();
    let data = device_buffer("data");
    let hold = Hold::next_command();
    driver::report_next_event_failed();
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue))?;
    queue.fill(&mut guard, 1)?;
    if in_one_guard {
        queue.fill(&mut guard.slice_mut(..4), 2)?;
        guard.ready();
    } else {
        guard.ready();
        let mut guard = block_on(data.acquire_update().unwrap().wait_device(&queue))?;
        queue.fill(&mut guard.slice_mut(..4), 2)?;
        guard.ready();
    }
    hold.release();
    block_on(data.acquire_read().unwrap().wait_events()).map(|read| read.ready())
}

#[test]
fn a_failure_before_a_command_that_runs_all_the_same_is_told() {
    for in_one_guard in [true, false] {
        let error = reads_after_a_failure(in_one_guard).unwrap_err();
        assert!(error.to_string().contains("CL_OUT_OF_RESOURCES"), "{error}");
    }
}

/// The data goes through commands that the driver runs: on the same queue, and on others that wait for it.
#[test]
fn a_failure_is_told_to_those_who_rely_on_it_through_others() {
    for queues in [1, 2, 3] {
        let queues: Vec<Queue> = (0..queues).map(|_| queue()).collect();
        let on = |index: usize| &queues[index % queues.len()];
        let data: Vec<_> = (0..4).map(|_| device_buffer("data")).collect();
        let hold = Hold::next_command();
        driver::report_next_event_failed();
        let mut guard = block_on(data[0].acquire_write().unwrap().wait_device(on(0))).unwrap();
        on(0).fill(&mut guard, 1).unwrap();
        on(0).fill(&mut guard.slice_mut(..4), 2).unwrap();
        guard.ready();
        for (index, pair) in data.windows(2).enumerate() {
            let queue = on(index);
            let source = block_on(pair[0].acquire_read().unwrap().wait_device(queue)).unwrap();
            let mut target = block_on(pair[1].acquire_write().unwrap().wait_device(queue)).unwrap();
            queue.copy(&source, &mut target).unwrap();
            source.ready();
            target.ready();
        }
        hold.release();
        let error = block_on(data[3].acquire_read().unwrap().wait_events()).unwrap_err();
        assert!(error.to_string().contains("CL_OUT_OF_RESOURCES"), "{error}");
        // What comes later is not touched by it.
        let mut guard = block_on(data[3].acquire_write().unwrap().wait_device(on(0))).unwrap();
        on(0).fill(&mut guard, 1).unwrap();
        guard.ready();
        block_on(data[3].acquire_read().unwrap().wait_events())
            .unwrap()
            .ready();
    }
}

/// A driver says only in the callback that a command failed.
#[test]
fn a_failure_that_only_the_callback_tells_counts() {
    let frame = Frame::new(1);
    assert_eq!(block_on(frame.run(1)).unwrap(), 1);
    let queue = queue();
    let data = device_buffer("data");
    let hold = Hold::next_command();
    driver::callbacks::call_back_next_event_failed();
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.fill(&mut guard, 1).unwrap();
    guard.ready();
    let mut read = Box::pin(data.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut read).is_pending());
    hold.release();
    let error = block_on(read).unwrap_err();
    assert!(error.to_string().contains("CL_OUT_OF_RESOURCES"), "{error}");
}

#[gpu_pipeline]
async fn with_a_pause(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[updates] signal: Option<futures::channel::oneshot::Receiver<()>>,
    #[writes] a: DeviceBuffer<u32>,
    #[writes] b: DeviceBuffer<u32>,
) -> Result<()> {
    first.fill(&mut a, 1)?;
    signal.take().unwrap().await.unwrap();
    second.copy(&a, &mut b)?;
    Ok(())
}

/// A failed command counts as over only when all that it is ordered after is over: the next use relies on that.
#[test]
fn a_failure_is_told_when_memory_is_free() {
    let queues = [queue(), queue(), queue()];
    let (data, other) = (device_buffer("data"), device_buffer("other"));
    let host = host_buffer("host");
    let failing = Hold::next_command();
    let mut made = block_on(data.acquire_write().unwrap().wait_device(&queues[0])).unwrap();
    queues[0].fill(&mut made, 1).unwrap();
    made.ready();
    // It reads `host` for as long as it likes.
    let reading = Hold::next_command();
    let source = block_on(host.acquire_read().unwrap().wait_device(&queues[1])).unwrap();
    let mut target = block_on(other.acquire_write().unwrap().wait_device(&queues[1])).unwrap();
    queues[1].upload(&source, &mut target).unwrap();
    source.ready();
    target.ready();
    // It would write `host` after both.
    let source = block_on(data.acquire_read().unwrap().wait_device(&queues[2])).unwrap();
    let mut target = block_on(host.acquire_write().unwrap().wait_device(&queues[2])).unwrap();
    queues[2].download(&source, &mut target).unwrap();
    source.ready();
    target.ready();

    failing.fail();
    let mut writing = Box::pin(host.acquire_write().unwrap().wait_events());
    for _ in 0..20 {
        assert!(
            poll_once(&mut writing).is_pending(),
            "a device still reads it"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    reading.release();
    block_on(writing).unwrap().ready();
    block_on(other.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

/// The failure comes between the library's check and the driver's: PoCL leaves the command queued for ever and reports
/// nothing. The calls that wait for it end all the same.
#[test]
fn a_command_that_the_driver_leaves_queued_is_not_waited_for() {
    let frame = Frame::new(3);
    for value in 0..3 {
        assert_eq!(block_on(frame.run(value)).unwrap(), value);
    }
    let hold = Hold::next_command();
    hold.fail_at_next_command();
    is_told(&block_on(frame.run(3)).unwrap_err());
    is_poisoned(&frame.b, "b");
    is_poisoned(&frame.output, "output");
    // That queue of the driver's is lost, and only that one.
    let frame = Frame {
        queues: [frame.queues[0].clone(), queue(), queue()],
        ..frame
    };
    assert_eq!(block_on(frame.run(4)).unwrap(), 4);
}

/// The failure comes while the pipeline itself waits for something else.
#[test]
fn a_stage_after_a_pause_is_not_enqueued_after_a_failure() {
    let (first, second) = (queue(), queue());
    let (a, b) = (device_buffer("a"), device_buffer("b"));
    for fails in [true, false, true] {
        let (send, receive) = futures::channel::oneshot::channel();
        let signal = Resource::new(Some(receive));
        let hold = Hold::next_command();
        let mut run = Box::pin(with_a_pause(&first, &second, &signal, &a, &b));
        assert!(poll_once(&mut run).is_pending());
        if fails {
            hold.fail()
        } else {
            hold.release()
        }
        send.send(()).unwrap();
        assert_eq!(block_on(run).is_err(), fails);
        // A command that waits for a failed one may stay queued for ever, and so may everything after it.
        second.finish();
    }
}
