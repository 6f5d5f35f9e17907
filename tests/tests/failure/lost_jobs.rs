//! Blocking stages for which there is no thread.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, Queue};
use gpu_stages::{Error, Resource, Result, blocking, gpu_pipeline, set_blocking_spawner};
use gpu_stages_tests::process::{in_own_process, in_own_process_with};
use std::error::Error as _;
use std::io;

#[gpu_pipeline]
async fn count(#[updates] total: u64) -> Result<u64> {
    #[stage(blocking, name = "add")]
    {
        total += 1;
    }
    Ok(total)
}

/// What a job says that is not run, and a stage. The resource of the stage can be used again.
fn messages_of_what_is_not_run() -> [String; 2] {
    let job = block_on(blocking(|| 1)).unwrap_err();
    assert!(matches!(job, Error::NoThread { by: None, .. }), "{job:?}");
    let total = Resource::new(0);
    let stage = block_on(count(&total)).unwrap_err();
    assert!(
        matches!(stage, Error::NoThread { by: Some(_), .. }),
        "{stage:?}"
    );
    block_on(total.replace(5)).unwrap();
    assert_eq!(
        *block_on(total.acquire_read().unwrap().wait_events()).unwrap(),
        5
    );
    [job, stage].map(|error| error.to_string())
}

#[test]
fn a_job_that_is_dropped_unrun_is_an_error() {
    in_own_process(a_job_that_is_dropped_unrun_is_an_error, || {
        set_blocking_spawner(drop).unwrap();
        assert!(set_blocking_spawner(|job| job()).is_err(), "one was set");
        let [job, stage] = messages_of_what_is_not_run();
        let reason = "was not run, because no thread took it: its spawner dropped it";
        assert!(
            job.starts_with(&format!("a blocking job {reason}")),
            "{job}"
        );
        let expected = format!("stage `add` of pipeline `count` {reason}");
        assert!(stage.starts_with(&expected), "{stage}");
    });
}

/// As `std::thread::spawn` and tokio do when the operating system gives no thread.
#[test]
fn a_spawner_that_panics_is_an_error() {
    in_own_process(a_spawner_that_panics_is_an_error, || {
        set_blocking_spawner(|_| panic!("failed to spawn thread")).unwrap();
        for text in messages_of_what_is_not_run() {
            let reason = "because no thread took it: its spawner panicked: failed to spawn thread";
            assert!(text.ends_with(reason), "{text}");
        }
    });
}

/// The number of the operating system's error that an error comes from.
fn from_system(error: &Error) -> Option<i32> {
    let source = error.source()?.downcast_ref::<io::Error>()?;
    source.raw_os_error()
}

/// No thread gets a stack of this size.
const NO_THREADS: [(&str, &str); 1] = [("RUST_MIN_STACK", "1000000000000000000")];

#[test]
fn without_threads_there_are_errors_of_the_operating_system() {
    in_own_process_with(
        &NO_THREADS,
        without_threads_there_are_errors_of_the_operating_system,
        || {
            let spawned = std::thread::Builder::new().spawn(|| ()).map(drop);
            let expected = spawned.expect_err("no stack is as large");
            let queue = Queue::new(&Device::new()).unwrap_err().to_string();
            let text = format!("a command queue could not be made: no thread: {expected}");
            assert_eq!(queue, text);

            let total = Resource::new(0);
            let error = block_on(count(&total)).unwrap_err();
            assert_eq!(from_system(&error), expected.raw_os_error());
            let text = format!(
                "stage `add` of pipeline `count` was not run, because no thread took it: {expected}"
            );
            assert_eq!(error.to_string(), text);

            // The runtime is not in a thread of its own, and has none for the job.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let text = runtime.block_on(blocking(|| 1)).unwrap_err().to_string();
            assert!(text.contains(&expected.to_string()), "{text}");
        },
    );
}
