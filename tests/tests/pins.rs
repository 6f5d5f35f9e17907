//! Versions: what a pin keeps, who waits for it, and who does not.

use futures::executor::block_on;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{
    Error, HostGuard, Resource, Result, Version, acquire, gpu_pipeline, guard::access,
};
use gpu_stages_tests::{
    CountWakes, Gate, Log, device_buffers, failing, host_buffers, poll_once, queue,
};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Context;

type Wait<A> = Pin<Box<dyn Future<Output = Result<HostGuard<i32, A>>>>>;

fn reading(allocation: Result<gpu_stages::Allocation<i32, access::Read>>) -> Wait<access::Read> {
    Box::pin(allocation.unwrap().wait_events())
}

fn updating(
    allocation: Result<gpu_stages::Allocation<i32, access::Update>>,
) -> Wait<access::Update> {
    Box::pin(allocation.unwrap().wait_events())
}

fn writing(resource: &Resource<i32>) -> Wait<access::Write> {
    Box::pin(resource.acquire_write().unwrap().wait_events())
}

fn write(resource: &Resource<i32>, value: i32) {
    block_on(resource.replace(value)).unwrap();
}

fn read_version(version: &Version<i32>) -> i32 {
    *block_on(version.acquire_read().unwrap().wait_events()).unwrap()
}

fn is_send_and_sync<T: Send + Sync>(_: &T) {}

#[test]
fn a_pinned_version_stays_while_newer_ones_are_written() {
    let ring = Resource::ring([1, 0, 0]);
    let old = ring.pin();
    is_send_and_sync(&old);
    write(&ring, 2);
    write(&ring, 3);
    assert_eq!(read_version(&old), 1);
    assert_eq!(read_version(&ring.pin()), 3);
}

#[test]
fn a_writer_that_comes_round_waits_for_the_pin() {
    let ring = Resource::ring([1, 0]);
    let old = ring.pin();
    write(&ring, 2);
    let mut writer = writing(&ring);
    assert!(poll_once(&mut writer).is_pending());
    // Readers of the pinned version do not wait for the writer, and hold it up by themselves.
    let reader = block_on(reading(old.acquire_read())).unwrap();
    drop(old);
    assert!(poll_once(&mut writer).is_pending());
    assert_eq!(*reader, 1);
    drop(reader);
    assert!(poll_once(&mut writer).is_ready());
}

