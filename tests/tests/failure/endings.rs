//! How calls and their stages end: which error is returned, and which panic continues.

use futures::executor::block_on;
use gpu_stages::{Error, Result, Schedule, Stage, Until, blocking, gpu_pipeline};
use gpu_stages_tests::{device_buffers, failing, queue};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

static PIPELINE: Schedule = Schedule::new("endings", &[Stage::new("only")]);

/// What was thrown.
#[derive(Debug, PartialEq)]
struct Payload(u32);

fn thrown_by(future: impl Future) -> Payload {
    let result = catch_unwind(AssertUnwindSafe(|| block_on(future)));
    let payload = result.err().expect("it panics");
    *payload.downcast().expect("the payload is as it was thrown")
}

#[gpu_pipeline]
async fn throws(#[updates] total: u32) -> Result<()> {
    #[stage(blocking)]
    {
        total += 1;
        if total > 0 {
            panic_any(Payload(total));
        }
    }
    Ok(())
}

#[test]
fn a_panic_on_another_thread_goes_on_with_its_payload() {
    let job = blocking(|| panic_any(Payload(7)));
    assert_eq!(thrown_by(job), Payload(7));
    let total = gpu_stages::Resource::new(2);
    assert_eq!(thrown_by(throws(&total)), Payload(3));
}

/// An error of the application's, or one of the library's.
#[derive(Debug)]
enum Mine {
    Own,
    Library,
}

impl From<Error> for Mine {
    fn from(_: Error) -> Self {
        Mine::Library
    }
}

/// A call with a command that fails; its body ends with `result` after that.
fn with_a_failed_command(result: std::result::Result<(), Mine>) -> std::result::Result<(), Mine> {
    let (data, queue) = (device_buffers(1, 1), queue());
    let call = PIPELINE.call();
    let data = call.acquire((data.updates(),)).unwrap().0;
    block_on(call.run(Until::Complete, async move {
        let mut data = data.wait_device(&queue).await?;
        queue.launch(&failing(), 1, (&mut *data,))?;
        data.ready();
        queue.finish();
        result
    }))
}

#[test]
fn the_error_of_a_body_comes_before_those_of_its_commands() {
    let own = with_a_failed_command(Err(Mine::Own));
    assert!(matches!(own, Err(Mine::Own)), "{own:?}");
    let device = with_a_failed_command(Ok(()));
    assert!(matches!(device, Err(Mine::Library)), "{device:?}");
}

#[gpu_pipeline]
async fn count(#[updates] total: u32) -> Result<u32> {
    total += 1;
    Ok(total)
}

#[test]
#[should_panic(expected = "was polled after it had resolved")]
fn a_future_that_has_resolved_says_so() {
    let total = gpu_stages::Resource::new(0);
    let mut frame = Box::pin(count(&total));
    assert_eq!(block_on(&mut frame).unwrap(), 1);
    let _ = block_on(frame);
}
