//! What the cost grows with: a frame's own stages and resources, and nothing else.

use crate::contended::THREADS_MEET;
use crate::frame::{frame, resources};
use crate::now::now;
use crate::sweeps::{self, over_1, over_8, over_16, over_32};
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Resource, Result};
use gpu_stages_tests::bench::{Case, on_threads};
use rustix::time::{ClockId, clock_gettime};
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// How the cost of a frame depends on a size.
pub struct Sweep {
    pub name: &'static str,
    /// The cases are called `scaling/NAME/SIZE`.
    pub sizes: &'static [usize],
    pub grows: bool,
    /// Whether its instructions are counted: not those of threads that meet.
    pub is_counted: bool,
}

/// A sweep that grows costs as much for each more at its end as at its beginning; another costs as much at its end
/// as at its beginning.
pub const SWEEPS: [Sweep; 9] = [
    Sweep::growing("stages", &[1, 10, 50, 100]),
    Sweep::growing("commands", &[1, 10, 50, 100]),
    Sweep::growing("resources", &[1, 8, 16, 32]),
    Sweep::flat("slots", &[1, 4, 64]),
    Sweep::flat("other_resources", &[0, 10_000]),
    Sweep::flat("in_flight", &[1, 4, 16, 64]),
    Sweep::flat("frames", &[10, 1_000, 1_000_000]).not_counted(),
    Sweep::flat("threads", &[1, 2]).not_counted(),
    Sweep::flat("threads_processor_time", &[1, 2]).not_counted(),
];

impl Sweep {
    const fn growing(name: &'static str, sizes: &'static [usize]) -> Self {
        Sweep {
            name,
            sizes,
            grows: true,
            is_counted: true,
        }
    }

    const fn flat(name: &'static str, sizes: &'static [usize]) -> Self {
        Sweep {
            grows: false,
            ..Self::growing(name, sizes)
        }
    }

    const fn not_counted(mut self) -> Self {
        self.is_counted = false;
        self
    }

    /// The name of the case of a size.
    pub fn case(&self, size: usize) -> String {
        format!("scaling/{}/{size}", self.name)
    }
}

pub fn cases() -> Vec<Case> {
    let mut cases = stages();
    cases.extend(commands());
    cases.extend(over_resources());
    cases.extend([1, 4, 64].map(slots));
    cases.extend([0, 10_000].map(other_resources));
    cases.extend([1, 4, 16, 64].map(in_flight));
    cases.extend([10, 1_000, 1_000_000].map(frames));
    cases.extend([1, 2].map(threads));
    cases.extend([1, 2].map(processor_time));
    cases
}

/// A case of frames that are polled where they are made.
fn by_hand<F: Future>(name: String, frame: impl Fn() -> F + 'static) -> Case {
    Case::new(name, move |times| {
        for _ in 0..times {
            black_box(now(frame()));
        }
    })
}

fn stages() -> Vec<Case> {
    macro_rules! stages {
        ($($stages:literal $pipeline:ident),+) => {vec![$({
            let resource = Resource::new(0);
            by_hand(format!("scaling/stages/{}", $stages), move || sweeps::$pipeline(&resource))
        }),+]};
    }
    stages!(1 stages_1, 10 stages_10, 50 stages_50, 100 stages_100)
}

/// Each stage launches a kernel, which runs on this thread.
fn commands() -> Vec<Case> {
    macro_rules! commands {
        ($($commands:literal $pipeline:ident),+) => {vec![$({
            let simulation = Simulation::new();
            let device = Device::builder().simulated(&simulation).build();
            let queue = Queue::new(&device).expect("a queue");
            let buffer = Resource::new(DeviceBuffer::new(&device, 1).expect("a buffer"));
            let kernel = Kernel::new("touch", |data: &mut [u8]| data[0] = data[0].wrapping_add(1));
            Case::new(format!("scaling/commands/{}", $commands), move |times| {
                simulation.block_on(async {
                    for _ in 0..times {
                        let frame = sweeps::$pipeline(&queue, &buffer, kernel.clone());
                        frame.await.expect("a frame");
                    }
                });
            })
        }),+]};
    }
    commands!(1 commands_1, 10 commands_10, 50 commands_50, 100 commands_100)
}

fn over_resources() -> Vec<Case> {
    let all: Vec<_> = (0..32).map(Resource::new).collect();
    let all = [(); 4].map(|()| all.clone());
    let [a, b, c, d] = all;
    vec![
        by_hand("scaling/resources/1".into(), move || over_1(&a)),
        by_hand("scaling/resources/8".into(), move || over_8(&b)),
        by_hand("scaling/resources/16".into(), move || over_16(&c)),
        by_hand("scaling/resources/32".into(), move || over_32(&d)),
    ]
}

