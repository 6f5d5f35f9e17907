//! What a pipeline returns, and when its future resolves.

use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, Kernel, Queue};
use gpu_stages::{Error, Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Gate, device_buffers, failing, poll_once, queue, set};
use std::pin::pin;

use crate::read;

/// An application's error type needs nothing but `From<gpu_stages::Error>`.
#[derive(Debug, PartialEq)]
enum Mine {
    Library(String),
    Own,
}

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Mine::Library(error.to_string())
    }
}

type MyResult<T> = Result<T, Mine>;

#[gpu_pipeline]
async fn own_error(#[updates] value: u32, limit: u32) -> MyResult<u32> {
    {
        for _ in 0..100 {
            value += 1;
            if value == limit {
                return Ok(value);
            }
        }
        Err(Mine::Own)
    }
}

#[test]
fn results_may_be_aliases_with_the_applications_errors() {
    let value = Resource::new(0);
    assert_eq!(block_on(own_error(&value, 7)), Ok(7));
    assert_eq!(read(&value), 7, "an early return of `Ok` releases as good");
    assert_eq!(block_on(own_error(&value, 1)), Err(Mine::Own));
    let Err(Mine::Library(text)) = block_on(own_error(&value, 1)) else {
        panic!("the value is poisoned by the call before");
    };
    assert!(text.contains("`own_error`"), "{text}");
}

#[gpu_pipeline(until = enqueued)]
async fn enqueue_only(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, data.len(), (&mut data,))?;
    Ok(())
}

#[gpu_pipeline]
async fn complete(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, data.len(), (&mut data,))?;
    Ok(())
}

#[test]
fn a_future_resolves_when_all_is_complete_or_when_all_is_enqueued() {
    let (queue, gate) = (queue(), Gate::default());
    let data = device_buffers(1, 1);
    block_on(enqueue_only(&queue, &data, gate.kernel(1.0))).unwrap();
    let mut waiting = pin!(complete(&queue, &data, set(2.0)));
    assert!(poll_once(&mut waiting).is_pending());
    gate.open();
    block_on(waiting).unwrap();
    // A device error that the call did not wait for reaches the next call.
    block_on(enqueue_only(&queue, &data, failing())).unwrap();
    let error = block_on(complete(&queue, &data, set(2.0))).unwrap_err();
    assert!(
        error.to_string().contains("pipeline `enqueue_only`"),
        "{error}"
    );
}
