//! Promise 8 in the long run: frames that end or are dropped at random leave memory flat. Minutes long, and so only
//! run on demand: `cargo test --release -p gpu-stages-tests --features opencl --test memory -- --ignored`.

use futures::executor::block_on;
use gpu_stages::Result;
use gpu_stages::cpu::Cpu;
use gpu_stages_tests::heap;
use gpu_stages_tests::poll_once;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::{Talk, TestBackend};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

/// Frames of the first tenth, in which pools and lists grow to what they need.
const TENTHS: usize = 10;

/// Bytes by which free lists and the driver may grow from one tenth to the next.
const SLACK: isize = 256 * 1024;

type Frame = Pin<Box<dyn Future<Output = Result<f32>> + Send>>;

/// `frames` frames with up to `in_flight` at a time, one in eight of which is dropped somewhere on its way.
fn soak<B: TestBackend>(queues: usize, slots: usize, in_flight: usize, frames: usize) {
    const LEN: usize = 64;
    heap::start();
    let mut random = fastrand::Rng::with_seed(7);
    let talk = Talk::<B>::new(queues, slots, LEN);
    let expected: Vec<f32> = (0..16).map(|seed| Talk::<B>::expected(LEN, seed)).collect();
    let mut flying: VecDeque<(usize, Frame)> = VecDeque::new();
    let mut first = None;
    for tenth in 0..TENTHS {
        for _ in 0..frames / TENTHS {
            if flying.len() == in_flight {
                let (seed, frame) = flying.pop_front().expect("frames are in flight");
                assert_eq!(block_on(frame).expect("nothing fails"), expected[seed]);
            }
            let seed = random.usize(..expected.len());
            flying.push_back((seed, Box::pin(talk.frame(seed as u32))));
            let some = random.usize(..flying.len());
            match random.u8(..8) {
                0 => drop(flying.remove(some)),
                _ => {
                    if poll_once(&mut flying[some].1).is_ready() {
                        flying.remove(some);
                    }
                }
            }
        }
        flying.clear();
        talk.queues.iter().for_each(|queue| queue.finish());
        let live = heap::live_bytes();
        let first = *first.get_or_insert(live);
        println!("tenth {tenth}: {live} bytes live");
        assert!(live <= first + SLACK, "{first} bytes grew to {live}");
    }
}

#[test]
#[ignore = "takes minutes"]
fn a_million_frames_on_cpu() {
    in_own_process(a_million_frames_on_cpu, || {
        soak::<Cpu>(3, 2, 4, 500_000);
        soak::<Cpu>(1, 1, 3, 500_000);
    });
}

#[cfg(feature = "opencl")]
#[test]
#[ignore = "takes minutes"]
fn a_million_frames_on_opencl() {
    in_own_process(a_million_frames_on_opencl, || {
        use gpu_stages::opencl::OpenCl;
        soak::<OpenCl>(3, 2, 4, 500_000);
        soak::<OpenCl>(1, 1, 3, 500_000);
    });
}
