//! The timing model in real time: which kernels exclude each other. How long they take is not tested.

use futures::executor::block_on;
use futures::future::try_join_all;
use gpu_stages::cpu::timing::{Cost, Timing, cards};
use gpu_stages::cpu::{Cpu, Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{Result, gpu_pipeline};
use gpu_stages_tests::talk::Talk;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(1);

#[gpu_pipeline]
async fn touch(
    #[queue] queue: Queue,
    #[owns] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))?;
    Ok(())
}

/// Launches the kernel on `count` queues of a device at the same time.
fn on_queues(timing: Timing, queues: usize, kernel: &Kernel) -> Result<()> {
    let device = Device::builder().timing(timing).build();
    let launches = (0..queues).map(|_| {
        let queue = Queue::new(&device).unwrap();
        let data = DeviceBuffer::new(&device, 1).unwrap();
        touch(&queue, data, kernel.clone())
    });
    block_on(try_join_all(launches)).map(drop)
}

/// The beginnings and ends of kernels, in order.
fn log_of(engines: usize, queues: usize) -> Vec<&'static str> {
    let log = gpu_stages_tests::Log::default();
    let own = log.clone();
    let kernel = Kernel::new("log", move |_: &mut [f32]| {
        own.note("begin");
        std::thread::sleep(SHORT);
        own.note("end");
    });
    let timing = Timing::new()
        .compute_engines(engines)
        .other_kernels(Cost::fixed(SHORT));
    on_queues(timing, queues, &kernel).unwrap();
    log.entries()
}

#[test]
fn kernels_on_one_engine_never_overlap() {
    assert_eq!(log_of(1, 8), ["begin", "end"].repeat(8));
}

#[test]
fn no_more_kernels_run_at_a_time_than_there_are_engines() {
    let mut running = 0;
    for entry in log_of(3, 9) {
        match entry {
            "begin" => running += 1,
            _ => running -= 1,
        }
        assert!(running <= 3);
    }
}

#[test]
fn kernels_on_several_engines_meet() {
    let met = Arc::new((Mutex::new(0), Condvar::new()));
    let kernel = Kernel::new("meet", move |_: &mut [f32]| {
        let (count, changed) = &*met;
        *count.lock().unwrap() += 1;
        changed.notify_all();
        let all =
            changed.wait_timeout_while(count.lock().unwrap(), Duration::from_secs(20), |count| {
                *count < 3
            });
        assert!(!all.unwrap().1.timed_out(), "the others never come");
    });
    on_queues(Timing::new().compute_engines(3), 3, &kernel).unwrap();
}

#[test]
fn a_kernel_that_panics_frees_its_engine() {
    let kernel = gpu_stages_tests::failing();
    assert!(on_queues(Timing::new(), 3, &kernel).is_err());
}

#[test]
fn results_are_the_same_at_the_pace_of_a_card() {
    const LEN: usize = 1 << 12;
    for card in cards::ALL {
        let device = Device::builder()
            .timing(card.timing())
            .check_hazards(true)
            .build();
        let queues = (0..3).map(|_| Queue::new(&device).unwrap()).collect();
        let talk = Talk::<Cpu>::with(&device, queues, 2, LEN);
        let sums = block_on(try_join_all((0..10).map(|seed| talk.frame(seed)))).unwrap();
        let expected: Vec<f32> = (0..10)
            .map(|seed| Talk::<Cpu>::expected(LEN, seed))
            .collect();
        assert_eq!(sums, expected, "{}", card.name());
        device.assert_no_hazards();
    }
}
