//! The ideal bound of random frames, held against what they take in virtual time.

mod call;
mod pipeline;

use super::SEEDS;
use call::{World, call};
use fastrand::Rng;
use futures::future::try_join_all;
use gpu_stages::bound::{Bound, Depths, Frame};
use gpu_stages::cpu::timing::Timing;
use gpu_stages::cpu::{Device, DeviceBuffer, Queue, Simulation};
use gpu_stages::{JobQueue, Resource, Result};
use pipeline::Pipeline;
use std::sync::Arc;
use std::time::Duration;

/// Queues and resources, at most.
const QUEUES: usize = 4;
const RESOURCES: usize = 5;

/// A frame, as the library predicts it and as it runs.
struct Scene {
    frame: Frame,
    timing: Timing,
    pipelines: Vec<Arc<Pipeline>>,
}

impl Scene {
    fn random(rng: &mut Rng) -> Self {
        let (queues, resources) = (rng.usize(1..=QUEUES), rng.usize(1..=RESOURCES));
        let calls = *rng.choice(&[1, 1, 2, 3]).expect("some");
        let pipelines: Vec<Arc<Pipeline>> = (0..calls)
            .map(|number| Arc::new(Pipeline::random(rng, number, queues, resources)))
            .collect();
        let others = pipelines[1..].iter();
        let frame = others.fold(Frame::of(pipelines[0].timed()), |frame, it| {
            frame.and(it.timed())
        });
        // As many engines as there are queues: none waits for another one's.
        let timing = Timing::new().compute_engines(QUEUES);
        Scene {
            frame,
            timing: pipelines.iter().fold(timing, |timing, it| it.teach(timing)),
            pipelines,
        }
    }

    fn world(&self, depths: &Depths, frames: usize) -> Result<World> {
        let simulation = Simulation::timed(self.timing.clone());
        let device = Device::builder().check_hazards(true);
        let device = device.simulated(&simulation).build();
        let ring = |number| {
            let slots = depths.of_resource(&format!("r{number}"));
            // Three calls may write it, twice each.
            let slots = slots.unwrap_or(6 * frames + 1);
            Resource::try_ring(slots, || DeviceBuffer::new(&device, 1))
        };
        Ok(World {
            queues: (0..QUEUES)
                .map(|_| Queue::new(&device))
                .collect::<Result<_>>()?,
            resources: (0..RESOURCES).map(ring).collect::<Result<_>>()?,
            simulation,
            device,
        })
    }

    /// The makespan of so many frames; none if a call would wait for itself.
    fn run(&self, depths: &Depths, frames: usize) -> Option<Duration> {
        let world = Arc::new(self.world(depths, frames).expect("queues and buffers"));
        let all = async {
            let mut jobs = JobQueue::new(depths.frames().unwrap_or(usize::MAX));
            for _ in 0..frames {
                let calls = self.pipelines.iter().map(|pipeline| call(pipeline, &world));
                jobs.push(try_join_all(calls)).await?;
            }
            jobs.finish(0).await
        };
        world.simulation.block_on(all).ok()?;
        world.device.assert_no_hazards();
        Some(world.simulation.now())
    }
}

fn depths(rng: &mut Rng) -> Depths {
    let depths = match rng.u8(0..4) {
        0 => Depths::unlimited(),
        _ => (0..RESOURCES).fold(Depths::unlimited(), |depths, number| {
            depths.slots(&format!("r{number}"), rng.usize(1..=3))
        }),
    };
    match rng.u8(0..4) {
        0 => depths,
        _ => depths.in_flight(rng.usize(1..=5)),
    }
}

/// What came of the comparisons.
#[derive(Debug, Default)]
struct Tally {
    /// A call would wait for itself, or nothing but depths is a limit.
    stuck: usize,
    /// It is exact, as is said.
    exact: usize,
    /// That is not said, but it is.
    reached: usize,
    missed: usize,
    /// Depths that are less than recommended, and slower.
    slower: usize,
}

