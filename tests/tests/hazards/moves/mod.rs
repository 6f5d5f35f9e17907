//! Buffers that leave their slots: swapped, taken out, put into another resource, owned by a call, dropped and made anew.
//! The host waits for all devices before it can do so, and the hazard checker follows the memory wherever it goes.

mod edges;

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{DeviceVisible, Resource, Result, acquire, gpu_pipeline};
use gpu_stages_tests::{Gate, poll_once};
use std::future::Future;
use std::mem;

type Buffer = DeviceBuffer<f32>;

#[gpu_pipeline]
async fn fill(#[queue] queue: Queue, #[writes] x: Buffer) -> Result<()> {
    queue.fill(&mut x, 1.0)
}

#[gpu_pipeline]
async fn fill_first(#[queue] queue: Queue, #[updates] x: Vec<Buffer>) -> Result<()> {
    queue.fill(&mut x[0], 1.0)
}

#[gpu_pipeline]
async fn fill_owned(#[queue] queue: Queue, #[owns] x: Buffer) -> Result<()> {
    queue.fill(&mut x, 1.0)
}

#[gpu_pipeline]
async fn fill_twice(#[queue] queue: Queue, #[owns] x: Buffer, device: Device) -> Result<()> {
    queue.fill(&mut x, 1.0)?;
    x = Buffer::new(&device, 4)?;
    queue.fill(&mut x, 1.0)
}

#[gpu_pipeline]
async fn download(
    #[queue] queue: Queue,
    #[reads] x: Buffer,
    #[writes] host: HostBuffer<f32>,
) -> Result<()> {
    queue.download(&x, &mut host)
}

#[gpu_pipeline]
async fn swap(#[updates] a: Buffer, #[updates] b: Buffer) -> Result<()> {
    mem::swap(&mut a, &mut b);
    Ok(())
}

#[gpu_pipeline]
async fn swap_elsewhere(#[updates] a: Buffer, #[updates] b: Buffer) -> Result<()> {
    #[stage(blocking)]
    mem::swap(&mut a, &mut b);
    Ok(())
}

#[gpu_pipeline]
async fn swap_owned(#[queue] queue: Queue, #[updates] a: Buffer, #[owns] b: Buffer) -> Result<()> {
    queue.fill(&mut b, 1.0)?;
    mem::swap(&mut a, &mut b);
    queue.fill(&mut b, 2.0)
}

#[gpu_pipeline]
async fn swap_list(#[updates] x: [Buffer]) -> Result<()> {
    {
        let mut parts = x.iter_mut();
        if let (Some(a), Some(b)) = (parts.next(), parts.next()) {
            mem::swap(a, b);
        }
    }
    Ok(())
}

#[gpu_pipeline]
async fn renew<T: DeviceVisible>(#[updates] x: T, fresh: T) -> Result<()> {
    x = fresh;
    Ok(())
}

#[gpu_pipeline]
async fn grow(#[updates] x: Vec<Buffer>, device: Device) -> Result<()> {
    {
        x.pop();
        x.push(Buffer::new(&device, 8)?);
        x.push(Buffer::new(&device, 8)?);
    }
    Ok(())
}

/// A checked device with two queues, and two buffers that the first queue has filled.
struct Scene {
    device: Device,
    first: Queue,
    second: Queue,
    a: Resource<Buffer>,
    b: Resource<Buffer>,
}

impl Scene {
    fn new() -> Self {
        let device = Device::builder().record_trace(true).build();
        let queue = || Queue::new(&device).unwrap();
        let scene = Scene {
            first: queue(),
            second: queue(),
            a: Resource::new(Buffer::new(&device, 4).unwrap()).named("a"),
            b: Resource::new(Buffer::new(&device, 4).unwrap()).named("b"),
            device,
        };
        run(fill(&scene.first, &scene.a));
        run(fill(&scene.first, &scene.b));
        scene
    }

    fn buffer(&self) -> Buffer {
        Buffer::new(&self.device, 4).unwrap()
    }

    /// Takes the buffer out of `a`.
    fn take(&self) -> Buffer {
        let mut guard = run(self.a.acquire_update().unwrap().wait_events());
        let old = mem::replace(&mut *guard, self.buffer());
        guard.ready();
        old
    }
}

fn run<T>(future: impl Future<Output = Result<T>>) -> T {
    block_on(future).unwrap()
}

/// Runs the program often: whether a queue or the host comes first must not count.
fn assert_no_hazards(program: impl Fn(&Scene)) {
    for _ in 0..25 {
        let scene = Scene::new();
        program(&scene);
        let Scene { device, a, b, .. } = scene;
        device.assert_no_hazards();
        drop((a, b));
        device.assert_no_hazards();
        let recorded = device.trace().unwrap().hazards();
        assert!(recorded.is_empty(), "{recorded:?}");
    }
}

#[test]
fn buffers_that_are_swapped_in_a_stage() {
    assert_no_hazards(|it| {
        run(swap(&it.a, &it.b));
        run(fill(&it.first, &it.a));
    });
    assert_no_hazards(|it| {
        run(swap(&it.a, &it.b));
        run(fill(&it.second, &it.b));
        run(swap_elsewhere(&it.a, &it.b));
        run(fill(&it.first, &it.b));
        run(fill(&it.second, &it.a));
    });
    assert_no_hazards(|it| {
        run(swap_list(&[&it.a, &it.b]));
        run(fill(&it.second, &it.a));
        run(fill(&it.first, &it.b));
    });
    assert_no_hazards(|it| {
        run(swap_owned(&it.second, &it.a, it.buffer()));
        run(fill(&it.first, &it.a));
    });
}

