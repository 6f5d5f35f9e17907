//! One implicit step of the heat equation on a rod, solved by Jacobi's method: sweeps read one version of the
//! iterate and write the next into the same ring. Every few sweeps the host tests whether they have converged, while the
//! next sweeps run.

use futures::future::{try_join, try_join_all};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use std::process::ExitCode;

/// Points along the rod.
const POINTS: usize = 1024;
/// Diffusivity times the time step, over the square of the distance between points.
const R: f64 = 2.0;
/// Largest entry of the residual at the end.
const TOLERANCE: f64 = 1e-10;
/// Sweeps between two tests.
const SWEEPS: usize = 10;

/// Makes the next iterate of `x`. Both are versions of one ring.
#[gpu_pipeline(until = enqueued)]
async fn sweep(
    #[queue] queue: Queue,
    #[reads] x: DeviceBuffer<f64>,
    #[reads] rhs: DeviceBuffer<f64>,
    #[writes] next: DeviceBuffer<f64>,
    jacobi: Kernel,
) -> Result<()> {
    queue.launch(&jacobi, next.len(), (&x, &rhs, &mut next))
}

/// The newest iterate, and the largest entry of its residual.
#[gpu_pipeline]
async fn look(
    #[queue] queue: Queue,
    #[reads] x: DeviceBuffer<f64>,
    #[writes] host: HostBuffer<f64>,
    rhs: &[f64],
) -> Result<(Vec<f64>, f64)> {
    queue.download(&x, &mut host)?;
    let iterate = host.to_vec();
    let residual = largest((0..POINTS).map(|i| rhs[i] - left_side(&iterate, i)));
    Ok((iterate, residual))
}

#[gpu_pipeline]
async fn upload(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f64>,
    #[writes] x: DeviceBuffer<f64>,
    values: &[f64],
) -> Result<()> {
    host.copy_from_slice(values);
    queue.upload(&host, &mut x)
}

/// The left side of the equations for `x`, at point `i`.
fn left_side(x: &[f64], i: usize) -> f64 {
    (1.0 + 2.0 * R) * x[i] - R * neighbours(x, i)
}

/// The sum of both neighbours; the ends of the rod are kept at zero.
fn neighbours(x: &[f64], i: usize) -> f64 {
    let left = i.checked_sub(1).map_or(0.0, |i| x[i]);
    left + x.get(i + 1).copied().unwrap_or(0.0)
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.map(f64::abs).fold(0.0, f64::max)
}

/// Solves one step, and says whether it converged to the solution.
pub async fn solve(device: &Device) -> Result<ExitCode> {
    let (compute, transfer) = (Queue::new(device)?, Queue::new(device)?);
    let buffer = || DeviceBuffer::<f64>::new(device, POINTS);
    // Three slots: one to read, one to write, one that is still being tested.
    let (x, rhs) = (Resource::try_ring(3, buffer)?, Resource::new(buffer()?));
    let host = Resource::new(HostBuffer::new(device, POINTS)?);
    let jacobi = Kernel::new("jacobi", |x: &[f64], rhs: &[f64], next: &mut [f64]| {
        for (i, next) in next.iter_mut().enumerate() {
            *next = (rhs[i] + R * neighbours(x, i)) / (1.0 + 2.0 * R);
        }
    });

    // The right side is made from a solution, to compare with.
    let known: Vec<f64> = (0..POINTS).map(|i| (i as f64 / 50.0).sin()).collect();
    let values: Vec<f64> = (0..POINTS).map(|i| left_side(&known, i)).collect();
    upload(&transfer, &host, &rhs, &values).await?;

    let (mut sweeps, mut looking) = (0, look(&transfer, &x, &host, &values));
    let solution = loop {
        let more = (0..SWEEPS).map(|_| sweep(&compute, &x, &rhs, &x, jacobi.clone()));
        let ((iterate, residual), _) = try_join(looking, try_join_all(more)).await?;
        if residual < TOLERANCE {
            break iterate;
        }
        sweeps += SWEEPS;
        looking = look(&transfer, &x, &host, &values);
    };
    let error = largest(solution.iter().zip(&known).map(|(x, known)| x - known));
    println!("converged after {sweeps} sweeps, largest error {error:.1e}");
    Ok(ExitCode::from(u8::from(error > TOLERANCE)))
}

fn main() -> Result<ExitCode> {
    futures::executor::block_on(solve(&Device::new()))
}
