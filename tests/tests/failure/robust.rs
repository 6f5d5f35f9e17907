//! User code that panics, forgets or gives up at any place, and failures that no call waits for.

use futures::executor::block_on;
use gpu_stages::cpu::Kernel;
use gpu_stages::{
    CommandQueue, Error, Problem, Reason, Resource, Result, Schedule, Stage, Until, acquire,
};
use gpu_stages_tests::{
    CountWakes, Gate, device_buffers, failing, host_buffers, poll_once, queue, set,
};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

static PIPELINE: Schedule = Schedule::new("robust", &[Stage::new("only")]);

#[test]
fn a_call_waits_for_commands_that_write_nothing_and_reports_them() {
    for fails in [false, true] {
        let (data, queue, gate) = (device_buffers(1, 1), queue(), Gate::default());
        let kernel = {
            let gate = gate.clone();
            Kernel::new("look", move |_: &[f32]| {
                gate.pass();
                assert!(!fails, "on purpose");
            })
        };
        let call = PIPELINE.call();
        let held = call.acquire((data.reads(),));
        let mut run = Box::pin(call.run(Until::Complete, async move {
            let guard = held?.0.wait_device(&queue).await?;
            queue.launch(&kernel, 1, (&*guard,))?;
            guard.ready();
            Ok(())
        }));
        assert!(poll_once(&mut run).is_pending(), "the kernel is held");
        gate.open();
        let result: Result<()> = block_on(run);
        assert_eq!(result.is_err(), fails, "{result:?}");
    }
    let error = queue().launch(&set(1.0), 1, ()).unwrap_err();
    assert!(error.to_string().contains("no buffer"), "{error}");
}

/// What a call inherited and never touched is none of its commands.
#[test]
fn a_call_does_not_wait_for_the_writes_of_others() {
    let (data, queue, gate) = (device_buffers(1, 1), queue(), Gate::default());
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
    let call = PIPELINE.call();
    let held = call.acquire((data.updates(),));
    let mut run = Box::pin(call.run(Until::Complete, async move {
        held?.0.wait_device(&queue).await?.ready();
        Result::<()>::Ok(())
    }));
    assert!(poll_once(&mut run).is_ready(), "it has enqueued nothing");
    gate.open();
}

/// A guard that is dropped after its command failed: the device is to blame, not the drop.
#[test]
fn poison_names_the_failed_command() {
    let (data, queue) = (device_buffers(1, 1), queue());
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&failing(), 1, (&mut *guard,)).unwrap();
    queue.finish();
    drop(guard);
    let error = block_on(data.acquire_read().unwrap().wait_events()).unwrap_err();
    let Error::Poisoned { poison, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(matches!(poison.reason(), Reason::Device(_)), "{error}");
}

#[test]
fn a_future_dropped_by_an_unrelated_panic_counts_as_dropped() {
    let value = Resource::new(0);
    let call = PIPELINE.call();
    let held = call.acquire((value.updates(),));
    let body = async move {
        let _guard = held?.0.wait_events().await?;
        std::future::pending::<()>().await;
        Result::<()>::Ok(())
    };
    let mut run = Box::pin(call.run(Until::Complete, body));
    assert!(poll_once(&mut run).is_pending());
    let unrelated = std::thread::spawn(move || {
        let _run = run;
        panic!("on purpose");
    });
    unrelated.join().unwrap_err();
    let error = block_on(value.acquire_read().unwrap().wait_events()).unwrap_err();
    let Error::Poisoned { poison, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(matches!(poison.reason(), Reason::Dropped), "{error}");
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("a destructor panics on purpose");
        }
    }
}

/// Panics when it is woken.
struct BadWaker;

impl Wake for BadWaker {
    fn wake(self: Arc<Self>) {
        panic!("a waker panics on purpose");
    }
}

