//! Failures that no error tells of are logged, although nothing asks the driver about the commands.

use crate::driver::frame::{LEN, device_buffer, queue};
use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, Kernel, OpenCl, Queue};
use gpu_stages::{Result, gpu_pipeline};
use gpu_stages_tests::messages;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::TestBackend;

#[gpu_pipeline(until = enqueued)]
async fn observe(
    #[queue] queue: Queue,
    #[reads] data: DeviceBuffer<u32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, data.len(), (&data,))
}

#[gpu_pipeline(until = enqueued)]
async fn use_up(#[queue] queue: Queue, #[owns] scratch: DeviceBuffer<u32>) -> Result<()> {
    queue.fill(&mut scratch, 1)
}

fn only_reads() -> Kernel {
    let source = "kernel void look(global const uint *data) {}";
    // SAFETY: it touches nothing.
    unsafe { Kernel::build(&OpenCl::device(), source, "look") }.unwrap()
}

fn is_logged(pipeline: &str) {
    let message = messages::with(&format!("of pipeline `{pipeline}`"));
    assert!(
        message.starts_with("unclaimed failure: stage `queue."),
        "{message}"
    );
    assert!(message.contains("CL_"), "{message}");
}

#[test]
fn a_failed_read_of_a_call_that_did_not_wait_is_logged() {
    in_own_process(a_failed_read_of_a_call_that_did_not_wait_is_logged, || {
        messages::keep("gpu_stages::failure");
        let (queue, data) = (queue(), device_buffer("data"));
        let hold = Hold::next_command();
        driver::report_next_event_failed();
        block_on(observe(&queue, &data, only_reads())).unwrap();
        assert!(messages::kept().is_empty());
        hold.release();
        is_logged("observe");
    });
}

#[test]
fn a_failed_write_of_an_owned_value_is_logged() {
    in_own_process(a_failed_write_of_an_owned_value_is_logged, || {
        messages::keep("gpu_stages::failure");
        let queue = queue();
        let scratch = DeviceBuffer::new(&OpenCl::device(), LEN).unwrap();
        let hold = Hold::next_command();
        block_on(use_up(&queue, scratch)).unwrap();
        hold.fail();
        is_logged("use_up");
    });
}
