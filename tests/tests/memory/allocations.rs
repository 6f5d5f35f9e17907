//! Promise 8: a steady state allocates nothing on the heap, and memory stays flat.

use futures::executor::block_on;
use gpu_stages::cpu::Cpu;
use gpu_stages_tests::heap;
use gpu_stages_tests::process::in_own_process;
use gpu_stages_tests::talk::Talk;
use std::pin::pin;

/// Runs `count` frames, two at a time, without a task for each.
fn frames(talk: &Talk<Cpu>, count: u32) {
    for seed in 0..count / 2 {
        let (first, second) = (pin!(talk.frame(seed)), pin!(talk.frame(seed + 1)));
        let (first, second) = block_on(futures::future::join(first, second));
        assert!(first.is_ok() && second.is_ok());
    }
}

/// Begins frames and drops them at their first wait.
fn cancelled(talk: &Talk<Cpu>, count: u32) {
    for seed in 0..count {
        let mut frame = pin!(talk.frame(seed));
        let _ = gpu_stages_tests::poll_once(&mut frame);
    }
}

#[test]
fn a_steady_state_allocates_nothing() {
    in_own_process(a_steady_state_allocates_nothing, || {
        heap::start();
        for (queues, slots) in [(1, 1), (1, 2), (3, 1), (3, 2), (3, 3)] {
            let talk = Talk::<Cpu>::new(queues, slots, 64);
            frames(&talk, 2_000);
            let before = heap::allocations();
            frames(&talk, 5_000);
            let allocations = heap::allocations() - before;
            // A free list may still grow by a few records when threads meet in a new way, and each has some to spare.
            // A frame that allocates would show thousands.
            assert!(allocations < 64, "{allocations} allocations in 5000 frames");

            cancelled(&talk, 1_000);
            frames(&talk, 100);
            let before = heap::live_bytes();
            for _ in 0..20 {
                cancelled(&talk, 500);
                frames(&talk, 500);
            }
            let after = heap::live_bytes();
            assert!(
                after <= before + 64 * 1024,
                "{before} bytes grew to {after}"
            );
        }
    });
}
