//! Overlap, exactly: makespans in virtual time against what no schedule can beat.

use futures::future::try_join_all;
use gpu_stages::bound::{Depths, Frame, Timed};
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{JobQueue, Resource, Result, gpu_pipeline};
use std::future::Future;
use std::time::Duration;

const LEN: usize = 500;

/// Milliseconds that the stages of a frame take.
const FILL: u64 = 1;
const UPLOAD: u64 = 2;
const KERNEL: u64 = 3;
const DOWNLOAD: u64 = 2;
const REDUCE: u64 = 1;
const STAGES: [u64; 5] = [FILL, UPLOAD, KERNEL, DOWNLOAD, REDUCE];

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The talk's pipeline, whose host stages take virtual time.
#[gpu_pipeline]
async fn process_one(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: DeviceBuffer<f32>,
    #[writes] d_out: DeviceBuffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: Kernel,
    simulation: Simulation,
    value: f32,
) -> Result<f32> {
    {
        simulation.host_work(ms(FILL)).await;
        h_in.fill(value);
    }
    up.upload(&h_in, &mut d_in)?;
    compute.launch(&triple, d_in.len(), (&d_in, &mut d_out))?;
    down.download(&d_out, &mut h_out)?;
    let result = {
        simulation.host_work(ms(REDUCE)).await;
        h_out[0]
    };
    Ok(result)
}

struct Talk {
    simulation: Simulation,
    queues: [Queue; 3],
    h_in: Resource<HostBuffer<f32>>,
    d_in: Resource<DeviceBuffer<f32>>,
    d_out: Resource<DeviceBuffer<f32>>,
    h_out: Resource<HostBuffer<f32>>,
    triple: Kernel,
}

impl Talk {
    /// Rings of `slots` slots, on a device that takes as long as the constants say.
    fn new(slots: usize) -> Self {
        let bytes = (LEN * size_of::<f32>()) as f64;
        let rate = |units: f64, count: u64| Cost::rate(units * 1e3 / count as f64, ms(0));
        let timing = Timing::new()
            .uploads(rate(bytes, UPLOAD))
            .downloads(rate(bytes, DOWNLOAD))
            .kernel("triple", rate(LEN as f64, KERNEL));
        let simulation = Simulation::timed(timing);
        let device = Device::builder()
            .check_hazards(true)
            .simulated(&simulation)
            .build();
        let host = || Resource::try_ring(slots, || HostBuffer::new(&device, LEN)).unwrap();
        let buffer = || Resource::try_ring(slots, || DeviceBuffer::new(&device, LEN)).unwrap();
        Talk {
            queues: [(); 3].map(|()| Queue::new(&device).unwrap()),
            h_in: host(),
            d_in: buffer(),
            d_out: buffer(),
            h_out: host(),
            triple: Kernel::new("triple", |input: &[f32], output: &mut [f32]| {
                input.iter().zip(output).for_each(|(x, y)| *y = 3.0 * x);
            }),
            simulation,
        }
    }

    fn frame(&self, value: f32) -> impl Future<Output = Result<f32>> + use<> {
        let [up, compute, down] = &self.queues;
        let (h_in, d_in, d_out, h_out) = (&self.h_in, &self.d_in, &self.d_out, &self.h_out);
        let (triple, simulation) = (self.triple.clone(), self.simulation.clone());
        process_one(
            up, compute, down, h_in, d_in, d_out, h_out, triple, simulation, value,
        )
    }

    /// The makespan of `frames` frames, at most `in_flight` of them at a time, in milliseconds.
    fn makespan(&self, frames: u64, in_flight: usize) -> u64 {
        let all = async {
            let mut jobs = JobQueue::new(in_flight);
            for value in 0..frames {
                jobs.push(self.frame(value as f32)).await?;
            }
            jobs.finish(0).await?;
            let results: Vec<f32> = std::iter::from_fn(|| jobs.pop()).collect();
            Result::<_>::Ok(results)
        };
        let results = self.simulation.block_on(all).unwrap();
        let expected: Vec<f32> = (0..frames).map(|value| 3.0 * value as f32).collect();
        assert_eq!(results, expected);
        let now = self.simulation.now();
        assert_eq!(now.subsec_nanos() % 1_000_000, 0, "{now:?}");
        now.as_millis() as u64
    }
}

/// What no schedule of `frames` frames beats: the busiest engine, one frame after another in each slot of each
/// resource, and in each place in flight; behind and before them, what one frame needs.
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
    assert_eq!(Talk::new(1).makespan(100, 1), 100 * 9);
}

#[test]
fn frames_overlap_as_far_as_slots_and_places_allow() {
    const FRAMES: u64 = 1_000;
    let frame = Frame::of(Timed::new(process_one::SCHEDULE, STAGES.map(ms)));
    for slots in 1..=3 {
        for in_flight in [1, 2, 3, 4, 8] {
            let talk = Talk::new(slots);
            let (makespan, bound) = (
                talk.makespan(FRAMES, in_flight),
                bound(FRAMES, slots as u64, in_flight as u64),
            );
            println!("{slots} slots, {in_flight} in flight: {makespan} ms, at least {bound} ms");
            let depths = Depths::of(slots).in_flight(in_flight);
            let told = frame.bound(&depths).unwrap().makespan(FRAMES as usize);
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
    assert_eq!(Talk::new(2).makespan(1_000, 4), 9 + 999 * KERNEL);
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
fn a_work_that_is_given_up_leaves_its_thread_to_others() {
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
