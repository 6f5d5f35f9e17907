//! Queue, kernel and buffers of a command are of one context. What is of another never reaches the driver, which need
//! not recognise it.

use crate::driver;
use futures::executor::block_on;
use gpu_stages::opencl::{Device, DeviceBuffer, HostBuffer, Kernel, OpenCl, Queue};
use gpu_stages::{Error, Event, Problem, Resource};
use gpu_stages_tests::opencl::another_context;
use gpu_stages_tests::process::in_own_process_with;
use gpu_stages_tests::talk::TestBackend;

const SOURCE: &str = "kernel void add(global const float *a, global float *b) {
    b[get_global_id(0)] += a[get_global_id(0)];
}";

const LEN: usize = 64;

/// What there is of one context.
struct Side {
    queue: Queue,
    kernel: Kernel,
    buffers: [Resource<DeviceBuffer<f32>>; 2],
    host: Resource<HostBuffer<f32>>,
}

impl Side {
    fn new(device: &Device, names: [&str; 3]) -> Self {
        let buffer = || DeviceBuffer::new(device, LEN).unwrap();
        Side {
            queue: Queue::new(device).unwrap(),
            // SAFETY: it stays inside buffers of the launch's size.
            kernel: unsafe { Kernel::build(device, SOURCE, "add") }.unwrap(),
            buffers: [names[0], names[1]].map(|name| Resource::new(buffer()).named(name)),
            host: Resource::new(HostBuffer::new(device, LEN).unwrap()).named(names[2]),
        }
    }
}

/// Two contexts of one device.
fn sides() -> (Side, Side) {
    let second = another_context();
    let ours = Side::new(&OpenCl::device(), ["ours 1", "ours 2", "our host"]);
    (
        ours,
        Side::new(&second, ["foreign 1", "foreign 2", "foreign host"]),
    )
}

/// The message, and the resource that it names.
fn refused(result: gpu_stages::Result<()>) -> (String, String) {
    let error = result.unwrap_err();
    let Error::Command { site, problem } = &error else {
        panic!("{error:?}")
    };
    assert!(
        matches!(**problem, Problem::OtherDevice { .. }),
        "{error:?}"
    );
    (error.to_string(), site.resource().to_owned())
}

/// Each command once with a buffer of another context in each place where one can be.
#[test]
fn a_command_refuses_buffers_of_another_context_and_names_them() {
    let (ours, theirs) = sides();
    let q = &ours.queue;
    let write = |resource: &Resource<DeviceBuffer<f32>>| {
        block_on(resource.acquire_write().unwrap().wait_device(q)).unwrap()
    };
    let mut own = write(&ours.buffers[0]);
    let mut other = write(&ours.buffers[1]);
    let mut foreign = write(&theirs.buffers[0]);
    let mut host = block_on(ours.host.acquire_write().unwrap().wait_device(q)).unwrap();
    let before = driver::commands();
    let kernel = &ours.kernel;
    for result in [
        q.launch(kernel, LEN, (&*own, &mut *foreign)),
        q.launch(kernel, LEN, (&*foreign, &mut *own)),
        // Without work-items as well, and with a part of the buffer.
        q.launch(kernel, 0, (&*own, &mut *foreign)),
        q.launch(kernel, 4, (&*own, &mut foreign.slice_mut(..4))),
        q.upload(&host, &mut foreign),
        q.download(&foreign, &mut host),
        q.copy(&own, &mut foreign),
        q.copy(&foreign, &mut own),
        q.copy(&foreign.slice(..0), &mut own.slice_mut(..0)),
        q.fill(&mut foreign, 1.0),
    ] {
        let (text, resource) = refused(result);
        assert_eq!(resource, "foreign 1", "{text}");
        let device = OpenCl::device().to_string();
        let said = format!("it belongs to `{device}`, but the queue belongs to another context");
        assert!(text.contains(&said), "{text}");
    }
    let (text, _) = refused(q.launch(&theirs.kernel, LEN, (&*own, &mut *other)));
    assert!(text.contains("kernel `add` belongs to `"), "{text}");
    assert_eq!(driver::commands(), before, "nothing was enqueued");

    // What is of one context works as before.
    q.launch(kernel, LEN, (&*own, &mut *other)).unwrap();
    q.finish();
}

/// PoCL can show the processors as two devices.
#[test]
fn the_error_names_both_devices() {
    let two_devices = [("POCL_DEVICES", "pthread basic")];
    in_own_process_with(&two_devices, the_error_names_both_devices, || {
        let first = Device::find("0").unwrap();
        let Ok(second) = Device::find("1") else {
            return println!("there is one device");
        };
        for (own, other) in [(&first, &second), (&second, &first)] {
            let queue = Queue::new(own).unwrap();
            let data = DeviceBuffer::<f32>::new(other, LEN).unwrap();
            let data = Resource::new(data).named("elsewhere");
            let mut guard = block_on(data.acquire_write().unwrap().wait_device(&queue)).unwrap();
            let (text, resource) = refused(queue.fill(&mut guard, 1.0));
            assert_eq!(resource, "elsewhere");
            let said = format!("it belongs to `{other}`, but the queue belongs to `{own}`");
            assert!(text.contains(&said), "{text}");
        }
    });
}

/// Memory of the host is of the process: it is how contexts meet.
#[test]
fn host_buffers_of_any_context_are_transferred() {
    let (ours, theirs) = sides();
    let q = &ours.queue;
    let host = block_on(theirs.host.acquire_read().unwrap().wait_device(q)).unwrap();
    let mut own = block_on(ours.buffers[0].acquire_write().unwrap().wait_device(q)).unwrap();
    q.upload(&host, &mut own).unwrap();
    drop(host);
    own.ready();
    block_on(ours.buffers[0].acquire_read().unwrap().wait_events())
        .unwrap()
        .ready();
}

#[test]
fn a_barrier_refuses_events_of_another_context_or_backend() {
    let (ours, theirs) = sides();
    let on_cpu = gpu_stages_tests::queue().marker().unwrap();
    for event in [theirs.queue.marker().unwrap(), on_cpu] {
        let error = ours.queue.barrier(&[event]).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::NotEnqueued { .. }), "{text}");
        assert!(
            text.contains("an event of another device or context"),
            "{text}"
        );
    }
    let own: Event = ours.queue.marker().unwrap();
    ours.queue.barrier(&[own]).unwrap();
}
