//! Failures that no error tells of are logged: those of commands that write nothing that another call could read, in
//! calls that do not wait for their end.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::{Gate, device_buffers, messages, poll_once, queue};
use std::pin::pin;

#[gpu_pipeline(until = enqueued)]
async fn observe(
    #[queue] queue: Queue,
    #[reads] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, data.len(), (&data,))
}

#[gpu_pipeline(until = enqueued)]
async fn use_up(
    #[queue] queue: Queue,
    #[owns] scratch: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, scratch.len(), (&mut scratch,))
}

#[gpu_pipeline]
async fn observe_to_the_end(
    #[queue] queue: Queue,
    #[reads] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, data.len(), (&data,))
}

/// Fails after the gate was opened.
fn read_fails(gate: &Gate) -> Kernel {
    let gate = gate.clone();
    Kernel::new("read", move |_: &[f32]| {
        gate.pass();
        panic!("on purpose")
    })
}

fn write_fails(gate: &Gate) -> Kernel {
    let gate = gate.clone();
    Kernel::new("write", move |_: &mut [f32]| {
        gate.pass();
        panic!("on purpose")
    })
}

fn is_logged(pipeline: &str) {
    let message = messages::with(&format!("of pipeline `{pipeline}`"));
    assert!(
        message.starts_with("unclaimed failure: stage `queue.launch`"),
        "{message}"
    );
    assert!(message.contains("panicked: on purpose"), "{message}");
}

/// The command fails before or after its call has ended.
#[test]
fn a_failed_read_of_a_call_that_did_not_wait_is_logged() {
    in_own_process(a_failed_read_of_a_call_that_did_not_wait_is_logged, || {
        messages::keep("gpu_stages::failure");
        let (queue, data, gate) = (queue(), device_buffers(1, 2), Gate::default());
        block_on(observe(&queue, &data, read_fails(&gate))).unwrap();
        assert!(messages::kept().is_empty());
        gate.open();
        is_logged("observe");

        let call = observe(&queue, &data, read_fails(&gate));
        block_on(call).unwrap();
        queue.finish();
        while messages::kept().len() < 2 {
            std::thread::yield_now();
        }
    });
}

#[test]
fn a_failed_write_of_an_owned_value_is_logged() {
    in_own_process(a_failed_write_of_an_owned_value_is_logged, || {
        messages::keep("gpu_stages::failure");
        let (queue, gate) = (queue(), Gate::default());
        let scratch = DeviceBuffer::new(&Device::new(), 2).unwrap();
        block_on(use_up(&queue, scratch, write_fails(&gate))).unwrap();
        gate.open();
        is_logged("use_up");
    });
}

#[test]
fn a_failure_of_a_dropped_call_is_logged() {
    in_own_process(a_failure_of_a_dropped_call_is_logged, || {
        messages::keep("gpu_stages::failure");
        let (queue, data, gate) = (queue(), device_buffers(1, 2), Gate::default());
        let mut call = Box::pin(observe_to_the_end(&queue, &data, read_fails(&gate)));
        assert!(poll_once(&mut call).is_pending());
        drop(call);
        gate.open();
        is_logged("observe_to_the_end");
    });
}

/// A failure that an error tells of is not logged, and neither is one that poisons what it wrote.
#[test]
fn a_failure_that_is_told_is_not_logged() {
    in_own_process(a_failure_that_is_told_is_not_logged, || {
        messages::keep("gpu_stages::failure");
        let (queue, data, gate) = (queue(), device_buffers(1, 2), Gate::default());
        gate.open();
        block_on(observe_to_the_end(&queue, &data, read_fails(&gate))).unwrap_err();
        let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
        queue
            .launch(&write_fails(&gate), 2, (&mut *guard,))
            .unwrap();
        guard.ready();
        queue.finish();
        let read = pin!(data.acquire_read().unwrap().wait_events());
        block_on(read).unwrap_err();
        // A call that comes later, and is logged, shows that nothing was logged before.
        let data: Resource<DeviceBuffer<f32>> = device_buffers(1, 2);
        block_on(observe(&queue, &data, read_fails(&gate))).unwrap();
        is_logged("observe");
        assert_eq!(messages::kept().len(), 1, "{:?}", messages::kept());
    });
}