#[test]
fn a_queue_survives_what_user_code_does_on_it() {
    let (data, queue, gate) = (device_buffers(1, 1), queue(), Gate::default());
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    // A kernel with a capture that panics when it is dropped, on the queue's thread.
    {
        let (bomb, gate) = (Bomb, gate.clone());
        let kernel = Kernel::new("bomb", move |_: &mut [f32]| {
            let _kept = &bomb;
            gate.pass();
        });
        queue.launch(&kernel, 1, (&mut *guard,)).unwrap();
    }
    // A panic with a payload that panics when it is dropped.
    let payload = Kernel::new("payload", |_: &mut [f32]| std::panic::panic_any(Bomb));
    let other = device_buffers(1, 1);
    let mut failed = block_on(other.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&payload, 1, (&mut *failed,)).unwrap();
    failed.ready();
    // A waker that panics, beside a good one.
    let marker = queue.marker().unwrap();
    let bad = Waker::from(Arc::new(BadWaker));
    let (counter, good) = CountWakes::new();
    let (mut first, mut second) = (Box::pin(marker.wait()), Box::pin(marker.wait()));
    assert!(
        first
            .as_mut()
            .poll(&mut Context::from_waker(&bad))
            .is_pending()
    );
    assert!(
        second
            .as_mut()
            .poll(&mut Context::from_waker(&good))
            .is_pending()
    );
    gate.open();
    queue.finish();
    assert_eq!(counter.count(), 1);
    queue.launch(&set(4.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
    queue.finish();
    let lost = block_on(other.acquire_read().unwrap().wait_events());
    assert!(lost.is_err(), "its kernel has panicked");
}

#[test]
fn one_waker_that_panics_does_not_lose_the_others() {
    let value = Resource::new(0);
    let holder = block_on(value.acquire_write().unwrap().wait_events()).unwrap();
    let bad = Waker::from(Arc::new(BadWaker));
    let (counter, good) = CountWakes::new();
    let mut waits: Vec<_> = (0..3)
        .map(|_| Box::pin(value.acquire_read().unwrap().wait_events()))
        .collect();
    for (wait, waker) in waits.iter_mut().zip([&good, &bad, &good]) {
        assert!(
            wait.as_mut()
                .poll(&mut Context::from_waker(waker))
                .is_pending()
        );
    }
    let ready = std::panic::AssertUnwindSafe(|| holder.ready());
    assert!(std::panic::catch_unwind(ready).is_err());
    assert_eq!(counter.count(), 2);
}

/// Panics when it is dropped.
struct BadEnd {
    _bomb: Bomb,
}

impl Wake for BadEnd {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_waker_that_panics_at_its_end_keeps_no_other_from_being_woken() {
    let value = Resource::new(0);
    let reader = block_on(value.acquire_read().unwrap().wait_events()).unwrap();
    let mut writer = Box::pin(value.acquire_update().unwrap().wait_events());
    let mut later = Box::pin(value.acquire_read().unwrap().wait_events());
    let (counter, good) = CountWakes::new();
    {
        let bad = Waker::from(Arc::new(BadEnd { _bomb: Bomb }));
        let polled = writer.as_mut().poll(&mut Context::from_waker(&bad));
        assert!(polled.is_pending());
    }
    let polled = later.as_mut().poll(&mut Context::from_waker(&good));
    assert!(polled.is_pending());
    let end = std::panic::AssertUnwindSafe(|| drop(writer));
    assert!(std::panic::catch_unwind(end).is_err());
    assert_eq!(counter.count(), 1);
    reader.ready();
}

/// An allocation that is not granted reaches no value, by the hidden methods either.
#[test]
fn nothing_is_filled_before_the_grant() {
    let (data, queue) = (device_buffers(1, 1), queue());
    let mut first = block_on(data.acquire_write().unwrap().wait_events()).unwrap();
    let mut second = data.acquire_write().unwrap();
    let mut fill = Box::pin(gpu_stages::guard::Waiting::fill_new_version(
        &mut second,
        &queue,
    ));
    assert!(poll_once(&mut fill).is_pending());
    *first = gpu_stages::cpu::DeviceBuffer::new(&gpu_stages::cpu::Device::new(), 1).unwrap();
    first.ready();
    block_on(fill).unwrap();
    drop(second);
}

#[test]
fn repeated_polls_of_a_wait_keep_one_waker() {
    let (data, queue, gate) = (device_buffers(1, 1), queue(), Gate::default());
    let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
    queue.launch(&gate.kernel(0.0), 1, (&mut *guard,)).unwrap();
    guard.ready();
    let marker = queue.marker().unwrap();
    let alive = Arc::new(AtomicUsize::new(0));
    struct Counted(Arc<AtomicUsize>);
    impl Wake for Counted {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    {
        let mut wait = pin!(marker.wait());
        for _ in 0..1_000 {
            alive.fetch_add(1, Ordering::SeqCst);
            let waker = Waker::from(Arc::new(Counted(alive.clone())));
            assert!(
                wait.as_mut()
                    .poll(&mut Context::from_waker(&waker))
                    .is_pending()
            );
        }
        assert_eq!(alive.load(Ordering::SeqCst), 1, "one wait keeps one waker");
    }
    assert_eq!(
        alive.load(Ordering::SeqCst),
        0,
        "a wait that is given up keeps none"
    );
    gate.open();
}

#[test]
fn formatting_a_resource_takes_no_lock() {
    use std::fmt::Write;
    let value = Resource::new(7).named("seven");
    struct Uses<'a>(&'a Resource<i32>);
    impl Write for Uses<'_> {
        fn write_str(&mut self, _: &str) -> std::fmt::Result {
            drop(self.0.acquire_read());
            Ok(())
        }
    }
    let allocation = value.acquire_read().unwrap();
    write!(Uses(&value), "{value:?} {allocation:?}").unwrap();
    assert!(format!("{value:?}").contains("seven"));
}

#[test]
fn parts_written_by_two_threads_are_all_waited_for() {
    let (queue, device) = (queue(), gpu_stages::cpu::Device::new());
    let buffer = || gpu_stages::cpu::DeviceBuffer::new(&device, 1).unwrap();
    for _ in 0..500 {
        let pair = Resource::new(vec![buffer(), buffer()]);
        let gate = Gate::default();
        let pair = pair.acquire_update().unwrap();
        let mut pair = block_on(pair.wait_device(&queue)).unwrap();
        {
            let mut views = pair.views_mut();
            let (left, right) = views.split_at_mut(1);
            let both = std::sync::Barrier::new(2);
            let write = |part: &mut gpu_stages::cpu::DeviceView<f32>, kernel: Kernel| {
                both.wait();
                queue.launch(&kernel, 1, (part,)).unwrap();
            };
            std::thread::scope(|scope| {
                scope.spawn(|| write(left[0], set(1.0)));
                scope.spawn(|| write(right[0], gate.kernel(2.0)));
            });
        }
        queue.flush();
        // Long enough for a command in front of the held one; too short would only miss a mistake.
        std::thread::yield_now();
        let mut wait = Box::pin(pair.wait_events());
        for _ in 0..3 {
            assert!(poll_once(&mut wait).is_pending());
            std::thread::yield_now();
        }
        gate.open();
        block_on(wait).unwrap().ready();
    }
}

#[test]
fn a_view_is_good_for_its_guard_alone() {
    let queue = queue();
    let host = host_buffers(1, 2);
    let data = device_buffers(1, 2);
    block_on(async {
        let (host, data) = acquire((host.writes(), data.writes())).unwrap();
        let (mut host, data) = (host.wait_device(&queue).await.unwrap(), data);
        let mut data = data.wait_device(&queue).await.unwrap();
        // Parts of two guards may be used in either role: each stays bound to its own guard.
        let (mut a, mut b) = (data.slice_mut(..1), host.slice_mut(..1));
        queue.download(&a, &mut b).unwrap();
        queue.upload(&b, &mut a).unwrap();
        let problem = queue.upload(&b, &mut a.slice_mut(..0)).unwrap_err();
        let Error::Command { problem, .. } = problem else {
            panic!()
        };
        assert!(matches!(
            *problem,
            Problem::Length {
                source_len: 1,
                target_len: 0
            }
        ));
        host.ready();
        data.ready();
    });
}