#[test]
fn an_update_of_the_newest_waits_for_its_pin() {
    let value = Resource::new(1);
    let pin = value.pin();
    let mut update = updating(value.acquire_update());
    assert!(poll_once(&mut update).is_pending());
    let (counter, waker) = CountWakes::new();
    assert!(
        update
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(pin);
    assert_eq!(counter.count(), 1);
    assert!(poll_once(&mut update).is_ready());
}

#[test]
fn every_clone_keeps_the_slot_and_a_forgotten_one_for_ever() {
    let value = Resource::new(1);
    let pin = value.pin();
    let clone = pin.clone();
    let mut writer = writing(&value);
    drop(pin);
    assert!(poll_once(&mut writer).is_pending());
    let pin = clone.clone();
    drop(clone);
    assert!(poll_once(&mut writer).is_pending());
    std::mem::forget(pin);
    assert!(poll_once(&mut writer).is_pending());
    drop(writer);
    // Those who read go on.
    assert_eq!(*block_on(reading(value.acquire_read())).unwrap(), 1);
}

#[test]
fn a_version_outlives_its_resource() {
    let pin = Resource::new(5).pin();
    assert_eq!(read_version(&pin), 5);
}

#[test]
fn a_pending_version_can_be_pinned() {
    let ring = Resource::ring([1, 0]);
    let writer = ring.acquire_write().unwrap();
    let pin = ring.pin();
    // Two more writers: the second comes round to the pinned slot.
    let other = writing(&ring);
    let mut round = writing(&ring);
    let mut reader = reading(pin.acquire_read());
    let mut clone = reading(pin.clone().acquire_read());
    assert!(poll_once(&mut reader).is_pending(), "not written yet");
    let mut guard = block_on(writer.wait_events()).unwrap();
    *guard = 2;
    guard.ready();
    assert_eq!(*block_on(&mut reader).unwrap(), 2);
    assert_eq!(*block_on(&mut clone).unwrap(), 2);
    assert!(poll_once(&mut round).is_pending());
    drop(pin);
    assert!(poll_once(&mut round).is_ready());
    drop(other);
}

#[test]
fn what_is_used_through_a_pin_is_in_the_order_of_the_calls() {
    let value = Resource::new(1);
    let pin = value.pin();
    let mut outside = writing(&value);
    let first = block_on(reading(pin.acquire_read())).unwrap();
    let mut update = updating(pin.acquire_update());
    let mut second = reading(pin.clone().acquire_read());
    // The version is dropped meanwhile: what was acquired through it stays before the writer.
    drop(pin);
    assert!(poll_once(&mut update).is_pending(), "the first still reads");
    assert!(poll_once(&mut second).is_pending(), "behind the update");
    assert_eq!(*first, 1);
    drop(first);
    let mut guard = block_on(&mut update).unwrap();
    assert!(poll_once(&mut second).is_pending());
    assert!(poll_once(&mut outside).is_pending());
    *guard = 2;
    guard.ready();
    assert_eq!(*block_on(&mut second).unwrap(), 2);
    assert!(poll_once(&mut outside).is_ready());
}

#[test]
fn an_update_through_a_pin_is_exclusive_and_seen_by_all() {
    let value = Resource::new(1);
    let (pin, other) = (value.pin(), value.pin());
    let reader = block_on(reading(value.acquire_read())).unwrap();
    let mut update = updating(pin.acquire_update());
    assert!(poll_once(&mut update).is_pending(), "somebody reads");
    let mut later = reading(value.acquire_read());
    assert!(poll_once(&mut later).is_pending(), "asked for later");
    drop(reader);
    let mut guard = block_on(&mut update).unwrap();
    let mut through = reading(other.acquire_read());
    assert!(poll_once(&mut later).is_pending());
    assert!(poll_once(&mut through).is_pending());
    *guard += 10;
    guard.ready();
    assert_eq!(*block_on(&mut later).unwrap(), 11);
    assert_eq!(*block_on(&mut through).unwrap(), 11);
}

#[test]
fn an_update_of_an_old_version_does_not_make_it_the_newest() {
    let ring = Resource::ring([1, 0]);
    let old = ring.pin();
    write(&ring, 2);
    // Not even when a newer version is to come into the same slot.
    let later = writing(&ring);
    let mut guard = block_on(updating(old.acquire_update())).unwrap();
    *guard = 10;
    guard.ready();
    assert_eq!(read_version(&ring.latest().unwrap()), 2);
    drop(later);
    assert_eq!(*block_on(reading(ring.acquire_read())).unwrap(), 2);
    assert_eq!(read_version(&old), 10);
    assert_eq!(read_version(&ring.latest().unwrap()), 2);
}

#[test]
fn a_version_never_written_says_so_and_holds_nothing() {
    let ring = Resource::ring([1, 0]).named("ring");
    let writer = ring.acquire_write().unwrap();
    let pin = ring.pin();
    let asked = reading(pin.acquire_read());
    drop(writer);
    for read in [
        asked,
        reading(pin.acquire_read()),
        reading(pin.clone().acquire_read()),
    ] {
        let error = block_on(read).unwrap_err();
        assert!(matches!(&error, Error::NeverWritten { site, .. } if &*site.resource == "ring"));
    }
    assert!(block_on(updating(pin.acquire_update())).is_err());
    // Also together with a write of the slot that it would be in.
    let (orphan, new) = acquire((pin.reads(), ring.writes())).unwrap();
    assert!(matches!(
        block_on(orphan.wait_events()),
        Err(Error::NeverWritten { .. })
    ));
    drop(new);
    write(&ring, 2);
    write(&ring, 3);
    assert!(block_on(reading(pin.acquire_read())).is_err());
    drop(pin);
    write(&ring, 4);
    assert_eq!(read_version(&ring.pin()), 4);
}

#[test]
fn a_writer_that_gives_up_behind_a_pin_leaves_it_alone() {
    let value = Resource::new(1);
    let pin = value.pin();
    let writer = value.acquire_write().unwrap();
    let behind = value.pin();
    let through = reading(pin.acquire_read());
    drop(writer);
    assert_eq!(*block_on(through).unwrap(), 1);
    assert_eq!(read_version(&pin), 1);
    assert!(
        block_on(reading(behind.acquire_read())).is_err(),
        "pinned what was never written"
    );
    // An update that gives up leaves the contents as they are, and the pin behind it good.
    let update = value.acquire_update().unwrap();
    let behind = value.pin();
    drop(update);
    assert_eq!(read_version(&behind), 1);
}

#[test]
fn poison_is_seen_through_a_pin_and_can_be_accepted() {
    let value = Resource::new(1);
    let mut guard = block_on(writing(&value)).unwrap();
    let pin = value.pin();
    *guard = -1;
    drop(guard);
    assert!(matches!(
        block_on(reading(pin.acquire_read())),
        Err(Error::Poisoned { .. })
    ));
    assert!(value.latest().is_none(), "not good");
    value.clear_poison();
    assert_eq!(read_version(&pin), -1);
    assert_eq!(read_version(&value.latest().unwrap()), -1);
    // An update through the pin that fails poisons as any other.
    let mut guard = block_on(updating(pin.acquire_update())).unwrap();
    *guard = -2;
    drop(guard);
    assert!(block_on(reading(value.acquire_read())).is_err());
    drop(pin);
    write(&value, 2);
    assert_eq!(*block_on(reading(value.acquire_read())).unwrap(), 2);
}

#[test]
fn a_call_that_could_only_wait_for_its_own_version_is_an_error() {
    let one = Resource::new(0).named("one");
    let pin = one.pin();
    let waits = |error: Option<Error>| matches!(error, Some(Error::WaitsForItself { .. }));
    assert!(waits(acquire((pin.reads(), one.writes())).err()));
    assert!(waits(acquire((one.writes(), pin.reads())).err()));
    assert!(waits(acquire((pin.reads(), one.updates())).err()));
    assert!(waits(acquire((pin.updates(), one.reads())).err()));
    assert!(waits(acquire((pin.updates(), pin.clone().updates())).err()));
    // An old version of a ring: the write that comes round to its slot.
    let ring = Resource::ring([0, 0]);
    let old = ring.pin();
    write(&ring, 1);
    assert!(waits(acquire((old.reads(), ring.writes())).err()));
    let (a, b) = acquire((old.reads(), ring.updates())).unwrap();
    drop((a, b));
    // Sharing is no conflict.
    let (a, b, c) = acquire((pin.reads(), pin.reads(), one.reads())).unwrap();
    for allocation in [a, b, c] {
        assert!(poll_once(&mut pin!(allocation.wait_events())).is_ready());
    }
    drop((pin, old));
    write(&one, 1);
    write(&ring, 2);
}

#[test]
fn the_latest_version_is_complete() {
    let ring = Resource::ring([1, 0, 0]);
    assert_eq!(read_version(&ring.latest().unwrap()), 1, "the first value");
    let mut guard = block_on(writing(&ring)).unwrap();
    assert_eq!(read_version(&ring.latest().unwrap()), 1, "not handed on");
    *guard = 2;
    guard.ready();
    let latest = ring.latest().unwrap();
    assert_eq!(read_version(&latest), 2);
    // A writer that failed, and one that never wrote.
    let mut guard = block_on(writing(&ring)).unwrap();
    *guard = -1;
    drop(guard);
    assert_eq!(read_version(&ring.latest().unwrap()), 2);
    write(&ring, 4);
    assert_eq!(read_version(&ring.latest().unwrap()), 4);
    // The next writer was given no slot yet: it waits for the version that is held.
    let mut writer = writing(&ring);
    assert!(poll_once(&mut writer).is_pending());
    assert_eq!(read_version(&latest), 2);
    drop(latest);
    assert!(poll_once(&mut writer).is_ready());

    let one = Resource::new(1);
    let update = one.acquire_update().unwrap();
    assert!(one.latest().is_none(), "somebody else has it");
    drop(update);
    assert!(one.latest().is_some());
    let ring = Resource::ring([1, 0]);
    let _update = ring.acquire_update().unwrap();
    assert!(ring.latest().is_none(), "a free slot has no version");
}

#[test]
fn the_latest_version_waits_for_nobody() {
    let one = Resource::new(1);
    let reader = block_on(reading(one.acquire_read())).unwrap();
    let mut writer = writing(&one);
    assert!(poll_once(&mut writer).is_pending());
    let latest = one.latest().expect("what is read is there");
    assert!(poll_once(&mut reading(latest.acquire_read())).is_ready());
    drop(reader);
    assert!(poll_once(&mut writer).is_pending(), "it is kept");
    drop(latest);
    assert!(poll_once(&mut writer).is_ready());
}

#[gpu_pipeline]
async fn set(
    #[queue] queue: Queue,
    #[writes] data: DeviceBuffer<f32>,
    kernel: gpu_stages::cpu::Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut data,))
}

#[test]
fn a_version_whose_commands_still_run_is_not_complete() {
    let (queue, ring) = (queue(), device_buffers(3, 1));
    let gate = Gate::default();
    let first = ring.pin();
    let mut running = pin!(set(&queue, &ring, gate.kernel(1.0)));
    assert!(poll_once(&mut running).is_pending());
    // Handed on, with its command in flight.
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
    let device = gpu_stages::cpu::Device::new();
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
    kernel: gpu_stages::cpu::Kernel,
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
    // The read was handed on with its commands in flight: the write is enqueued behind them.
    assert!(poll_once(&mut write).is_pending());
    gate.open();
    assert_eq!(block_on(read).unwrap(), 1.0);
    block_on(write).unwrap();
    assert_eq!(log.entries(), [1.0]);
}
