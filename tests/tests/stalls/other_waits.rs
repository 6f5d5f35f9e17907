//! Waits that are for no resource, and futures that were woken and not polled since.

use futures::FutureExt;
use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, blocking, gpu_pipeline, stall};
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::{Gate, device_buffers, host_buffers, poll_once, queue, warnings};
use std::sync::mpsc;
use std::time::Duration;

/// All waits of the process, as text.
fn all() -> String {
    stall::report().to_string()
}

/// Waits until the report contains `part`, for what another thread is about to do.
fn wait_for(part: &str) -> String {
    for _ in 0..60_000 {
        let text = all();
        if text.contains(part) {
            return text;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("no `{part}` in {}", all());
}

#[gpu_pipeline]
async fn launch(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))
}

#[gpu_pipeline]
async fn fetch(
    #[queue] queue: Queue,
    #[updates] data: DeviceBuffer<f32>,
    #[writes] out: HostBuffer<f32>,
    kernel: Kernel,
) -> Result<f32> {
    queue.launch(&kernel, 1, (&mut data,))?;
    queue.download(&data, &mut out)?;
    Ok(out[0])
}

#[test]
fn a_call_that_waits_for_its_own_commands_is_told_with_the_command_that_runs() {
    in_own_process(
        a_call_that_waits_for_its_own_commands_is_told_with_the_command_that_runs,
        || {
            let (queue, gate) = (queue(), Gate::default());
            let data = device_buffers(1, 1).named("samples");
            let mut frame = Box::pin(launch(&queue, &data, gate.kernel(1.0)));
            assert!(poll_once(&mut frame).is_pending());
            let text = all();
            for part in [
                "of `launch` in stage `queue.launch` waits for the end of its commands",
                "`samples`",
                "the launch of `gate` by call",
            ] {
                assert!(text.contains(part), "{text}");
            }
            gate.open();
            block_on(frame).unwrap();
            assert!(stall::report().is_empty());
        },
    );
}

#[test]
fn a_wait_for_a_device_lasts_over_later_polls() {
    in_own_process(a_wait_for_a_device_lasts_over_later_polls, || {
        let (queue, gate) = (queue(), Gate::default());
        let (data, out) = (device_buffers(1, 1), host_buffers(1, 1).named("result"));
        let mut frame = Box::pin(fetch(&queue, &data, &out, gate.kernel(1.0)));
        for _ in 0..3 {
            assert!(poll_once(&mut frame).is_pending());
            let text = all();
            assert!(
                text.contains("waits for a device to be done with `result`"),
                "{text}"
            );
            assert!(text.contains("the launch of `gate` by call"), "{text}");
        }
        gate.open();
        block_on(frame).unwrap();
    });
}

#[test]
fn waits_for_events_and_queues_are_told() {
    in_own_process(waits_for_events_and_queues_are_told, || {
        let (queue, gate) = (queue(), Gate::default());
        let data = device_buffers(1, 1);
        let mut frame = Box::pin(launch(&queue, &data, gate.kernel(1.0)));
        assert!(poll_once(&mut frame).is_pending());

        let marker = queue.marker().unwrap();
        let mut wait = Box::pin(marker.wait());
        assert!(!all().contains("an event"), "nothing waits for it yet");
        assert!(poll_once(&mut wait).is_pending());
        let text = all();
        assert!(text.contains("a task waits for an event\n"), "{text}");
        drop(wait);
        assert!(!all().contains("an event"), "the wait was given up");

        let finishing = queue.clone();
        let thread = std::thread::Builder::new().name("closing".into());
        let thread = thread.spawn(move || finishing.finish()).unwrap();
        let text = wait_for("thread `closing` waits in `Queue::finish`");
        let (_, after) = text.split_once("Queue::finish").unwrap();
        assert!(after.contains("the launch of `gate` by call"), "{text}");
        gate.open();
        thread.join().unwrap();
        block_on(frame).unwrap();
        assert!(stall::report().is_empty());
    });
}

#[test]
fn a_wait_in_finish_is_logged() {
    in_own_process(a_wait_in_finish_is_logged, || {
        warnings::collect();
        stall::set_timeout(Some(Duration::from_millis(20)));
        let (queue, gate) = (queue(), Gate::default());
        let data = device_buffers(1, 1);
        let mut frame = Box::pin(launch(&queue, &data, gate.kernel(1.0)));
        assert!(poll_once(&mut frame).is_pending());
        let finishing = queue.clone();
        let thread = std::thread::spawn(move || finishing.finish());
        warnings::wait_for(&["stalled: ", "Queue::finish", "the launch of `gate`"]);
        warnings::wait_for(&["stalled: call", "waits for the end of its commands"]);
        gate.open();
        thread.join().unwrap();
        block_on(frame).unwrap();
    });
}

#[gpu_pipeline]
async fn blocks(#[updates] total: u32, gate: Gate) -> Result<u32> {
    #[stage(blocking, name = "blocks")]
    {
        total += 1;
        gate.pass();
    }
    Ok(total)
}

