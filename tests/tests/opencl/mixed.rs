//! Several threads on one OpenCL queue, several contexts, and several backends in one pipeline.

use futures::executor::block_on;
use gpu_stages::cpu::Cpu;
use gpu_stages::opencl::OpenCl;
use gpu_stages::{DeviceBuffer, HostBuffer, JobQueue, Queue, Resource, Result, gpu_pipeline};
use gpu_stages_tests::opencl::another_context;
use gpu_stages_tests::talk::{Talk, TestBackend};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const LEN: usize = 300;

fn host<B: TestBackend>() -> HostBuffer<B, f32> {
    HostBuffer::new(&B::device(), LEN).unwrap()
}

fn buffer<B: TestBackend>() -> DeviceBuffer<B, f32> {
    DeviceBuffer::new(&B::device(), LEN).unwrap()
}

/// Times nine: three on the one device, three on the other.
#[gpu_pipeline]
async fn twice<A: TestBackend, B: TestBackend>(
    #[queue] first: Queue<A>,
    #[queue] second: Queue<B>,
    #[writes] h_first: HostBuffer<A, f32>,
    #[writes] in_first: DeviceBuffer<A, f32>,
    #[writes] out_first: DeviceBuffer<A, f32>,
    #[writes] h_second: HostBuffer<B, f32>,
    #[writes] in_second: DeviceBuffer<B, f32>,
    #[writes] out_second: DeviceBuffer<B, f32>,
    triple_first: A::Kernel,
    triple_second: B::Kernel,
    value: f32,
) -> Result<f32> {
    h_first.fill(value);
    first.upload(&h_first, &mut in_first)?;
    first.launch(&triple_first, in_first.len(), (&in_first, &mut out_first))?;
    first.download(&out_first, &mut h_first)?;
    h_second.copy_from_slice(&h_first);
    second.upload(&h_second, &mut in_second)?;
    second.launch(
        &triple_second,
        in_second.len(),
        (&in_second, &mut out_second),
    )?;
    second.download(&out_second, &mut h_second)?;
    assert!(h_second.iter().all(|&x| x == h_second[0]));
    Ok(h_second[0])
}

fn both_ways<A: TestBackend, B: TestBackend>() {
    let (first, second) = (
        Queue::new(&A::device()).unwrap(),
        Queue::new(&B::device()).unwrap(),
    );
    let hosts = (Resource::new(host::<A>()), Resource::new(host::<B>()));
    let ins = (Resource::new(buffer::<A>()), Resource::new(buffer::<B>()));
    let outs = (Resource::new(buffer::<A>()), Resource::new(buffer::<B>()));
    let triples = (A::triple(), B::triple());
    block_on(async {
        let (mut jobs, mut results) = (JobQueue::new(3), Vec::new());
        for value in 0..100_u8 {
            let (a, b) = (triples.0.clone(), triples.1.clone());
            let run = twice(
                &first,
                &second,
                &hosts.0,
                &ins.0,
                &outs.0,
                &hosts.1,
                &ins.1,
                &outs.1,
                a,
                b,
                f32::from(value),
            );
            jobs.push(run).await.unwrap();
            results.extend(std::iter::from_fn(|| jobs.pop()));
        }
        jobs.finish(0).await.unwrap();
        results.extend(std::iter::from_fn(|| jobs.pop()));
        let want: Vec<_> = (0..100_u8).map(|value| 9.0 * f32::from(value)).collect();
        assert_eq!(results, want);
    });
}

#[test]
fn backends_meet_in_one_pipeline() {
    both_ways::<Cpu, OpenCl>();
    both_ways::<OpenCl, Cpu>();
}

/// One resource with a buffer of each backend: its commands have events of both.
#[gpu_pipeline]
async fn one_resource(
    #[queue] first: Queue<Cpu>,
    #[queue] second: Queue<OpenCl>,
    #[updates] pair: (DeviceBuffer<Cpu, f32>, DeviceBuffer<OpenCl, f32>),
    #[writes] from_first: HostBuffer<Cpu, f32>,
    #[writes] from_second: HostBuffer<OpenCl, f32>,
    value: f32,
) -> Result<(f32, f32)> {
    first.fill(&mut pair.0, value)?;
    second.fill(&mut pair.1, -value)?;
    first.download(&pair.0, &mut from_first)?;
    second.download(&pair.1, &mut from_second)?;
    Ok((from_first[LEN - 1], from_second[LEN - 1]))
}

