//! Times and sizes that are too large to count: they are the largest that there are, and no command is lost.

use futures::executor::block_on;
use gpu_stages::cpu::timing::{Cost, Timing};
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue, Simulation};
use gpu_stages::{Grid, Resource, Result, gpu_pipeline};
use gpu_stages_tests::process::in_own_process;
use std::time::Duration;

const LONGEST: Duration = Duration::MAX;
const HUGE: (usize, usize) = (1 << 40, 1 << 40);

#[gpu_pipeline]
async fn work(
    #[queue] queue: Queue,
    #[writes] device: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    kernel: Kernel,
    grid: Grid,
) -> Result<u32> {
    queue.launch(&kernel, grid, (&mut device,))?;
    queue.download(&device, &mut host)?;
    Ok(host[0])
}

/// A call on this device. Its kernel writes 7.
fn call<G: Into<Grid>>(device: &Device, grid: G) -> impl Future<Output = Result<u32>> + use<G> {
    let queue = Queue::new(device).unwrap();
    let buffer = Resource::new(DeviceBuffer::new(device, 4).unwrap());
    let host = Resource::new(HostBuffer::new(device, 4).unwrap());
    let kernel = Kernel::new("seven", |data: &mut [u32]| data.fill(7));
    work(&queue, &buffer, &host, kernel, grid.into())
}

/// The virtual time that a call takes.
fn makespan(timing: Timing, grid: impl Into<Grid>) -> Duration {
    let simulation = Simulation::timed(timing);
    let device = Device::builder().simulated(&simulation).build();
    let timeline = simulation.timeline(1);
    assert_eq!(simulation.block_on(call(&device, grid)).unwrap(), 7);
    let recording = timeline.recording();
    assert_eq!(recording.frames().len(), 1);
    assert!(recording.svg().to_string().contains("</svg>"));
    assert!(recording.json().to_string().contains("seven"));
    simulation.now()
}

/// Timelines record the calls of the whole process.
#[test]
fn virtual_time_ends_at_the_longest_time() {
    in_own_process(virtual_time_ends_at_the_longest_time, || {
        let costs = [
            Cost::fixed(LONGEST),
            Cost::rate(1e-300, Duration::ZERO),
            Cost::rate(1.0, LONGEST),
        ];
        for cost in costs {
            let timing = Timing::new()
                .other_kernels(cost)
                .downloads(Cost::fixed(LONGEST));
            assert_eq!(makespan(timing, 4), LONGEST);
        }
        assert_eq!(makespan(Timing::new(), HUGE), Duration::ZERO);
        let slow = Timing::new().other_kernels(Cost::rate(1.0, Duration::ZERO));
        assert_eq!(makespan(slow, HUGE), LONGEST);
    });
}

#[test]
fn host_work_takes_the_longest_time() {
    let simulation = Simulation::timed(Timing::new());
    let work = || simulation.host_work(LONGEST);
    simulation.block_on(async {
        work().await;
        work().await;
    });
    assert_eq!(simulation.now(), LONGEST);
}

#[test]
fn a_device_in_real_time_runs_more_work_items_than_can_be_counted() {
    let timing = Timing::new().other_kernels(Cost::fixed(Duration::from_nanos(1)));
    let device = Device::builder().timing(timing).build();
    assert_eq!(block_on(call(&device, HUGE)).unwrap(), 7);
}
