//! What a pipeline declares: methods, generic parameters, borrowed plain arguments.

use futures::executor::block_on;
use gpu_stages::cpu::{Cpu, Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{Backend, Resource, Result, gpu_pipeline};
use gpu_stages_tests::{device_buffers, host_buffers, queue};

use crate::read;

struct Correlator {
    queue: Queue,
    input: Resource<HostBuffer<f32>>,
    buffer: Resource<DeviceBuffer<f32>>,
    total: Resource<f32>,
    factor: f32,
}

impl Correlator {
    fn new(factor: f32) -> Self {
        Correlator {
            queue: queue(),
            input: host_buffers(1, 4),
            buffer: device_buffers(1, 4),
            total: Resource::new(0.0),
            factor,
        }
    }

    /// Does not mention `self`: the future is `'static`.
    #[gpu_pipeline]
    async fn round_trip(
        &self,
        #[queue(self.queue)] queue: Queue,
        #[writes(self.input)] input: HostBuffer<f32>,
        #[writes(self.buffer)] buffer: DeviceBuffer<f32>,
        #[updates(self.total)] total: f32,
        value: f32,
    ) -> Result<f32> {
        input.fill(value);
        queue.upload(&input, &mut buffer)?;
        queue.download(&buffer, &mut input)?;
        {
            total += input.iter().sum::<f32>();
            Ok(total + 0.0)
        }
    }

    /// Mentions `self`: the future borrows it.
    #[gpu_pipeline]
    async fn scaled(&self, #[updates(self.total)] total: f32) -> Result<f32> {
        total *= self.factor;
        Ok(total + 0.0)
    }
}

#[test]
fn methods_take_their_resources_from_self() {
    let correlator = Correlator::new(3.0);
    let spawned = {
        fn is_static<F: Future + Send + 'static>(future: F) -> F {
            future
        }
        is_static(correlator.round_trip(2.0))
    };
    let scaled = correlator.scaled();
    assert_eq!(block_on(spawned).unwrap(), 8.0);
    assert_eq!(block_on(scaled).unwrap(), 24.0);
}

#[gpu_pipeline]
async fn generic<B: Backend, const N: usize>(
    #[queue] queue: gpu_stages::Queue<B>,
    #[writes] host: gpu_stages::HostBuffer<B, u32>,
    #[writes] device: gpu_stages::DeviceBuffer<B, u32>,
    values: [u32; N],
) -> Result<u32>
where
    [u32; N]: Send,
{
    host[..N].copy_from_slice(&values);
    queue.upload(&host[..N], &mut device[1..=N])?;
    queue.download(&device, &mut host)?;
    Ok(host[N])
}

#[test]
fn generic_over_backend_and_constants_with_sub_ranges() {
    let device = Device::new();
    let host = Resource::new(gpu_stages::HostBuffer::<Cpu, u32>::new(&device, 8).unwrap());
    let buffer = Resource::new(gpu_stages::DeviceBuffer::new(&device, 8).unwrap());
    let result = block_on(generic(&queue(), &host, &buffer, [7, 8, 9]));
    assert_eq!(result.unwrap(), 9);
    assert_eq!(
        block_on(host.acquire_read().unwrap().wait_events()).unwrap()[..5],
        [0, 7, 8, 9, 0]
    );
}

#[gpu_pipeline]
async fn borrows<'a, T: Copy + Into<f64> + Send + Sync>(
    #[updates] total: f64,
    label: &'a str,
    values: &[T],
    add: impl Fn(f64, f64) -> f64,
    (low, high): (f64, f64),
) -> Result<&'a str> {
    for value in values {
        total = add(total + 0.0, (*value).into()).clamp(low, high);
    }
    Ok(label)
}

#[test]
fn plain_arguments_may_borrow_and_be_patterns() {
    let total = Resource::new(1.0);
    let values = [1.5_f32, 2.5];
    let result = block_on(borrows(&total, "done", &values, |a, b| a + b, (0.0, 4.0)));
    assert_eq!(result.unwrap(), "done");
    assert_eq!(read(&total), 4.0);
}