#[test]
fn events_of_both_backends_meet_in_one_resource() {
    let first = Queue::new(&<Cpu as TestBackend>::device()).unwrap();
    let second = Queue::new(&OpenCl::device()).unwrap();
    let pair = Resource::new((buffer::<Cpu>(), buffer::<OpenCl>()));
    let hosts = (
        Resource::new(host::<Cpu>()),
        Resource::new(host::<OpenCl>()),
    );
    let run = |value| one_resource(&first, &second, &pair, &hosts.0, &hosts.1, value);
    for value in 0..100_u8 {
        let value = f32::from(value);
        let both = futures::future::try_join(run(value), run(value + 0.5));
        let want = ((value, -value), (value + 0.5, -value - 0.5));
        assert_eq!(block_on(both).unwrap(), want);
    }
}

#[gpu_pipeline]
async fn up(
    #[queue] queue: Queue<OpenCl>,
    #[reads] source: HostBuffer<OpenCl, f32>,
    #[writes] target: DeviceBuffer<OpenCl, f32>,
) -> Result<()> {
    queue.upload(&source, &mut target)?;
    Ok(())
}

#[gpu_pipeline]
async fn down(
    #[queue] queue: Queue<OpenCl>,
    #[reads] source: DeviceBuffer<OpenCl, f32>,
    #[writes] target: HostBuffer<OpenCl, f32>,
) -> Result<()> {
    queue.download(&source, &mut target)?;
    Ok(())
}

/// Each opened device has a context of its own. Events of one cannot be waited for in another: the host waits.
#[test]
fn contexts_meet_through_host_buffers_and_refuse_each_others_device_buffers() {
    let (one, two) = (another_context(), another_context());
    let queues = (Queue::new(&one).unwrap(), Queue::new(&two).unwrap());
    let on = |device| Resource::new(DeviceBuffer::new(device, LEN).unwrap());
    let (a, b) = (on(&one), on(&two));
    let mut first = HostBuffer::new(&one, LEN).unwrap();
    first.fill(4.0);
    let (first, middle) = (Resource::new(first), HostBuffer::new(&one, LEN).unwrap());
    let (middle, last) = (Resource::new(middle), HostBuffer::new(&two, LEN).unwrap());
    let last = Resource::new(last);
    for _ in 0..50 {
        let frames = (
            up(&queues.0, &first, &a),
            down(&queues.0, &a, &middle),
            up(&queues.1, &middle, &b),
            down(&queues.1, &b, &last),
        );
        let done = futures::future::try_join4(frames.0, frames.1, frames.2, frames.3);
        block_on(done).unwrap();
        let read = block_on(last.acquire_read().unwrap().wait_events()).unwrap();
        assert!(read.iter().all(|&x| x == 4.0));
    }
    for result in [
        block_on(up(&queues.1, &first, &a)),
        block_on(down(&queues.0, &b, &last)),
    ] {
        let text = result.unwrap_err().to_string();
        assert!(
            text.contains("another context of the same device"),
            "{text}"
        );
    }
}

/// Threads that enqueue on the same queues at once: frames with buffers of one thread, and with buffers that all share.
#[test]
fn threads_share_queues() {
    const FRAMES: u32 = 300;
    for queues in [1, 3] {
        let shared = Talk::<OpenCl>::new(queues, 2, LEN);
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..4 {
                let (shared, done) = (&shared, &done);
                let own = Talk::<OpenCl>::on(shared.queues.clone(), 2, LEN);
                scope.spawn(move || {
                    for seed in (0..FRAMES).map(|i| thread * FRAMES + i) {
                        let both = futures::future::try_join(own.frame(seed), shared.frame(seed));
                        let want = Talk::<OpenCl>::expected(LEN, seed);
                        assert_eq!(block_on(both).unwrap(), (want, want));
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 4 * FRAMES as usize);
    }
}