#[test]
fn buffers_that_are_swapped_between_two_guards() {
    // The guards are of one call, or of two.
    let pair = |it: &Scene, together: bool| match together {
        true => acquire((it.a.updates(), it.b.updates())).unwrap(),
        false => (
            it.a.acquire_update().unwrap(),
            it.b.acquire_update().unwrap(),
        ),
    };
    for together in [true, false] {
        assert_no_hazards(|it| {
            let (a, b) = pair(it, together);
            let (mut a, mut b) = (run(a.wait_events()), run(b.wait_events()));
            mem::swap(&mut *a, &mut *b);
            b.ready();
            run(fill(&it.second, &it.b));
            a.ready();
            run(fill(&it.second, &it.a));
        });
        // The guards go on to queues themselves.
        assert_no_hazards(|it| {
            let (a, b) = pair(it, together);
            let (mut a, mut b) = (run(a.wait_events()), run(b.wait_events()));
            mem::swap(&mut *a, &mut *b);
            let mut a = run(a.wait_device(&it.first));
            let mut b = run(b.wait_device(&it.second));
            it.first.fill(&mut a, 2.0).unwrap();
            it.second.fill(&mut b, 2.0).unwrap();
            a.ready();
            b.ready();
        });
    }
}

/// The call that moved a buffer may know more than the calls that use it later: each of these knows what it needs.
#[test]
fn readers_of_a_buffer_that_was_moved() {
    assert_no_hazards(|it| {
        let old = it.take();
        run(it.b.replace(old));
        let host = [(); 2].map(|()| Resource::new(HostBuffer::new(&it.device, 4).unwrap()));
        let reads = [(&it.first, &host[0]), (&it.second, &host[1])];
        for (queue, host) in reads {
            run(download(queue, &it.b, host));
        }
        run(fill(&it.second, &it.b));
    });
}

#[test]
fn buffers_that_are_taken_out() {
    assert_no_hazards(|it| run(fill_owned(&it.second, it.take())));
    assert_no_hazards(|it| {
        run(it.b.replace(it.take()));
        run(fill(&it.second, &it.b));
        run(fill(&it.second, &it.a));
    });
    assert_no_hazards(|it| {
        let made_of_it = Resource::ring([it.take(), it.buffer()]);
        run(fill(&it.second, &made_of_it));
        run(fill(&it.second, &made_of_it));
    });
    assert_no_hazards(|it| {
        let list = Resource::new(Vec::new());
        let mut guard = run(list.acquire_update().unwrap().wait_events());
        guard.push(it.take());
        guard.ready();
        run(fill_first(&it.second, &list));
    });
    assert_no_hazards(|it| {
        let place = Resource::new(None);
        run(place.replace(Some(it.take())));
        let mut guard = run(place.acquire_update().unwrap().wait_events());
        let taken = guard.take().unwrap();
        guard.ready();
        run(fill_owned(&it.second, taken));
    });
}

#[test]
fn buffers_that_are_dropped_and_made_anew() {
    assert_no_hazards(|it| run(renew(&it.a, it.buffer())));
    assert_no_hazards(|it| {
        run(renew(&it.a, it.buffer()));
        run(fill(&it.second, &it.a));
    });
    assert_no_hazards(|it| {
        let host = Resource::new(HostBuffer::new(&it.device, 4).unwrap());
        run(download(&it.second, &it.a, &host));
        run(renew(&host, HostBuffer::new(&it.device, 8).unwrap()));
    });
    assert_no_hazards(|it| {
        let list = Resource::new(vec![it.buffer()]);
        run(fill_first(&it.first, &list));
        run(grow(&list, it.device.clone()));
        run(fill_first(&it.second, &list));
    });
    assert_no_hazards(|it| run(fill_twice(&it.first, it.buffer(), it.device.clone())));
    assert_no_hazards(|it| drop(it.take()));
    assert_no_hazards(|it| {
        let old = it.take();
        std::thread::spawn(move || drop(old)).join().unwrap();
    });
    assert_no_hazards(|it| {
        let mut guard = run(it.a.acquire_write().unwrap().wait_events());
        *guard = it.buffer();
        guard.ready();
    });
    assert_no_hazards(|it| {
        let both = async { futures::join!(fill(&it.first, &it.a), it.a.replace(it.buffer())) };
        let (filled, replaced) = block_on(both);
        filled.and(replaced).unwrap();
    });
}

/// All guards of a list have waited for the commands of all, whatever calls they belong to.
#[test]
fn a_list_of_guards_of_several_calls() {
    let scene = Scene::new();
    let gate = Gate::default();
    for it in [&scene.a, &scene.b] {
        let mut guard = run(it.acquire_update().unwrap().wait_device(&scene.first));
        let kernel = gate.kernel(1.0);
        scene.first.launch(&kernel, 1, (&mut *guard,)).unwrap();
        guard.ready();
    }
    let allocations = [&scene.a, &scene.b].map(|it| it.acquire_update().unwrap());
    let list: gpu_stages::guard::GuardList<_, _, _> = allocations.into_iter().collect();
    let mut waits = Box::pin(list.wait_events());
    assert!(poll_once(&mut waits).is_pending());
    gate.open();
    run(waits).ready();
    scene.device.assert_no_hazards();
}
