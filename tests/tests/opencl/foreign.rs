//! Queues, buffers and kernels of the `ocl` crate in pipelines.

use futures::executor::block_on;
use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::opencl::{Device, HostBuffer, HostView, OpenCl, driver_calls};
use gpu_stages::{DeviceVisible, Error, Resource, gpu_pipeline};
use gpu_stages_tests::opencl::{all_fail_after_a_failure, ocl_context};
use gpu_stages_tests::process::in_own_process;
use ocl::{Buffer, Kernel, Program, Queue, flags::CommandQueueProperties};

type Result<T> = std::result::Result<T, Failed>;

#[derive(Debug)]
enum Failed {
    Library(#[allow(dead_code, reason = "shown by `unwrap`")] Error),
    Ocl,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed::Library(error)
    }
}

impl From<ocl::Error> for Failed {
    fn from(_: ocl::Error) -> Self {
        Failed::Ocl
    }
}

/// A kernel that takes its time, so that a missing wait shows.
const SOURCE: &str = "kernel void slow(global const float *in, global float *out) {
    size_t i = get_global_id(0);
    float x = in[i];
    for (int k = 0; k < 2000; k++) x = x * 1.0f + 1.0f;
    out[i] = x;
}";

const LEN: usize = 256;

fn write(queue: &Queue, source: &HostView<f32>, target: &mut Buffer<f32>) -> Result<()> {
    // SAFETY: only the command below uses it, in this stage.
    let source = unsafe { source.as_slice()? };
    // SAFETY: nothing but this command uses the two until it is done.
    unsafe { target.cmd().queue(queue).write(source).block(false).enq()? };
    Ok(())
}

fn read(queue: &Queue, source: &Buffer<f32>, target: &mut HostView<f32>) -> Result<()> {
    // SAFETY: only the command below uses it, in this stage.
    let target = unsafe { target.as_mut_slice()? };
    // SAFETY: nothing but this command uses the two until it is done.
    unsafe { source.cmd().queue(queue).read(target).block(false).enq()? };
    Ok(())
}

#[gpu_pipeline]
async fn frame(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: Buffer<f32>,
    #[writes] d_out: Buffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    kernel: &Kernel,
    number: u16,
) -> Result<f32> {
    h_in.fill(f32::from(number));
    write(&up, &h_in, &mut d_in)?;
    {
        let output = &mut d_out;
        kernel.set_arg(0, &d_in)?;
        kernel.set_arg(1, &*output)?;
        // SAFETY: the kernel stays inside its two buffers.
        unsafe { kernel.cmd().queue(&compute).enq()? };
    }
    read(&down, &d_out, &mut h_out)?;
    Ok(h_out[0] + h_out[LEN - 1])
}

/// As [`frame`], with a kernel that has its queue and arguments bound: the stage does not show them.
#[gpu_pipeline]
async fn bound(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: Buffer<f32>,
    #[writes] d_out: Buffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    kernel: &Kernel,
    number: u16,
) -> Result<f32> {
    h_in.fill(f32::from(number));
    write(&up, &h_in, &mut d_in)?;
    #[stage(queue = compute, reads(d_in), writes(d_out))]
    // SAFETY: the kernel stays inside its two buffers, which the stage names.
    unsafe {
        kernel.enq()?;
    }
    read(&down, &d_out, &mut h_out)?;
    Ok(h_out[0] + h_out[LEN - 1])
}

struct Application {
    queues: Vec<Queue>,
    kernel: Kernel,
    host: Vec<Resource<HostBuffer<f32>>>,
    buffers: Vec<Resource<Buffer<f32>>>,
}

impl Application {
    fn new(slots: usize) -> ocl::Result<Self> {
        let context = ocl_context();
        let device = context.devices()[0];
        let queues: Vec<_> = (0..3)
            .map(|_| Queue::new(&context, device, None))
            .collect::<ocl::Result<_>>()?;
        let program = Program::builder()
            .src(SOURCE)
            .devices(device)
            .build(&context)?;
        let buffer = || {
            Buffer::<f32>::builder()
                .queue(queues[0].clone())
                .len(LEN)
                .build()
        };
        let kernel = Kernel::builder()
            .program(&program)
            .name("slow")
            .global_work_size(LEN)
            .arg(&buffer()?)
            .arg(&buffer()?)
            .build()?;
        let ours = Device::of_queue(&queues[0]).unwrap();
        let host = || Resource::try_ring(slots, || HostBuffer::new(&ours, LEN)).unwrap();
        Ok(Application {
            host: (0..2).map(|_| host()).collect(),
            buffers: (0..2)
                .map(|_| Resource::try_ring(slots, buffer))
                .collect::<ocl::Result<_>>()?,
            queues,
            kernel,
        })
    }

