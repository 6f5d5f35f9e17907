//! Opaque stages on the library's own OpenCL queues.

use futures::executor::block_on;
use futures::future::try_join;
use gpu_stages::opencl::{DeviceBuffer, Kernel, OpenCl, Queue};
use gpu_stages::{DeviceVisible, Event, Resource, Result, Status, gpu_pipeline};
use gpu_stages_tests::talk::TestBackend;
use std::sync::{Arc, Mutex};

/// Stands for what the stages share without the library's knowledge.
#[derive(DeviceVisible)]
struct Token;

type Ends = Arc<Mutex<Vec<Event>>>;

/// Notes the end of what is enqueued so far.
fn note(queue: &Queue, ends: &Ends) -> Result<()> {
    ends.lock().unwrap().push(queue.marker()?);
    Ok(())
}

/// A launch with an end that is noted without the library's knowledge.
#[gpu_pipeline]
async fn work(
    #[queue] queue: Queue,
    #[updates] token: Token,
    #[updates] data: DeviceBuffer<f32>,
    kernel: Kernel,
    ends: Ends,
) -> Result<()> {
    #[stage(queue = queue, writes(token))]
    {
        queue.launch(&kernel, data.len(), (&mut data,))?;
        note(&queue, &ends)?;
    }
    Ok(())
}

#[test]
fn the_next_queue_is_ordered_after_an_opaque_stage() {
    const SOURCE: &str = "kernel void slow(global float *data) {
        float x = data[get_global_id(0)];
        for (int k = 0; k < 200000; k++) x = x * 0.5f + 1.0f;
        data[get_global_id(0)] = x;
    }";
    let device = OpenCl::device();
    // SAFETY: every work-item stays at its own element.
    let kernel = unsafe { Kernel::build(&device, SOURCE, "slow") }.unwrap();
    let queues = [Queue::new(&device).unwrap(), Queue::new(&device).unwrap()];
    let token = Resource::new(Token);
    let buffers = [64, 1].map(|len| Resource::new(DeviceBuffer::new(&device, len).unwrap()));
    for _ in 0..20 {
        // The second frame has a buffer of its own, and much less to do.
        let ends = [Ends::default(), Ends::default()];
        let frame = |i: usize| {
            work(
                &queues[i],
                &token,
                &buffers[i],
                kernel.clone(),
                ends[i].clone(),
            )
        };
        let both = try_join(frame(0), frame(1));
        block_on(async {
            let checked = async {
                while ends[1].lock().unwrap().is_empty() {
                    futures::pending!();
                }
                let [first, second] = ends.each_ref().map(|it| it.lock().unwrap()[0].clone());
                second.wait().await.unwrap();
                assert!(matches!(first.status(), Status::Complete));
                Ok(())
            };
            try_join(both, checked).await
        })
        .unwrap();
    }
}
