//! An application on the `ocl` crate, before and after: it keeps its queues, buffers and kernels and only annotates.
//!
//! `cargo run --release --example ocl_annotated --features opencl`

use futures::stream::{self, StreamExt, TryStreamExt};
use gpu_stages::opencl::{Device, HostBuffer, HostView};
use gpu_stages::{Resource, gpu_pipeline};
use ocl::{Buffer, Context, Kernel, Program, Queue};
use std::process::ExitCode;
use std::time::Instant;

const FRAMES: u32 = 200;
const SAMPLES: usize = 65_536;
const IN_FLIGHT: usize = 3;

const SOURCE: &str = "
    kernel void triple(global const float *in, global float *out) {
        size_t i = get_global_id(0);
        out[i] = 3.0f * in[i];
    }";

/// Before: one step after another, on one queue. The blocking read waits for all of them. On several queues each step
/// would have to wait for the event of the one before: a blocking write is over then, but no driver has to show its data
/// to another queue.
fn before(
    queue: &Queue,
    (h_in, h_out): (&mut [f32], &mut [f32]),
    (d_in, d_out): (&Buffer<f32>, &Buffer<f32>),
    triple: &Kernel,
    frame: u32,
) -> ocl::Result<f64> {
    fill(frame, h_in);
    d_in.cmd().queue(queue).write(&*h_in).enq()?;
    triple.set_arg(0, d_in)?;
    triple.set_arg(1, d_out)?;
    // SAFETY: the kernel stays inside its two buffers.
    unsafe { triple.cmd().queue(queue).enq()? };
    d_out.cmd().queue(queue).read(&mut *h_out).enq()?;
    Ok(mean_square(h_out))
}

/// After: the same steps. Nothing waits but the host stages, and frames overlap.
///
/// Arguments belong to the kernel and not to its launch: the stage that sets and enqueues does not suspend, so
/// that frames on one thread do not mix.
#[gpu_pipeline]
async fn after(
    #[queue] up: Queue,
    #[queue] compute: Queue,
    #[queue] down: Queue,
    #[writes] h_in: HostBuffer<f32>,
    #[writes] d_in: Buffer<f32>,
    #[writes] d_out: Buffer<f32>,
    #[writes] h_out: HostBuffer<f32>,
    triple: &Kernel,
    frame: u32,
) -> Result<f64, Failed> {
    fill(frame, &mut h_in);
    write(&up, &h_in, &mut d_in)?;
    {
        let output = &mut d_out;
        triple.set_arg(0, &d_in)?;
        triple.set_arg(1, &*output)?;
        // SAFETY: the kernel stays inside its two buffers.
        unsafe { triple.cmd().queue(&compute).enq()? };
    }
    read(&down, &d_out, &mut h_out)?;
    Ok(mean_square(&h_out))
}

fn write(queue: &Queue, source: &HostView<f32>, target: &mut Buffer<f32>) -> Result<(), Failed> {
    // SAFETY: both are used by this command alone, and the pipeline keeps everybody away until it is done.
    let source = unsafe { source.as_slice()? };
    // SAFETY: as above.
    unsafe { target.cmd().queue(queue).write(source).block(false).enq()? };
    Ok(())
}

fn read(queue: &Queue, source: &Buffer<f32>, target: &mut HostView<f32>) -> Result<(), Failed> {
    // SAFETY: both are used by this command alone, and the pipeline keeps everybody away until it is done.
    let target = unsafe { target.as_mut_slice()? };
    // SAFETY: as above.
    unsafe { source.cmd().queue(queue).read(target).block(false).enq()? };
    Ok(())
}

/// What goes wrong in this program.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Library(#[from] gpu_stages::Error),
    #[error("{0}")]
    Ocl(#[from] ocl::Error),
}

fn fill(frame: u32, samples: &mut [f32]) {
    for (i, x) in (0_u32..).zip(samples) {
        *x = (i.wrapping_mul(7).wrapping_add(frame) % 1_000) as f32;
    }
}

fn mean_square(samples: &[f32]) -> f64 {
    let squares = samples.iter().map(|&x| f64::from(x) * f64::from(x));
    squares.sum::<f64>() / samples.len() as f64
}

fn compare() -> Result<bool, Failed> {
    let context = Context::builder().build()?;
    let device = context.devices()[0];
    let queue = || Queue::new(&context, device, None);
    let queues = [queue()?, queue()?, queue()?];
    let program = Program::builder()
        .src(SOURCE)
        .devices(device)
        .build(&context)?;
    let buffer = || {
        let buffer = Buffer::<f32>::builder().queue(queues[0].clone());
        buffer.len(SAMPLES).build()
    };
    let (d_in, d_out) = (buffer()?, buffer()?);
    let triple = Kernel::builder()
        .program(&program)
        .name("triple")
        .global_work_size(SAMPLES)
        .arg(&d_in)
        .arg(&d_out)
        .build()?;

    let start = Instant::now();
    let (mut h_in, mut h_out) = (vec![0.0; SAMPLES], vec![0.0; SAMPLES]);
    let mut synchronous = Vec::new();
    for frame in 0..FRAMES {
        let host = (h_in.as_mut_slice(), h_out.as_mut_slice());
        let device = (&d_in, &d_out);
        synchronous.push(before(&queues[0], host, device, &triple, frame)?);
    }
    println!(
        "before: {:7.1} frames/s",
        f64::from(FRAMES) / start.elapsed().as_secs_f64()
    );

    let device = Device::of_queue(&queues[0])?;
    let host = || Resource::try_ring(2, || HostBuffer::new(&device, SAMPLES));
    let (h_in, h_out) = (host()?, host()?);
    let (d_in, d_out) = (
        Resource::ring([d_in, buffer()?]),
        Resource::ring([d_out, buffer()?]),
    );
    let [up, compute, down] = &queues;
    let start = Instant::now();
    let overlapped: Vec<f64> = futures::executor::block_on(
        stream::iter(0..FRAMES)
            .map(|frame| {
                after(
                    up, compute, down, &h_in, &d_in, &d_out, &h_out, &triple, frame,
                )
            })
            .buffered(IN_FLIGHT)
            .try_collect(),
    )?;
    println!(
        "after:  {:7.1} frames/s",
        f64::from(FRAMES) / start.elapsed().as_secs_f64()
    );
    Ok(synchronous == overlapped)
}

fn main() -> ExitCode {
    match compare() {
        Ok(true) => {
            println!("the results are identical");
            ExitCode::SUCCESS
        }
        Ok(false) => {
            eprintln!("error: the results differ");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