#[test]
fn a_blocking_stage_waits_for_a_thread_and_then_runs() {
    in_own_process(a_blocking_stage_waits_for_a_thread_and_then_runs, || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).build().unwrap();
        let (first, second) = (Gate::default(), Gate::default());
        let total = Resource::new(0);
        let _entered = runtime.enter();
        // It has the only thread of the pool.
        let gate = first.clone();
        let mut other = Box::pin(blocking(move || gate.pass()));
        assert!(poll_once(&mut other).is_pending());
        let mut frame = Box::pin(blocks(&total, second.clone()));
        assert!(poll_once(&mut frame).is_pending());
        let text = all();
        let waits = "of `blocks` in stage `blocks` waits for a thread for its blocking stage";
        assert!(text.contains(waits), "{text}");
        first.open();
        block_on(other).unwrap();
        wait_for("of `blocks` in stage `blocks` runs its blocking stage");
        let mut next = Box::pin(total.acquire_read().unwrap().wait_events());
        assert!(poll_once(&mut next).is_pending());
        let text = all();
        assert!(text.contains("which runs its blocking stage"), "{text}");
        second.open();
        let text = wait_for("was woken because its blocking stage is over");
        assert!(text.contains("and was not polled since"), "{text}");
        assert_eq!(block_on(frame).unwrap(), 1);
        block_on(next).unwrap().ready();
    });
}

#[gpu_pipeline]
async fn count(#[updates] total: u32) -> Result<u32> {
    total += 1;
    Ok(total)
}

#[gpu_pipeline]
async fn calls_in_a_blocking_stage(#[updates] total: u32, same: Resource<u32>) -> Result<()> {
    #[stage(blocking, name = "calls")]
    {
        total += 1;
        // A stage that blocked here for ever could not be ended by this test.
        let mut inner = Box::pin(count(&same));
        for _ in 0..60_000 {
            if poll_once(&mut inner).is_ready() || stall::report().to_string().contains("a cycle") {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        total += u32::from(stall::report().to_string().contains("a cycle"));
    }
    Ok(())
}

#[test]
fn a_blocking_stage_that_waits_for_what_its_call_holds_is_a_cycle() {
    in_own_process(
        a_blocking_stage_that_waits_for_what_its_call_holds_is_a_cycle,
        || {
            let total = Resource::new(0).named("total");
            block_on(calls_in_a_blocking_stage(&total, total.clone())).unwrap();
            let seen = block_on(total.acquire_read().unwrap().wait_events()).unwrap();
            assert_eq!(*seen, 2, "the cycle was not told");
        },
    );
}

#[test]
fn a_call_that_has_its_turn_and_is_not_polled_is_named() {
    in_own_process(a_call_that_has_its_turn_and_is_not_polled_is_named, || {
        let total = Resource::new(0).named("total");
        let first = total.acquire_update().unwrap();
        let mut second = Box::pin(count(&total));
        assert!(poll_once(&mut second).is_pending());
        let mut third = Box::pin(count(&total));
        drop(first);
        assert!(poll_once(&mut third).is_pending());
        let text = all();
        let woken = "which was woken for its turn with `total`, and was not polled since";
        assert!(text.contains(woken), "{text}");
        block_on(second).unwrap();
        block_on(third).unwrap();
    });
}

#[gpu_pipeline]
async fn exchange(#[updates] left: u32, #[updates] right: u32) -> Result<()> {
    left += 1;
    right += 1;
    Ok(())
}

#[test]
fn many_waits_are_told_up_to_a_limit_and_long_cycles_with_their_first_steps() {
    in_own_process(
        many_waits_are_told_up_to_a_limit_and_long_cycles_with_their_first_steps,
        || {
            const CALLS: usize = 3000;
            let tiles: Vec<_> = (0..=CALLS).map(|_| Resource::new(0)).collect();
            let first = tiles[0].acquire_update().unwrap();
            let pairs = tiles.windows(2);
            let mut calls: Vec<_> = pairs.map(|it| exchange(&it[0], &it[1]).boxed()).collect();
            assert!(calls.iter_mut().all(|call| poll_once(call).is_pending()));
            let report = stall::report();
            assert_eq!(report.waits().len() + report.more(), CALLS);
            assert_eq!(report.waits().len(), 1000);
            assert!(report.to_string().ends_with("\nand 2000 waits more"));
            assert!(report.waits().iter().all(|wait| wait.cycle().is_none()));
            drop(first);
            for call in calls {
                block_on(call).unwrap();
            }

            // Each call holds its resource, and waits for a call that waits for the next resource.
            let ring: Vec<_> = (0..100).map(Resource::new).collect();
            let mut calls: Vec<_> = (0..100)
                .map(|at| takes(&ring[at], ring[(at + 1) % 100].clone()).boxed())
                .collect();
            assert!(calls.iter_mut().all(|call| poll_once(call).is_pending()));
            let report = stall::report();
            assert_eq!(report.waits().len(), 100);
            let cycle = report.waits()[0].cycle().expect("they wait for each other");
            assert!(cycle.contains("steps more, back to call"), "{cycle}");
            assert!(report.waits().iter().all(|wait| wait.cycle().is_some()));
        },
    );
}

#[gpu_pipeline]
async fn takes(#[updates] mine: usize, other: Resource<usize>) -> Result<()> {
    mine += takes_one(&other).await?;
    Ok(())
}

#[gpu_pipeline]
async fn takes_one(#[updates] total: usize) -> Result<usize> {
    total += 1;
    Ok(total)
}

/// The report takes no lock that user code can hold, and no thread needs the one that looks.
#[test]
fn a_report_is_made_while_threads_are_stuck() {
    in_own_process(a_report_is_made_while_threads_are_stuck, || {
        let (queue, gate) = (queue(), Gate::default());
        let data = device_buffers(1, 1);
        let mut frame = Box::pin(launch(&queue, &data, gate.kernel(1.0)));
        assert!(poll_once(&mut frame).is_pending());
        let (sender, receiver) = mpsc::channel();
        let looking = std::thread::spawn(move || sender.send(all()));
        let text = receiver.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(text.contains("the launch of `gate`"), "{text}");
        looking.join().unwrap().unwrap();
        gate.open();
        block_on(frame).unwrap();
    });
}
