//! The bound of pipelines of all shapes. That runs reach it is shown by random frames
//! (`gpu-stages-macros/src/tests/executed/timed`) and by the example `overlap_model`.

mod frames;
mod limits;
mod makespans;
mod order;

use gpu_stages::bound::{Bottleneck, Bound, Frame, Timed};
use gpu_stages::{Schedule, Stage};
use gpu_stages_tests::timed_talk::ms;
use std::time::Duration;

fn timed<const N: usize>(schedule: Schedule, times: [u64; N]) -> Timed {
    Timed::new(schedule, times.map(ms))
}

/// Fill, upload, compute, download, reduce.
const TALK: Schedule = Schedule::new(
    "talk",
    &[
        Stage::new("fill").writes(&["h_in"]),
        Stage::new("upload")
            .on("up")
            .reads(&["h_in"])
            .writes(&["d_in"]),
        Stage::new("compute")
            .on("compute")
            .reads(&["d_in"])
            .writes(&["d_out"]),
        Stage::new("download")
            .on("down")
            .reads(&["d_out"])
            .writes(&["h_out"]),
        Stage::new("reduce").reads(&["h_out"]),
    ],
)
.queues(&["up", "compute", "down"])
.writes(&["h_in", "d_in", "d_out", "h_out"]);

const TIMES: [u64; 5] = [1, 2, 3, 2, 1];

fn talk() -> Frame {
    Frame::of(timed(TALK, TIMES))
}

fn slots(resource: &str) -> Bottleneck {
    Bottleneck::Slots(resource.to_owned())
}

fn queue(name: &str) -> Bottleneck {
    Bottleneck::Queue(name.to_owned())
}

/// What limits a frame, and how often it comes.
fn told(bound: Option<Bound>) -> (Vec<Bottleneck>, Duration) {
    let bound = bound.expect("no call waits for itself");
    (bound.bottleneck().to_vec(), bound.period())
}