    fn frame(&self, number: u16) -> impl Future<Output = Result<f32>> {
        let (queues, host, buffers) = (&self.queues, &self.host, &self.buffers);
        frame(
            &queues[0],
            &queues[1],
            &queues[2],
            &host[0],
            &buffers[0],
            &buffers[1],
            &host[1],
            &self.kernel,
            number,
        )
    }
}

#[test]
fn frames_overlap_and_every_one_is_right() {
    for slots in [1, 2, 3] {
        let application = Application::new(slots).unwrap();
        let results: Vec<f32> = block_on(
            stream::iter(0..300)
                .map(|number| application.frame(number))
                .buffered(6)
                .try_collect(),
        )
        .unwrap();
        let expected: Vec<f32> = (0..300)
            .map(|number| 2.0 * (number as f32 + 2_000.0))
            .collect();
        assert_eq!(results, expected, "{slots} slots");
    }
}

#[test]
fn a_kernel_with_bound_arguments_waits_and_is_waited_for() {
    in_own_process(
        a_kernel_with_bound_arguments_waits_and_is_waited_for,
        || {
            let Application {
                queues,
                mut kernel,
                host,
                buffers,
            } = Application::new(1).unwrap();
            kernel.set_default_queue(queues[1].clone());
            let inside = |buffer: &Resource<Buffer<f32>>| {
                let guard = block_on(buffer.acquire_read().unwrap().wait_events()).unwrap();
                let inside = (*guard).clone();
                guard.ready();
                inside
            };
            kernel.set_arg(0, inside(&buffers[0])).unwrap();
            kernel.set_arg(1, inside(&buffers[1])).unwrap();
            let frame = |number| {
                let (up, compute, down) = (&queues[0], &queues[1], &queues[2]);
                let (d_in, d_out) = (&buffers[0], &buffers[1]);
                bound(
                    up, compute, down, &host[0], d_in, d_out, &host[1], &kernel, number,
                )
            };
            let results: Vec<f32> =
                block_on(stream::iter(0..300).map(frame).buffered(6).try_collect()).unwrap();
            let expected: Vec<f32> = (0..300)
                .map(|number| 2.0 * (number as f32 + 2_000.0))
                .collect();
            assert_eq!(results, expected);

            let before = driver_calls();
            block_on(frame(0)).unwrap();
            let calls = driver_calls() - before;
            // As many as where the stage shows its buffers.
            assert!(calls <= most_calls(), "{calls} calls");
        },
    );
}

/// The calls of a frame: the queues are new to the library in each (3 × information twice, retain and release), then per
/// stage a barrier, a marker, its release and a flush, and once a callback and a status. Where a driver may run commands
/// after a failed one, each stage's marker is asked for as well.
fn most_calls() -> u64 {
    let calls = 3 * 4 + 3 * 5 + 2;
    if all_fail_after_a_failure() {
        calls
    } else {
        calls + 3 * 2
    }
}

#[test]
fn stages_share_their_barrier_and_their_marker() {
    in_own_process(stages_share_their_barrier_and_their_marker, || {
        let application = Application::new(1).unwrap();
        // Once, so that everything is in place.
        block_on(application.frame(0)).unwrap();
        let before = driver_calls();
        block_on(application.frame(1)).unwrap();
        let calls = driver_calls() - before;
        println!("{calls} calls");
        assert!(calls <= most_calls(), "{calls} calls");
    });
}

#[test]
fn a_queue_that_is_out_of_order_is_refused() {
    let context = ocl_context();
    let properties = CommandQueueProperties::new().out_of_order();
    let Ok(queue) = Queue::new(&context, context.devices()[0], Some(properties)) else {
        return println!("the device has no queues that are out of order");
    };
    let buffer = Buffer::<f32>::builder()
        .queue(queue.clone())
        .len(4)
        .build()
        .unwrap();
    let buffer = Resource::new(buffer);
    let error = block_on(buffer.acquire_write().unwrap().wait_device(&queue)).unwrap_err();
    assert!(error.to_string().contains("out of order"), "{error}");
}

#[test]
fn what_a_pipeline_may_see_of_a_buffer() {
    fn is_visible<T: DeviceVisible>() {}
    is_visible::<Buffer<f32>>();
    is_visible::<(Buffer<u8>, gpu_stages::DeviceBuffer<OpenCl, f32>)>();
}
