//! Failures that no error tells of are logged, although nothing asks the driver about the commands.

use crate::driver::frame::{LEN, device_buffer, queue};
use crate::driver::{self, Hold};
use futures::executor::block_on;
use gpu_stages::opencl::{DeviceBuffer, Kernel, OpenCl, Queue};
use gpu_stages::{Result, gpu_pipeline};
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::TestBackend;
use gpu_stages_tests::warnings;

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
    let pipeline = format!("`{pipeline}`");
    warnings::wait_for(&["unclaimed failure", "stage `queue.", &pipeline, "CL_"]);
}

#[test]
fn a_failed_read_of_a_call_that_did_not_wait_is_logged() {
    in_own_process(a_failed_read_of_a_call_that_did_not_wait_is_logged, || {
        warnings::collect();
        let (queue, data) = (queue(), device_buffer("data"));
        let hold = Hold::next_command();
        driver::report_next_event_failed();
        block_on(observe(&queue, &data, only_reads())).unwrap();
        assert_eq!(warnings::count("unclaimed"), 0);
        hold.release();
        is_logged("observe");
    });
}

#[test]
fn a_failed_write_of_an_owned_value_is_logged() {
    in_own_process(a_failed_write_of_an_owned_value_is_logged, || {
        warnings::collect();
        let queue = queue();
        let scratch = DeviceBuffer::new(&OpenCl::device(), LEN).unwrap();
        let hold = Hold::next_command();
        block_on(use_up(&queue, scratch)).unwrap();
        hold.fail();
        is_logged("use_up");
    });
}
