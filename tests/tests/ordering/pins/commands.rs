//! Versions that commands on devices use.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Error, Resource, Result, acquire, gpu_pipeline};
use gpu_stages_tests::{Gate, Log, device_buffers, failing, host_buffers, poll_once, queue};
use std::pin::pin;

#[gpu_pipeline]
async fn set(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))
}

#[test]
fn a_version_is_not_complete_while_its_commands_run() {
    let (queue, ring) = (queue(), device_buffers(3, 1));
    let gate = Gate::default();
    let first = ring.pin();
    let mut running = pin!(set(&queue, &ring, gate.kernel(1.0)));
    assert!(poll_once(&mut running).is_pending());
    // Released with its command in flight.
    let latest = ring.latest().unwrap();
    let both = acquire((first.reads(), latest.updates()));
    assert!(
        matches!(both, Err(Error::WaitsForItself { .. })),
        "the first version"
    );
    gate.open();
    block_on(running).unwrap();
    let latest = ring.latest().unwrap();
    let both = acquire((first.reads(), latest.updates()));
    assert!(both.is_ok(), "another slot");
    drop(both);
    let failed = block_on(set(&queue, &ring, failing()));
    assert!(failed.is_err());
    let latest_again = ring.latest().unwrap();
    let both = acquire((latest.reads(), latest_again.updates()));
    assert!(
        matches!(both, Err(Error::WaitsForItself { .. })),
        "what failed is not good"
    );
}

#[test]
fn what_stays_valid_is_complete_when_its_commands_are_over() {
    let device = Device::new();
    let ring = [(); 2].map(|()| DeviceBuffer::<f32>::new(&device, 1).unwrap());
    let (queue, ring) = (queue(), Resource::ring(ring).keep_on_failure());
    let first = ring.pin();
    assert!(block_on(set(&queue, &ring, failing())).is_err());
    let latest = ring.latest().unwrap();
    assert!(
        acquire((first.reads(), latest.updates())).is_ok(),
        "another slot"
    );
}

#[gpu_pipeline]
async fn read_back(
    #[queue] queue: Queue,
    #[reads] data: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
    kernel: Kernel,
) -> Result<f32> {
    queue.launch(&kernel, 1, (&data,))?;
    queue.download(&data, &mut host)?;
    Ok(host[0])
}

#[test]
fn commands_through_a_pin_hold_up_the_commands_of_the_next_writer() {
    let (first, second) = (queue(), queue());
    let (data, host) = (device_buffers(1, 1), host_buffers(1, 1));
    let gate = Gate::default();
    let log = Log::default();
    block_on(set(&first, &data, gpu_stages_tests::set(1.0))).unwrap();
    let pin = data.pin();
    let mut read = pin!(read_back(&first, &pin, &host, gate.reader(&log)));
    assert!(poll_once(&mut read).is_pending());
    let mut write = pin!(set(&second, &data, gpu_stages_tests::set(2.0)));
    assert!(poll_once(&mut write).is_pending());
    drop(pin);
    // The read was released with its commands in flight: the write is enqueued after them.
    assert!(poll_once(&mut write).is_pending());
    gate.open();
    assert_eq!(block_on(read).unwrap(), 1.0);
    block_on(write).unwrap();
    assert_eq!(log.entries(), [1.0]);
}
