//! Overlap in virtual time: makespans, compared with the least that any schedule can reach.

use futures::future::try_join_all;
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::timed_talk::{SCHEDULE, STAGES, TimedTalk, ms};
use std::time::Duration;

/// The makespan of `frames` frames, at most `in_flight` of them at a time, in milliseconds.
fn makespan(slots: usize, frames: u16, in_flight: usize) -> u64 {
    let talk = TimedTalk::new(slots);
    talk.run(frames, in_flight);
    let now = talk.simulation.now();
    assert_eq!(now.subsec_nanos() % 1_000_000, 0, "{now:?}");
    now.as_millis() as u64
}

/// The least makespan of `frames` frames: that of the busiest engine, of one frame after another in each slot of each
/// resource, and of one frame after another in each place in flight, with what a frame needs before and after these.
fn bound(frames: u64, slots: u64, in_flight: u64) -> u64 {
    let sum = |range: &[u64]| range.iter().sum::<u64>();
    let path = sum(&STAGES);
    // What is held together: each buffer from the stage that writes it to the stage that reads it.
    let buffers = (0..STAGES.len() - 1).map(|stage| (sum(&STAGES[stage..stage + 2]), slots));
    let engines = STAGES[1..4].iter().map(|stage| (*stage, 1));
    let limits = buffers.chain(engines).chain([(path, in_flight)]);
    limits
        .map(|(held, places)| (frames.div_ceil(places) - 1) * held + path)
        .max()
        .unwrap()
}

#[test]
fn one_frame_at_a_time_takes_the_sum_of_all_stages() {
    assert_eq!(makespan(1, 100, 1), 100 * 9);
}

#[test]
fn frames_overlap_as_far_as_slots_and_places_allow() {
    const FRAMES: u16 = 1_000;
    let frame = Frame::of(Timed::new(SCHEDULE, STAGES.map(ms)));
    for slots in 1..=3 {
        for in_flight in [1, 2, 3, 4, 8] {
            let (makespan, bound) = (
                makespan(slots, FRAMES, in_flight),
                bound(FRAMES.into(), slots as u64, in_flight as u64),
            );
            println!("{slots} slots, {in_flight} in flight: {makespan} ms, at least {bound} ms");
            let depths = Depths::of(slots).in_flight(in_flight);
            let told = frame.bound(&depths).unwrap().makespan(FRAMES.into());
            assert_eq!(told, ms(makespan), "what the schedule says");
            assert!(makespan >= bound, "the bound is none");
            assert!(
                bound as f64 / makespan as f64 >= 0.99,
                "{slots} slots, {in_flight} in flight: {makespan} ms instead of {bound} ms"
            );
        }
    }
}

#[test]
fn two_slots_and_four_frames_keep_the_kernels_engine_busy() {
    // The first frame takes 9 ms, and every other one ends 3 ms later.
    assert_eq!(makespan(2, 1_000, 4), 9 + 999 * STAGES[2]);
}

/// A simulation and a queue whose kernels take a millisecond.
fn kernels(timing: Timing) -> (Simulation, Device) {
    let simulation = Simulation::timed(timing.other_kernels(Cost::fixed(ms(1))));
    let device = Device::builder().simulated(&simulation).build();
    (simulation, device)
}

#[gpu_pipeline]
async fn touch(
    #[queue] queue: Queue,
    #[owns] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))?;
    Ok(())
}

#[test]
fn queues_share_the_engines() {
    for (engines, makespan) in [(1, 4), (2, 2), (3, 2), (4, 1)] {
        let (simulation, device) = kernels(Timing::new().compute_engines(engines));
        let launches = (0..4).map(|_| {
            let queue = Queue::new(&device).unwrap();
            let data = DeviceBuffer::new(&device, 1).unwrap();
            touch(
                &queue,
                data,
                Kernel::new("set", |data: &mut [f32]| data.fill(1.0)),
            )
        });
        simulation.block_on(try_join_all(launches)).unwrap();
        assert_eq!(simulation.now(), ms(makespan), "{engines} engines");
    }
}

#[test]
fn up_and_down_share_one_engine_if_they_must() {
    async fn both(simulation: &Simulation) -> Duration {
        let device = Device::builder().simulated(simulation).build();
        let (up, down) = (Queue::new(&device).unwrap(), Queue::new(&device).unwrap());
        let host = || Resource::new(HostBuffer::<u8>::new(&device, 1).unwrap());
        let buffer = || Resource::new(DeviceBuffer::<u8>::new(&device, 1).unwrap());
        let guards = async |queue: &Queue| {
            let (host, device) = (host(), buffer());
            let (host, device) = (host.acquire_write()?, device.acquire_write()?);
            Result::<_>::Ok((
                host.wait_device(queue).await?,
                device.wait_device(queue).await?,
            ))
        };
        let (from, mut to) = guards(&up).await.unwrap();
        up.upload(&from, &mut to).unwrap();
        up.ready((from, to));
        let (mut to, from) = guards(&down).await.unwrap();
        down.download(&from, &mut to).unwrap();
        down.ready((from, to));
        let (up, down) = (up.marker().unwrap(), down.marker().unwrap());
        up.wait().await.unwrap();
        down.wait().await.unwrap();
        simulation.now()
    }
    use gpu_stages::CommandQueue;
    let cost = Cost::fixed(ms(5));
    let two = Timing::new().uploads(cost).downloads(cost);
    for (timing, makespan) in [(two.clone(), 5), (two.one_copy_engine(), 10)] {
        let simulation = Simulation::timed(timing);
        assert_eq!(simulation.block_on(both(&simulation)), ms(makespan));
    }
}

#[test]
fn work_that_is_given_up_takes_no_time() {
    let simulation = Simulation::new();
    let mut long = Box::pin(simulation.host_work(ms(100)));
    let short = simulation.host_work(ms(2));
    simulation.block_on(async {
        assert!(gpu_stages_tests::poll_once(&mut long).is_pending());
        short.await;
        drop(long);
    });
    assert!(!simulation.step(0), "nothing is left");
    assert_eq!(simulation.now(), ms(2));
}

#[test]
fn works_wait_for_a_thread_of_the_host() {
    for (threads, makespan) in [(1, 10), (2, 7), (3, 5), (9, 4)] {
        let simulation = Simulation::timed(Timing::new().host_threads(threads));
        let works = [3, 1, 2, 4].map(|duration| simulation.host_work(ms(duration)));
        simulation.block_on(futures::future::join_all(works));
        assert_eq!(simulation.now(), ms(makespan), "{threads} threads");
    }
}

#[test]
fn dropped_host_work_frees_its_thread() {
    let simulation = Simulation::timed(Timing::new().host_threads(1));
    let mut long = Box::pin(simulation.host_work(ms(100)));
    let mut short = Box::pin(simulation.host_work(ms(2)));
    simulation.block_on(async {
        assert!(gpu_stages_tests::poll_once(&mut long).is_pending());
        assert!(gpu_stages_tests::poll_once(&mut short).is_pending());
        drop(long);
        short.await;
    });
    assert_eq!(simulation.now(), ms(2));
}
