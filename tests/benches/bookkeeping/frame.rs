//! A whole frame: five host stages over four resources, and the talk's frame on a simulated device.

use crate::now::now;
use gpu_stages::cpu::{Cpu, Device, Queue, Simulation};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::bench::Case;
use gpu_stages_tests::talk::Talk;
use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use tokio::runtime::Builder;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The talk's frame with the device left out.
#[gpu_pipeline]
pub async fn frame(
    #[writes] h_in: u64,
    #[writes] d_in: u64,
    #[writes] d_out: u64,
    #[writes] h_out: u64,
    seed: u64,
) -> Result<u64> {
    step(&seed, &mut h_in);
    step(&h_in, &mut d_in);
    step(&d_in, &mut d_out);
    step(&d_out, &mut h_out);
    Ok(*black_box(&h_out))
}

/// The same on mutexes: all are locked first, in order, and each is unlocked behind its last use.
async fn frame_on_mutexes(mutexes: [Arc<Mutex<u64>>; 4], seed: u64) -> u64 {
    let [h_in, d_in, d_out, h_out] = mutexes;
    let mut h_in: OwnedMutexGuard<u64> = h_in.lock_owned().await;
    let mut d_in = d_in.lock_owned().await;
    let mut d_out = d_out.lock_owned().await;
    let mut h_out = h_out.lock_owned().await;
    step(&seed, &mut h_in);
    step(&h_in, &mut d_in);
    drop(h_in);
    step(&d_in, &mut d_out);
    drop(d_in);
    step(&d_out, &mut h_out);
    drop(d_out);
    **black_box(&h_out)
}

/// A stage's work: as good as none.
#[inline]
fn step(from: &u64, to: &mut u64) {
    *black_box(to) = *black_box(from);
}

/// The resources of a frame.
pub fn resources() -> [Resource<u64>; 4] {
    [0; 4].map(Resource::new)
}

pub fn cases() -> Vec<Case> {
    let [h_in, d_in, d_out, h_out] = resources();
    let ours = move |seed| frame(&h_in, &d_in, &d_out, &h_out, seed);
    let ours = Arc::new(ours);
    let mutexes = [0; 4].map(|zero| Arc::new(Mutex::new(zero)));
    let on_mutexes = Arc::new(move |seed| frame_on_mutexes(mutexes.clone(), seed));
    vec![
        by_hand("frame/by_hand", ours.clone()),
        by_hand("frame/mutexes_by_hand", on_mutexes.clone()),
        as_tasks("frame/tokio_task", ours),
        as_tasks("frame/mutexes_tokio_task", on_mutexes),
        as_tasks(
            "yardstick/tokio_spawn_and_join",
            Arc::new(std::future::ready),
        ),
        on_a_simulation("talk/one_queue", 1),
        on_a_simulation("talk/three_queues", 3),
    ]
}

/// Each frame is polled where it was made, once.
fn by_hand<F: Future>(name: &str, frame: Arc<impl Fn(u64) -> F + 'static>) -> Case {
    Case::new(name, move |times| {
        for seed in 0..times as u64 {
            black_box(now(frame(seed)));
        }
    })
}

/// Each frame is a task of a runtime that has one thread.
fn as_tasks<F>(name: &str, frame: Arc<impl Fn(u64) -> F + 'static>) -> Case
where
    F: Future<Output: Send> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    Case::new(name, move |times| {
        runtime.block_on(async {
            for seed in 0..times as u64 {
                black_box(tokio::spawn(frame(seed)).await.expect("no panic"));
            }
        });
    })
}

/// The talk's frame on a device that runs when it is stepped: bookkeeping, and all of the queue's but its thread.
fn on_a_simulation(name: &str, queues: usize) -> Case {
    let simulation = Simulation::new();
    let device = Device::builder().simulated(&simulation).build();
    let queue = || Queue::new(&device).expect("a queue");
    let queues = (0..queues).map(|_| queue()).collect();
    let talk = Talk::<Cpu>::with(&device, queues, 1, 1);
    Case::new(name, move |times| {
        simulation.block_on(async {
            for seed in 0..times as u32 {
                talk.frame(seed).await.expect("a frame");
            }
        });
    })
}
