//! Scalars of the embedded device's kernels: they arrive as they were passed, and those of another type are refused.

use futures::executor::block_on;
use gpu_stages::cpu::{Kernel, Queue};
use gpu_stages::{Error, KernelArgument, Problem, Result, Scalar};
use gpu_stages_tests::{device_buffers, host_buffers, queue};

/// Launches `kernel` with a buffer and `scalar`; what is in the buffer then.
fn launch<S>(queue: &Queue, kernel: &Kernel, scalar: S) -> Result<f32>
where
    S: KernelArgument<gpu_stages::cpu::Cpu>,
{
    let (data, out) = (device_buffers(1, 1), host_buffers(1, 1));
    block_on(async {
        let mut data = data.acquire_write()?.wait_device(queue).await?;
        queue.launch(kernel, 1, (&mut *data, scalar))?;
        let mut target = out.acquire_write()?.wait_device(queue).await?;
        queue.download(&data, &mut target)?;
        target.ready();
        Ok(out.acquire_read()?.wait_events().await?[0])
    })
}

#[test]
fn a_scalar_of_several_numbers_is_checked_and_passed() {
    let queue = queue();
    let sum = Kernel::new("sum", |data: &mut [f32], pair: Scalar<[f32; 2]>| {
        data.fill(pair.0[0] + pair.0[1]);
    });
    assert_eq!(launch(&queue, &sum, Scalar([1.0_f32, 2.0])).unwrap(), 3.0);
    let refused = launch(&queue, &sum, 1.0_f32).unwrap_err();
    assert!(
        matches!(&refused, Error::Command { problem, .. } if matches!(**problem, Problem::ArgumentType { .. })),
        "{refused}"
    );
}