/// Rings of so many slots.
fn slots(slots: usize) -> Case {
    let [a, b, c, d] = [0; 4].map(|zero| Resource::ring(vec![zero; slots]));
    let name = format!("scaling/slots/{slots}");
    by_hand(name, move || frame(&a, &b, &c, &d, 1))
}

/// While so many resources are there that the frame has nothing to do with.
fn other_resources(others: usize) -> Case {
    let [a, b, c, d] = resources();
    let name = format!("scaling/other_resources/{others}");
    Case::timed(name, move |times| {
        let frame = |seed| frame(&a, &b, &c, &d, seed);
        let others: Vec<_> = (0..others).map(Resource::new).collect();
        // Making them has taken the caches, which the others themselves do not.
        run(WARM, frame);
        let start = Instant::now();
        run(times, frame);
        let took = start.elapsed();
        drop(others);
        took
    })
}

/// Frames until caches are as they were.
const WARM: usize = 100;

/// So many frames are called before the first of them is polled.
fn in_flight(in_flight: usize) -> Case {
    let [a, b, c, d] = resources();
    let frame = move |seed| frame(&a, &b, &c, &d, seed);
    let mut places = Places::new(in_flight);
    let name = format!("scaling/in_flight/{in_flight}");
    Case::new(name, move |times| {
        let mut left = times;
        while left > 0 {
            let count = left.min(in_flight);
            (0..count).for_each(|index| places.call(index, frame(index as u64)));
            (0..count).for_each(|index| places.finish(index));
            left -= count;
        }
    })
}

/// Where frames in flight live: used again, so that none needs memory of its own.
struct Places<F>(Vec<Pin<Box<Option<F>>>>);

impl<F: Future<Output = Result<u64>>> Places<F> {
    fn new(count: usize) -> Self {
        Places((0..count).map(|_| Box::pin(None)).collect())
    }

    fn call(&mut self, index: usize, frame: F) {
        self.0[index].set(Some(frame));
    }

    fn finish(&mut self, index: usize) {
        let frame = self.0[index].as_mut().as_pin_mut().expect("a frame");
        let polled = frame.poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(_))));
        self.0[index].set(None);
    }
}

/// Threads that share nothing: how long each takes for a frame.
fn threads(threads: usize) -> Case {
    let frames = side_by_side(threads);
    Case::timed(format!("scaling/threads/{threads}"), move |times| {
        on_threads(threads, |index| frames(index, times))
    })
    .in_batches_of(THREADS_MEET)
}

/// The same in processor time, which other programs do not change; neither do waits for locks.
fn processor_time(threads: usize) -> Case {
    let frames = side_by_side(threads);
    let name = format!("scaling/threads_processor_time/{threads}");
    Case::timed(name, move |times| {
        let used = AtomicU64::new(0);
        on_threads(threads, |index| {
            let start = used_by_this_thread();
            frames(index, times);
            let nanoseconds = (used_by_this_thread() - start).as_nanos() as u64;
            used.fetch_add(nanoseconds, Ordering::Relaxed);
        });
        Duration::from_nanos(used.into_inner()) / threads as u32
    })
    .in_batches_of(THREADS_MEET)
}

/// Frames of which each thread, by its number, runs so many on resources of its own.
fn side_by_side(threads: usize) -> impl Fn(usize, usize) + Sync {
    let resources: Vec<_> = (0..threads).map(|_| resources()).collect();
    move |index, times| {
        let [a, b, c, d] = &resources[index];
        run(times, |seed| frame(a, b, c, d, seed));
    }
}

fn used_by_this_thread() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Runs so many frames, one after another.
fn run<F: Future<Output = Result<u64>>>(times: usize, frame: impl Fn(u64) -> F) {
    for seed in 0..times as u64 {
        black_box(now(frame(seed))).expect("a frame");
    }
}

/// When so many frames went before on the same resources.
fn frames(frames: usize) -> Case {
    let mut aged = None;
    let name = format!("scaling/frames/{frames}");
    Case::timed(name, move |times| {
        // The young stay young, and the old grow old but once.
        let [a, b, c, d] = match aged.take() {
            Some(aged) if frames >= OLD => aged,
            _ => of_age(frames),
        };
        let start = Instant::now();
        run(times, |seed| frame(&a, &b, &c, &d, seed));
        let took = start.elapsed();
        aged = Some([a, b, c, d]);
        took
    })
}

/// Frames after which some batches more make no difference.
const OLD: usize = 100_000;

fn of_age(frames: usize) -> [Resource<u64>; 4] {
    let [a, b, c, d] = resources();
    run(frames, |seed| frame(&a, &b, &c, &d, seed));
    [a, b, c, d]
}
