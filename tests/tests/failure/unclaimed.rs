//! Failures of commands that no caller waits for are logged.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::{device_buffers, poll_once, queue, warnings};

fn fails_to_read() -> Kernel {
    Kernel::new("reader", |_: &[f32]| panic!("out of range"))
}

fn fails_to_write() -> Kernel {
    Kernel::new("writer", |_: &mut [f32]| panic!("out of range"))
}

#[gpu_pipeline(until = enqueued)]
async fn only_reads(
    #[queue] queue: Queue,
    #[reads] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&data,))
}

#[gpu_pipeline(until = enqueued)]
async fn writes_an_owned_value(
    #[queue] queue: Queue,
    #[owns] scratch: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut scratch,))
}

#[gpu_pipeline(until = enqueued)]
async fn writes(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))
}

#[gpu_pipeline]
async fn writes_two(
    #[queue] queue: Queue,
    #[updates] one: DeviceBuffer<f32>,
    #[updates] two: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut one,))?;
    queue.launch(&kernel, 1, (&mut two,))
}

fn data() -> Resource<DeviceBuffer<f32>> {
    device_buffers(1, 1).named("data")
}

#[test]
fn a_failed_read_that_no_call_waits_for_is_logged() {
    in_own_process(a_failed_read_that_no_call_waits_for_is_logged, || {
        warnings::collect();
        let queue = queue();
        block_on(only_reads(&queue, &data(), fails_to_read())).unwrap();
        warnings::wait_for(&["unclaimed failure", "`only_reads`", "out of range"]);
    });
}

#[test]
fn a_failed_write_of_an_owned_value_is_logged() {
    in_own_process(a_failed_write_of_an_owned_value_is_logged, || {
        warnings::collect();
        let queue = queue();
        let scratch = DeviceBuffer::new(&Device::new(), 1).unwrap();
        block_on(writes_an_owned_value(&queue, scratch, fails_to_write())).unwrap();
        warnings::wait_for(&["unclaimed failure", "`writes_an_owned_value`"]);
    });
}

#[test]
fn a_failed_write_of_data_that_is_never_used_is_logged() {
    in_own_process(a_failed_write_of_data_that_is_never_used_is_logged, || {
        warnings::collect();
        let (queue, data) = (queue(), data());
        block_on(writes(&queue, &data, fails_to_write())).unwrap();
        queue.finish();
        drop(data);
        warnings::wait_for(&["unclaimed failure", "`writes`"]);
    });
}

#[test]
fn the_failures_of_a_cancelled_call_are_logged() {
    in_own_process(the_failures_of_a_cancelled_call_are_logged, || {
        warnings::collect();
        let (queue, one, two) = (queue(), data(), data());
        let mut frame = Box::pin(writes_two(&queue, &one, &two, fails_to_write()));
        let _ = poll_once(&mut frame);
        drop(frame);
        queue.finish();
        drop((one, two));
        warnings::wait_for(&["unclaimed failure", "`writes_two`"]);
    });
}

#[test]
fn of_two_failures_the_call_tells_one_and_the_log_the_other() {
    in_own_process(
        of_two_failures_the_call_tells_one_and_the_log_the_other,
        || {
            warnings::collect();
            let (queue, one, two) = (queue(), data(), data());
            block_on(writes_two(&queue, &one, &two, fails_to_write())).unwrap_err();
            drop((one, two));
            warnings::wait_for(&["unclaimed failure", "`writes_two`"]);
        },
    );
}

#[test]
fn failures_that_a_caller_is_told_of_are_not_logged() {
    in_own_process(failures_that_a_caller_is_told_of_are_not_logged, || {
        warnings::collect();
        let (queue, data) = (queue(), data());
        // The next use of the data is told.
        block_on(writes(&queue, &data, fails_to_write())).unwrap();
        queue.finish();
        let next = data.acquire_read().unwrap();
        let error = block_on(next.wait_events()).unwrap_err();
        assert!(error.to_string().contains("out of range"), "{error}");
        drop((data, error));
        // A failure that is logged after those that must not be.
        block_on(only_reads(&queue, &self::data(), fails_to_read())).unwrap();
        warnings::wait_for(&["unclaimed failure", "`only_reads`"]);
        assert_eq!(warnings::count("`writes`"), 0);
    });
}
