//! What many waits at a time cost: threads, and processor time while nothing happens and when everything is over.

use crate::rig::Rig;
use crate::runtime;
use crate::ways::Way;
use futures::executor::block_on;
use gpu_stages_tests::bench::Report;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// For so long nothing happens.
const QUIET: Duration = Duration::from_millis(200);

/// Until then the threads of the round before are gone.
const GONE: Duration = Duration::from_millis(5);

/// What some waits took, one entry per round.
#[derive(Default)]
struct Crowd {
    threads: Vec<f64>,
    /// Of a processor, while nothing happens.
    share: Vec<f64>,
    /// From beginning to wait to the last task's end, in processor time for each wait.
    microseconds: Vec<f64>,
    /// From the release to the last task's end.
    drain: Vec<f64>,
}

/// So many waits at a time, in all ways in random order.
pub fn measure<R: Rig>(rig: &mut R, report: &mut Report, waits: usize, rounds: usize) {
    let mut crowds = Way::ALL.map(|way| (way, Crowd::default()));
    for _ in 0..rounds {
        fastrand::shuffle(&mut crowds);
        for (way, crowd) in &mut crowds {
            crowd.round(*way, rig, waits);
        }
    }
    let of = |way| crowds.iter().find(|(other, _)| *other == way);
    for (way, crowd) in Way::ALL.into_iter().filter_map(of) {
        if crowd.threads.is_empty() {
            continue;
        }
        let name = |figure| format!("{}/{waits}_waits/{figure}/{}", R::NAME, way.name());
        report.figure(name("threads"), &crowd.threads, "threads");
        report.figure(name("quiet"), &crowd.share, "processors");
        report.figure(name("processor_time"), &crowd.microseconds, "us/wait");
        report.figure(name("drain"), &crowd.drain, "us/wait");
    }
}

impl Crowd {
    fn round(&mut self, way: Way, rig: &mut impl Rig, waits: usize) {
        let runtime = runtime();
        rig.hold();
        std::thread::sleep(GONE);
        let threads = threads();
        let start = processor_time();
        let Some(tasks) = way.wait(rig, &runtime, waits) else {
            rig.release();
            return;
        };
        // Those who wait get there, and then there is nothing to do.
        std::thread::sleep(QUIET);
        let (quiet_since, quiet_start) = (Instant::now(), processor_time());
        std::thread::sleep(QUIET);
        let quiet = processor_time() - quiet_start;
        self.share
            .push(quiet.as_secs_f64() / quiet_since.elapsed().as_secs_f64());
        self.threads.push(self::threads() - threads);
        let released = Instant::now();
        rig.release();
        let ends = tasks
            .into_iter()
            .map(|task| block_on(task).expect("no panic"));
        let drain = ends.max().map_or(Duration::ZERO, |end| end - released);
        let used = processor_time() - start - quiet;
        let each = |time: Duration| time.as_secs_f64() * 1e6 / waits as f64;
        self.microseconds.push(each(used));
        self.drain.push(each(drain));
    }
}

/// The threads of this process.
fn threads() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task");
    tasks.map_or(f64::NAN, |tasks| tasks.count() as f64)
}

/// What all threads of this process have used so far.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
