//! Commands that fail on the device, and wrong commands, which are never enqueued.

use futures::executor::block_on;
use gpu_stages::cpu::Kernel;
use gpu_stages::{Error, Grid, Problem, Resource, Result, Schedule, Stage, Until, acquire};
use gpu_stages_tests::{Gate, device_buffers, failing, host_buffers, poll_once, queue, set};
use std::pin::pin;

#[test]
fn a_failed_command_reaches_all_calls_that_need_its_data() {
    // H13 and H14: a device fault reaches the futures that need the data, and no others.
    let (first, second) = (queue(), queue());
    let (data, copy) = (device_buffers(1, 2), device_buffers(1, 2));
    let host = host_buffers(1, 2);
    let gate = Gate::default();
    block_on(async {
        let mut writing = data
            .acquire_write()
            .unwrap()
            .wait_device(&first)
            .await
            .unwrap();
        first
            .launch(&gate.kernel(1.0), 2, (&mut *writing,))
            .unwrap();
        first.launch(&failing(), 2, (&mut *writing,)).unwrap();
        // The same queue and the same data: the command must not run on failed data.
        first.launch(&set(3.0), 2, (&mut *writing,)).unwrap();
        writing.ready();
        let (reading, mut target) = acquire_device(&data, &copy, &second).await;
        second.copy(&reading, &mut target).unwrap();
        reading.ready();
        target.ready();
        let (reading, mut target) = acquire_device(&copy, &host, &first).await;
        first.download(&reading, &mut target).unwrap();
        reading.ready();
        target.ready();
    });
    let waiting = host.acquire_read().unwrap().wait_events();
    gate.open();
    let error = block_on(waiting).unwrap_err();
    let text = error.to_string();
    assert!(matches!(&error, Error::Poisoned { .. }), "{error:?}");
    assert!(
        text.contains("kernel `fail` panicked: on purpose"),
        "{text}"
    );
    assert!(text.contains("unnamed"), "{text}");

    // New versions are not touched by the old failure.
    block_on(async {
        let mut writing = data
            .acquire_write()
            .unwrap()
            .wait_device(&first)
            .await
            .unwrap();
        first.launch(&set(7.0), 2, (&mut *writing,)).unwrap();
        writing.ready();
        let (reading, mut target) = acquire_device(&data, &host, &second).await;
        second.download(&reading, &mut target).unwrap();
        reading.ready();
        target.ready();
    });
    let good = block_on(host.acquire_read().unwrap().wait_events()).unwrap();
    assert_eq!(**good, [7.0, 7.0]);
}

async fn acquire_device<S, T>(
    source: &Resource<S>,
    target: &Resource<T>,
    queue: &gpu_stages::cpu::Queue,
) -> (
    gpu_stages::DeviceGuard<S, gpu_stages::guard::access::Read>,
    gpu_stages::DeviceGuard<T, gpu_stages::guard::access::Write>,
)
where
    S: gpu_stages::DeviceVisible,
    T: gpu_stages::DeviceVisible,
{
    let (source, target) = acquire((source.reads(), target.writes())).unwrap();
    (
        source.wait_device(queue).await.unwrap(),
        target.wait_device(queue).await.unwrap(),
    )
}

#[test]
fn a_failure_in_flight_does_not_spread_to_later_versions() {
    // The next writer is enqueued before the failure is known: it needs the order, not the data.
    let queue = queue();
    let other = gpu_stages_tests::queue();
    let data = device_buffers(1, 1);
    let gate = Gate::default();
    block_on(async {
        let mut bad = data
            .acquire_write()
            .unwrap()
            .wait_device(&queue)
            .await
            .unwrap();
        queue.launch(&gate.kernel(0.0), 1, (&mut *bad,)).unwrap();
        queue.launch(&failing(), 1, (&mut *bad,)).unwrap();
        bad.ready();
        let mut good = data
            .acquire_write()
            .unwrap()
            .wait_device(&other)
            .await
            .unwrap();
        other.launch(&set(1.0), 1, (&mut *good,)).unwrap();
        good.ready();
    });
    gate.open();
    let guard = block_on(data.acquire_read().unwrap().wait_device(&queue)).unwrap();
    guard.ready();
    other.finish();
    assert!(block_on(data.acquire_read().unwrap().wait_events()).is_ok());
}