fn check(seed: u64, tally: &mut Tally) {
    let rng = &mut Rng::with_seed(seed);
    let scene = Scene::random(rng);
    let depths = depths(rng);
    let frames = rng.usize(1..=40);
    let bound = scene.frame.bound(&depths);
    let text = format!("seed {seed}: {depths}, {frames} frames");
    let makespan = scene.run(&depths, frames);
    match (bound, makespan) {
        (None, None) => tally.stuck += 1,
        (Some(bound), Some(makespan)) => {
            let least = bound.makespan(frames);
            assert!(
                makespan >= least,
                "{text}: {makespan:?} is less than {least:?}"
            );
            if bound.is_exact() {
                assert_eq!(makespan, least, "{text}");
                tally.exact += 1;
            } else if makespan == least {
                tally.reached += 1;
            } else {
                tally.missed += 1;
            }
        }
        (bound, makespan) => panic!("{text}: {:?} but {makespan:?}", bound.map(|it| it.period())),
    }
}

/// How long so many frames of a long run take.
fn rate(bound: &Bound) -> (u128, u128) {
    let (frames, time) = bound.rate();
    (time.as_nanos(), u128::from(frames))
}

/// Whether frames take longer at one bound than at another.
fn is_slower(bound: &Bound, than: &Bound) -> bool {
    let ((time, frames), (other, others)) = (rate(bound), rate(than));
    time * others > other * frames
}

/// So many slots of each resource.
fn with_slots(slots: [usize; RESOURCES]) -> Depths {
    let named = slots.iter().enumerate();
    named.fold(Depths::unlimited(), |depths, (number, slots)| {
        depths.slots(&format!("r{number}"), *slots)
    })
}

/// Holds the depths that are recommended against the ideal bound, and against less.
fn check_depths(seed: u64, tally: &mut Tally) {
    let rng = &mut Rng::with_seed(seed);
    let scene = Scene::random(rng);
    let frame = &scene.frame;
    let (Some(ideal), Some(depths)) = (frame.ideal(), frame.depths()) else {
        tally.stuck += 1;
        return;
    };
    let bound = frame.bound(&depths).expect("no call waits for itself");
    assert!(
        !is_slower(&bound, &ideal),
        "seed {seed}: {depths}: {bound}, not {ideal}"
    );
    let slots: [usize; RESOURCES] =
        std::array::from_fn(|number| depths.of_resource(&format!("r{number}")).unwrap_or(1));
    let in_flight = depths.frames().expect("a number");
    let places = (1..in_flight).rev().take(5);
    let places = places.map(|places| with_slots(slots).in_flight(places));
    let one_less = (0..RESOURCES).filter_map(|resource| {
        let mut less = slots;
        less[resource] = less[resource].checked_sub(1).filter(|slots| *slots > 0)?;
        Some(less)
    });
    let others = std::iter::repeat_with(|| [(); RESOURCES].map(|()| rng.usize(1..=4)));
    let total = |slots: &[usize; RESOURCES]| slots.iter().sum::<usize>();
    let fewer = others.take(50).filter(|few| total(few) < total(&slots));
    let all: Vec<Depths> = one_less
        .chain(fewer)
        .map(with_slots)
        .chain(places)
        .collect();
    for less in all {
        let Some(bound) = frame.bound(&less) else {
            continue;
        };
        if bound.is_exact() {
            assert!(
                is_slower(&bound, &ideal),
                "seed {seed}: {depths}, but {less} is as fast"
            );
            tally.slower += 1;
        }
    }
    if bound.is_exact() {
        let makespan = scene.run(&depths, 30);
        assert_eq!(makespan, Some(bound.makespan(30)), "seed {seed}: {depths}");
        tally.exact += 1;
    } else if scene.run(&depths, 30) == Some(bound.makespan(30)) {
        tally.reached += 1;
    } else {
        tally.missed += 1;
    }
}

fn seeds(count: u64) -> impl Iterator<Item = u64> {
    let only: Option<u64> = std::env::var("EXECUTED_SEED")
        .ok()
        .map(|seed| seed.parse().expect("EXECUTED_SEED is a number"));
    only.map_or(0..count, |seed| seed..seed + 1)
}

#[test]
fn random_frames_take_what_is_predicted() {
    let mut tally = Tally::default();
    seeds(SEEDS / 4).for_each(|seed| check(seed, &mut tally));
    println!("{tally:?}");
    assert!(tally.exact > tally.reached + tally.missed, "{tally:?}");
}

#[test]
fn recommended_depths_reach_the_bound_and_less_do_not() {
    let mut tally = Tally::default();
    seeds(SEEDS / 20).for_each(|seed| check_depths(seed, &mut tally));
    println!("{tally:?}");
    assert!(tally.exact > tally.reached + tally.missed, "{tally:?}");
    assert!(tally.slower > tally.exact / 2, "{tally:?}");
}
