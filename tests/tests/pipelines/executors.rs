//! Promise 9: pipelines run on any executor, spawned or in place, and promise 8: with bounded frames in flight.

use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::cpu::Cpu;
use gpu_stages::{JobQueue, Result};
use gpu_stages_tests::talk::{Talk, TestBackend};

const FRAMES: u32 = 200;
const LEN: usize = 257;

fn expected<B: TestBackend>() -> Vec<f32> {
    (0..FRAMES)
        .map(|seed| Talk::<B>::expected(LEN, seed))
        .collect()
}

/// All frames through `buffered`, on the calling task.
async fn stream<B: TestBackend>(talk: &Talk<B>) -> Result<Vec<f32>> {
    stream::iter(0..FRAMES)
        .map(|seed| talk.frame(seed))
        .buffered(5)
        .try_collect()
        .await
}

/// All frames through a [`JobQueue`], on the calling task.
async fn jobs<B: TestBackend>(talk: &Talk<B>) -> Result<Vec<f32>> {
    let (mut jobs, mut results) = (JobQueue::new(5), Vec::new());
    for seed in 0..FRAMES {
        jobs.push(talk.frame(seed)).await?;
        assert!(jobs.in_flight() <= 5);
        results.extend(std::iter::from_fn(|| jobs.pop()));
    }
    jobs.finish(0).await?;
    results.extend(std::iter::from_fn(|| jobs.pop()));
    Ok(results)
}

/// Each frame is a task: more frames are in flight than there are slots.
async fn spawned<B: TestBackend>(talk: &Talk<B>) -> Vec<f32> {
    let tasks: Vec<_> = (0..FRAMES)
        .map(|seed| tokio::spawn(talk.frame(seed)))
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap().unwrap());
    }
    results
}

fn all<B: TestBackend>() {
    for queues in [1, 3] {
        for slots in [1, 2, 3] {
            let talk = Talk::<B>::new(queues, slots, LEN);
            let want = expected::<B>();
            assert_eq!(futures::executor::block_on(stream(&talk)).unwrap(), want);
            assert_eq!(futures::executor::block_on(jobs(&talk)).unwrap(), want);
            assert_eq!(smol::block_on(stream(&talk)).unwrap(), want);
            let single = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            assert_eq!(single.block_on(stream(&talk)).unwrap(), want);
            assert_eq!(single.block_on(spawned(&talk)), want);
            let multi = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(3)
                .build()
                .unwrap();
            assert_eq!(multi.block_on(jobs(&talk)).unwrap(), want);
            assert_eq!(multi.block_on(spawned(&talk)), want);
        }
    }
}

#[test]
fn every_executor_gives_every_frame_right_on_cpu() {
    all::<Cpu>();
}

#[cfg(feature = "opencl")]
#[test]
fn every_executor_gives_every_frame_right_on_opencl() {
    all::<gpu_stages::opencl::OpenCl>();
}

#[test]
fn frames_spawned_on_smol() {
    let talk = Talk::<Cpu>::new(3, 2, LEN);
    let results = smol::block_on(async {
        let tasks: Vec<_> = (0..FRAMES)
            .map(|seed| smol::spawn(talk.frame(seed)))
            .collect();
        futures::future::join_all(tasks).await
    });
    let results: Vec<f32> = results.into_iter().map(Result::unwrap).collect();
    assert_eq!(results, expected::<Cpu>());
}