#[test]
fn a_call_resolves_to_its_own_device_error_and_names_the_stage() {
    static PIPELINE: Schedule =
        Schedule::new("scale", &[Stage::new("prepare"), Stage::new("launch")]);
    let queue = queue();
    let data = device_buffers(1, 1);
    let call = PIPELINE.call();
    let held = call.acquire((data.writes().named("data"),));
    let on = queue.clone();
    let body = {
        let call = call.clone();
        async move {
            let (data,) = held?;
            call.enter(1);
            let mut data = data.wait_device(&on).await?;
            on.launch(&failing(), 1, (&mut *data,))?;
            data.ready();
            // The body itself ends well.
            call.returns(Ok(()))
        }
    };
    let result: Result<()> = block_on(call.run(Until::Complete, body));
    let error = result.unwrap_err();
    assert!(matches!(&error, Error::Device { .. }));
    assert!(
        error
            .to_string()
            .contains("stage `launch` of pipeline `scale`"),
        "{error}"
    );
    let error = block_on(data.acquire_read().unwrap().wait_events()).unwrap_err();
    assert!(matches!(&error, Error::Poisoned { poison, .. } if poison.by().stage() == "launch"));
    data.clear_poison();
    block_on(data.acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

#[test]
fn a_wrong_command_is_an_error_and_is_not_enqueued() {
    let (first, second) = (queue(), queue());
    let (data, host) = (device_buffers(1, 4).named("data"), host_buffers(1, 3));
    block_on(async {
        let (data, host) = acquire((data.writes(), host.writes())).unwrap();
        let mut data = data.wait_device(&first).await.unwrap();
        let host = host.wait_device(&first).await.unwrap();
        let problem = |result: Result<()>| match result.unwrap_err() {
            Error::Command { site, problem } => (site.resource().to_string(), *problem),
            other => panic!("{other:?}"),
        };
        let wrong_queue = problem(second.fill(&mut data, 1.0));
        assert_eq!(wrong_queue, ("data".into(), Problem::WrongQueue));
        let length = problem(first.upload(&host, &mut data));
        assert!(matches!(
            length.1,
            Problem::Length {
                source_len: 3,
                target_len: 4
            }
        ));
        for (start, end) in [(0, 5), (5, 5), (4, 6), (3, 2), (usize::MAX, usize::MAX)] {
            let out = problem(first.fill(&mut data.slice_mut(start..end), 1.0));
            assert!(
                matches!(out.1, Problem::OutOfRange { len: 4, .. }),
                "{start}..{end}: {out:?}"
            );
        }
        // A part of a part is measured against the part.
        let out = problem(first.fill(&mut data.slice_mut(1..3).slice_mut(0..3), 1.0));
        assert!(matches!(
            out.1,
            Problem::OutOfRange {
                start: 0,
                end: 3,
                len: 2
            }
        ));
        let kernel = Kernel::new("add", |_: &[f32], _: &mut [f32], _: u32| {});
        let count = problem(first.launch(&kernel, 4, (&mut *data,)));
        assert!(matches!(
            count.1,
            Problem::ArgumentCount {
                expected: 3,
                found: 1,
                ..
            }
        ));
        let kind = problem(first.launch(&set(1.0), 4, (&*data,)));
        assert_eq!(
            kind.1.to_string(),
            "argument 0 of kernel `set` is `&mut [f32]`, but `&[f32]` is given"
        );
        let doubles = Kernel::new("doubles", |_: &mut [f64]| {});
        assert!(matches!(
            problem(first.launch(&doubles, 4, (&mut *data,))).1,
            Problem::ArgumentType { index: 0, .. }
        ));
        data.ready();
        host.ready();
    });
    assert_eq!(first.counts().commands + second.counts().commands, 0);
}

#[test]
fn too_large_a_buffer_is_an_error() {
    let device = gpu_stages::cpu::Device::new();
    for len in [usize::MAX, usize::MAX / 4, 1 << 50] {
        let error = gpu_stages::cpu::DeviceBuffer::<f32>::new(&device, len).unwrap_err();
        assert!(matches!(error, Error::Setup { .. }), "{error}");
    }
}

#[test]
fn dropping_a_queue_lets_its_work_finish_and_does_not_wait() {
    let gate = Gate::default();
    let data = device_buffers(1, 2);
    let queue = queue();
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(3.0), 2, (&mut *guard,)).unwrap();
    guard.ready();
    drop(queue);
    let mut wait = pin!(data.acquire_read().unwrap().wait_events());
    assert!(poll_once(&mut wait).is_pending(), "dropping did not wait");
    gate.open();
    block_on(wait).unwrap().ready();
}

/// The embedded device has the rules of other devices, so that a grid which runs there runs everywhere.
#[test]
fn work_groups_that_do_not_fit_the_grid_are_refused_with_the_sizes() {
    let (queue, data) = (queue(), device_buffers(1, 8));
    let launch = |grid: Grid| {
        let allocation = data.acquire_write().unwrap();
        let mut guard = block_on(allocation.wait_device(&queue)).unwrap();
        let launched = queue.launch(&set(1.0), grid, (&mut *guard,));
        guard.ready();
        launched.map_err(|error| error.to_string())
    };
    for (grid, expected) in [
        (
            Grid::from(10).in_groups_of(4),
            "a grid of 10 in groups of 4",
        ),
        (Grid::from(4).in_groups_of(8), "a grid of 4 in groups of 8"),
        (Grid::from(8).in_groups_of(0), "a grid of 8 in groups of 0"),
        (
            Grid::from(8).in_groups_of((4, 4)),
            "a grid of 8 x 1 in groups of 4 x 4",
        ),
    ] {
        let commands = queue.counts().commands;
        let text = launch(grid).unwrap_err();
        assert!(text.ends_with(expected), "{text}");
        assert_eq!(queue.counts().commands, commands, "nothing is enqueued");
    }
    for grid in [
        Grid::from(8).in_groups_of(4),
        Grid::from(0).in_groups_of(4),
        Grid::from((4, 4)).in_groups_of(4),
        Grid::from((2, 2, 2)).in_groups_of((2, 2)),
    ] {
        launch(grid).unwrap();
    }
}
