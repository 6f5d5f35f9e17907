//! The hazard checker of a running device: it reports hazards that unsafe code makes, and no access that the host has
//! seen to be ordered.

use futures::executor::block_on;
use gpu_stages::cpu::hazards::Kind;
use gpu_stages::cpu::{Device, DeviceBuffer, Kernel, Queue};
use gpu_stages::{CommandQueue, DeviceVisible, Pass, Requests, Resource, WaitDevice, acquire};
use gpu_stages_tests::{Gate, failing, poll_once, set};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

type Buffer = DeviceBuffer<f32>;

fn checked() -> (Device, [Queue; 2]) {
    let device = Device::builder().check_hazards(true).build();
    let queues = [(); 2].map(|()| Queue::new(&device).unwrap());
    (device, queues)
}

/// A buffer that several resources share.
struct Shared(Arc<Buffer>);

// SAFETY: none, on purpose: two resources lead to one buffer. The test lets no two commands on it run at a time.
unsafe impl DeviceVisible for Shared {
    type Holder = <Buffer as DeviceVisible>::Holder;
    type Views<'a> = <Buffer as DeviceVisible>::Views<'a>;
    type ViewsMut<'a> = <Buffer as DeviceVisible>::ViewsMut<'a>;
    type Facts = gpu_stages::Length;

    fn hold(&self, pass: &Pass) -> Self::Holder {
        self.0.hold(pass)
    }

    fn views(holder: &Self::Holder) -> Self::Views<'_> {
        Buffer::views(holder)
    }

    fn views_mut(holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
        Buffer::views_mut(holder)
    }

    fn facts(&self) -> Self::Facts {
        self.0.facts()
    }
}

#[test]
fn what_unsafe_code_has_hidden_from_the_library_is_reported() {
    let (device, queues) = checked();
    let buffer = Arc::new(Buffer::new(&device, 4).unwrap());
    for queue in &queues {
        let resource = Resource::new(Shared(buffer.clone())).named("shared");
        let mut guard = block_on(resource.acquire_update().unwrap().wait_device(queue)).unwrap();
        device.assert_no_hazards();
        queue.fill(&mut guard, 1.0).unwrap();
        guard.ready();
        // It runs before the other, but only by luck.
        queue.finish();
    }
    let hazards = device.hazards();
    assert_eq!(hazards.len(), 1, "{hazards:?}");
    let hazard = &hazards[0];
    assert_eq!(
        (hazard.kind, &*hazard.resource),
        (Kind::WriteAfterWrite, "shared")
    );
    assert_eq!(hazard.bytes, 0..16);
    let panic = catch_unwind(AssertUnwindSafe(|| device.assert_no_hazards())).unwrap_err();
    let text = panic.downcast_ref::<String>().expect("it is formatted");
    assert!(text.contains(&hazard.to_string()), "{text}");
}

/// A write on the device, which may fail.
fn write(resource: &Resource<Buffer>, queue: &Queue, kernel: &Kernel) {
    let mut guard = block_on(resource.acquire_update().unwrap().wait_device(queue)).unwrap();
    queue.launch(kernel, 1, (&mut *guard,)).unwrap();
    guard.ready();
}

#[test]
fn accepting_contents_orders_later_uses_after_the_failed_ones() {
    let (device, [first, second]) = checked();
    let resource = Resource::new(Buffer::new(&device, 4).unwrap());
    write(&resource, &first, &failing());
    first.finish();
    resource.clear_poison();
    write(&resource, &second, &set(1.0));
    device.assert_no_hazards();
}

#[test]
fn a_use_of_accepted_contents_is_ordered_after_the_failed_ones() {
    let (device, [first, second]) = checked();
    let resource = Resource::new(Buffer::new(&device, 4).unwrap());
    let gate = Gate::default();
    let own = gate.clone();
    let fails = Kernel::new("fail", move |_: &mut [f32]| {
        own.pass();
        panic!("on purpose");
    });
    write(&resource, &first, &fails);
    // It fails after the next use was granted.
    let update = resource.acquire_update().unwrap();
    gate.open();
    first.finish();
    resource.clear_poison();
    let mut guard = block_on(update.wait_device(&second)).unwrap();
    second.fill(&mut guard, 1.0).unwrap();
    guard.ready();
    device.assert_no_hazards();
}

#[test]
fn the_parts_of_a_list_may_be_of_several_devices() {
    let (devices, gate) = ([checked(), checked()], Gate::default());
    let parts = devices.each_ref().map(|(device, [queue, _])| {
        let part = Resource::new(Buffer::new(device, 4).unwrap());
        write(&part, queue, &gate.kernel(1.0));
        part
    });
    let listed: Vec<_> = parts.iter().collect();
    let (list,) = acquire((Requests::updates(&listed),)).unwrap();
    let mut list = Box::pin(list.wait_events());
    assert!(poll_once(&mut list).is_pending());
    gate.open();
    block_on(list).unwrap().ready();
    for (device, _) in &devices {
        device.assert_no_hazards();
    }
}

/// The host uses what is in a slot now, and not what was there before.
#[test]
fn buffers_may_change_places() {
    let (device, [first, second]) = checked();
    let pair = [(); 2].map(|()| Resource::new(Buffer::new(&device, 4).unwrap()));
    pair.iter().for_each(|one| write(one, &first, &set(1.0)));
    let (a, b) = acquire((pair[0].updates(), pair[1].updates())).unwrap();
    let (mut a, mut b) = (
        block_on(a.wait_events()).unwrap(),
        block_on(b.wait_events()).unwrap(),
    );
    std::mem::swap(&mut *a, &mut *b);
    a.ready();
    b.ready();
    // A use of both is ordered after the uses that changed them.
    let both = acquire((pair[0].updates(), pair[1].updates())).unwrap();
    let (mut a, mut b) = block_on(both.wait_device(&first)).unwrap();
    first.fill(&mut a, 2.0).unwrap();
    first.fill(&mut b, 2.0).unwrap();
    first.ready((a, b));
    first.finish();
    let gate = Gate::default();
    write(&pair[1], &second, &gate.kernel(2.0));
    block_on(pair[0].acquire_update().unwrap().wait_events())
        .unwrap()
        .ready();
    gate.open();
    second.finish();
    device.assert_no_hazards();
}
