//! What errors say about their causes, and about commands that name no resource.

use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Error, Failure, Problem, Result, gpu_pipeline};
use gpu_stages_tests::{device_buffers, failing, queue, set};
use std::error::Error as _;

/// The cause of an error, as the type that it has.
fn source<T: std::error::Error + Clone + 'static>(error: &Error) -> Option<T> {
    error.source()?.downcast_ref::<T>().cloned()
}

fn is_failure(error: &Error) -> bool {
    error.source().is_some_and(|it| it.is::<Failure>())
}

#[gpu_pipeline]
async fn launch(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, data.len(), (&mut data,))?;
    Ok(())
}

#[gpu_pipeline]
async fn copy(
    #[queue] queue: Queue,
    #[reads] from: DeviceBuffer<f32>,
    #[writes] to: DeviceBuffer<f32>,
) -> Result<()> {
    queue.copy(&from, &mut to)?;
    Ok(())
}

#[gpu_pipeline]
async fn uses_nothing(#[queue] queue: Queue, #[updates] calls: u32, kernel: Kernel) -> Result<()> {
    calls += 1;
    queue.launch(&kernel, 4, (1.0_f32,))?;
    Ok(())
}

#[test]
fn a_failed_command_is_the_source_of_the_error_and_of_the_poison() {
    let (queue, data) = (queue(), device_buffers(1, 2));
    let error = block_on(launch(&queue, &data, failing())).unwrap_err();
    assert!(
        matches!(&error, Error::Device { .. }) && is_failure(&error),
        "{error:?}"
    );
    let target = device_buffers(1, 2);
    let error = block_on(copy(&queue, &data, &target)).unwrap_err();
    assert!(
        matches!(&error, Error::Poisoned { .. }) && is_failure(&error),
        "{error:?}"
    );
}

#[test]
fn poison_of_a_dropped_guard_has_no_source() {
    let data = device_buffers(1, 2);
    drop(block_on(data.acquire_write().unwrap().wait_events()).unwrap());
    let error = block_on(data.acquire_read().unwrap().wait_events()).unwrap_err();
    assert!(matches!(error, Error::Poisoned { .. }) && error.source().is_none());
}

#[test]
fn what_is_wrong_with_a_command_is_the_source_of_the_error() {
    let (queue, long, short) = (queue(), device_buffers(1, 2), device_buffers(1, 1));
    block_on(launch(&queue, &long, set(1.0))).unwrap();
    let error = block_on(copy(&queue, &long, &short)).unwrap_err();
    let problem = source::<Problem>(&error);
    assert!(matches!(problem, Some(Problem::Length { .. })), "{error:?}");
}

#[test]
fn what_the_device_says_at_setup_is_the_source_of_the_error() {
    let device = gpu_stages::cpu::Device::new();
    let error = DeviceBuffer::<f32>::new(&device, usize::MAX).unwrap_err();
    assert!(
        matches!(&error, Error::Setup { .. }) && is_failure(&error),
        "{error:?}"
    );
}

#[test]
fn a_launch_without_buffers_is_no_setup_and_names_its_stage() {
    let (queue, calls) = (queue(), gpu_stages::Resource::new(0));
    let kernel = Kernel::new("scalar", |_: f32| {});
    let error = block_on(uses_nothing(&queue, &calls, kernel.clone())).unwrap_err();
    assert!(
        matches!(&error, Error::NotEnqueued { .. }) && is_failure(&error),
        "{error:?}"
    );
    let text = error.to_string();
    let expected = "a launch in stage `queue.launch` of pipeline `uses_nothing` was not enqueued: \
                    the launch uses no buffer, so that nothing could wait for it";
    assert_eq!(text, expected);
    // Outside of pipelines there is no stage to name.
    let error = queue.launch(&kernel, 4, (1.0_f32,)).unwrap_err();
    assert!(
        error.to_string().starts_with("a launch was not enqueued: "),
        "{error}"
    );
}
