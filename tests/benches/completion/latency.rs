//! How long after the end of a command the task that waits for it goes on.

use crate::rig::Rig;
use crate::runtime;
use crate::ways::Way;
use futures::executor::block_on;
use gpu_stages_tests::bench::Report;
use std::time::Duration;

/// Until then everybody who waits is asleep, or asks.
const ASLEEP: Duration = Duration::from_micros(300);

/// One wait at a time, in all ways in random order. Ratios are good when they are low.
pub fn measure<R: Rig>(rig: &mut R, report: &mut Report, rounds: usize) {
    let runtime = runtime();
    let mut samples = Way::ALL.map(|way| (way, Vec::new()));
    for _ in 0..rounds {
        fastrand::shuffle(&mut samples);
        for (way, samples) in &mut samples {
            rig.hold();
            let Some(tasks) = way.wait(rig, &runtime, 1) else {
                rig.release();
                continue;
            };
            std::thread::sleep(ASLEEP);
            rig.release();
            for task in tasks {
                let woken = block_on(task).expect("no panic");
                let took = woken.saturating_duration_since(rig.over_since());
                samples.push(took.as_secs_f64() * 1e6);
            }
        }
    }
    let of = |way| samples.iter().find(|(other, _)| *other == way);
    let Some((_, own)) = of(Way::Pipeline) else {
        return;
    };
    for (way, samples) in Way::ALL.into_iter().filter_map(of) {
        if samples.is_empty() {
            continue;
        }
        let name = format!("{}/wake", R::NAME);
        if *way != Way::Pipeline {
            report.ratio(format!("{name}/pipeline_to_{}", way.name()), own, samples);
        }
        report.figure(format!("{name}/{}", way.name()), samples, "us");
    }
}
