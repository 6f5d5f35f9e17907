//! The stages of `#[gpu_pipeline]`, run on the embedded device: loops, parts, blocking and awaiting host stages.

use futures::executor::block_on;
use gpu_stages::cpu::{Device, DeviceBuffer, DeviceView, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};
use gpu_stages_tests::{Log, device_buffers, host_buffers, queue};

use crate::read;

fn shift(queue: &Queue, from: &DeviceView<f32>, to: &mut DeviceView<f32>) -> Result<()> {
    let (_, n) = (from.len(), to.len());
    queue.copy(&from.slice(1..), &mut to.slice_mut(..n - 1))
}

#[gpu_pipeline]
async fn loops(
    #[queue] queue: Queue,
    #[updates] host: HostBuffer<f32>,
    #[updates] ping: DeviceBuffer<f32>,
    #[writes] pong: DeviceBuffer<f32>,
    rounds: usize,
) -> Result<f32> {
    let even = rounds % 2 == 0;
    queue.upload(&host, &mut ping)?;
    {
        let (mut a, mut b) = (&mut ping, &mut pong);
        for _ in 0..rounds {
            shift(&queue, a, b)?;
            std::mem::swap(&mut a, &mut b);
        }
    }
    if even {
        queue.download(&ping, &mut host)?;
    } else {
        queue.download(&pong, &mut host)?;
    }
    Ok(host[0])
}

#[test]
fn loops_that_only_enqueue_and_helpers_are_one_stage() {
    let (host, queue) = (host_buffers(1, 8), queue());
    let (ping, pong) = (device_buffers(1, 8), device_buffers(1, 8));
    for rounds in [0, 1, 2, 5] {
        let mut guard = block_on(host.acquire_write().unwrap().wait_events()).unwrap();
        (0_u8..)
            .zip(guard.iter_mut())
            .for_each(|(i, x)| *x = f32::from(i));
        guard.ready();
        let result = block_on(loops(&queue, &host, &ping, &pong, rounds)).unwrap();
        assert_eq!(result, rounds as f32);
    }
}

#[gpu_pipeline]
async fn parts(
    #[queue] queue: Queue,
    #[writes] pair: (HostBuffer<f32>, DeviceBuffer<f32>),
    #[updates] list: Vec<DeviceBuffer<f32>>,
    #[reads] array: [DeviceBuffer<f32>; 2],
    add: Kernel,
) -> Result<f32> {
    {
        queue.fill(&mut list[0], 2.0)?;
        let parts = &mut list;
        for i in 1..parts.len() {
            let (done, rest) = parts.split_at_mut(i);
            queue.copy(done[i - 1], rest[0])?;
        }
    }
    queue.launch(&add, 4_usize, (&list[2], &array[1], &mut pair.1))?;
    queue.download(&pair.1, &mut pair.0)?;
    Ok(pair.0[3])
}

#[test]
fn resources_of_many_buffers_are_reached_by_path() {
    let device = Device::new();
    let buffer = || DeviceBuffer::new(&device, 4).unwrap();
    let pair = Resource::new((HostBuffer::new(&device, 4).unwrap(), buffer()));
    let list = Resource::new(vec![buffer(), buffer(), buffer()]);
    let array = Resource::new([buffer(), buffer()]);
    let add = Kernel::new("add", |a: &[f32], b: &[f32], c: &mut [f32]| {
        for ((a, b), c) in a.iter().zip(b).zip(c) {
            *c = a + b + 1.0;
        }
    });
    assert_eq!(
        block_on(parts(&queue(), &pair, &list, &array, add)).unwrap(),
        3.0
    );
}

#[gpu_pipeline]
async fn blocking(
    #[updates] file: Vec<String>,
    #[reads] prefix: String,
    text: String,
    mut count: usize,
) -> Result<(usize, std::thread::ThreadId)> {
    let mut lines = Vec::new();
    #[stage(blocking, name = "write")]
    let thread = {
        for _ in 0..count {
            lines.push(text.clone());
        }
        count += 1;
        file.extend(lines.iter().map(|line| format!("{prefix}{line}")));
        std::thread::current().id()
    };
    assert!(lines.len() == count - 1);
    Ok((count, thread))
}

#[test]
fn blocking_stages_run_elsewhere_and_bring_their_locals_back() {
    let (file, prefix) = (Resource::new(Vec::new()), Resource::new("> ".to_owned()));
    let call = || blocking(&file, &prefix, "line".to_owned(), 2);
    let here = std::thread::current().id();
    let (count, thread) = block_on(call()).unwrap();
    assert_eq!(count, 3);
    assert_ne!(thread, here);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_ne!(runtime.block_on(call()).unwrap().1, here);
    assert_eq!(read(&file), ["> line"; 4]);
}

#[gpu_pipeline]
async fn receive(
    #[updates] socket: tokio::net::UdpSocket,
    #[updates] sequence: u32,
    #[writes] packet: Vec<u8>,
) -> Result<u32, std::io::Error> {
    {
        packet.resize(16, 0);
        let len = socket.recv(&mut packet).await?;
        packet.truncate(len);
        sequence += 1;
    }
    Ok(sequence)
}

#[test]
fn host_stages_await_and_any_value_is_a_resource() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let socket = Resource::new(socket).keep_on_failure();
        let (sequence, packet) = (Resource::new(0), Resource::ring([vec![], vec![]]));
        let calls: Vec<_> = (0..3)
            .map(|_| tokio::spawn(receive(&socket, &sequence, &packet)))
            .collect();
        let sender = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        for number in 0..3_u8 {
            sender.send_to(&[number], address).await.unwrap();
        }
        for (call, number) in calls.into_iter().zip(1..) {
            assert_eq!(
                call.await.unwrap().unwrap(),
                number,
                "frames receive one after another"
            );
        }
    });
}

#[gpu_pipeline]
async fn facts(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<f32>,
    #[writes] device: DeviceBuffer<f32>,
    log: Log<usize>,
) -> Result<usize> {
    let before = device.len();
    log.note(host.len());
    host.fill(1.0);
    queue.upload(&host, &mut device)?;
    let after = device.len() + host.len();
    Ok(before + after)
}

#[test]
fn facts_are_there_before_during_and_after_the_use() {
    let log = Log::default();
    let result = block_on(facts(
        &queue(),
        &host_buffers(1, 3),
        &device_buffers(1, 3),
        log.clone(),
    ));
    assert_eq!(result.unwrap(), 9);
    assert_eq!(log.entries(), [3]);
}

#[derive(Debug)]
enum Mine {
    Own(u8),
    #[allow(dead_code, reason = "for messages")]
    Library(gpu_stages::Error),
}

impl From<gpu_stages::Error> for Mine {
    fn from(error: gpu_stages::Error) -> Self {
        Mine::Library(error)
    }
}

#[gpu_pipeline]
async fn gives_up(#[updates] count: u8) -> std::result::Result<(), Mine> {
    count += 1;
    {
        let number = count;
        return Err(Mine::Own(number));
    }
}

/// An enum's variant looks like a call, and is none.
#[test]
fn values_that_are_made_name_no_stage() {
    let names = gives_up::SCHEDULE.stages.iter().map(|stage| stage.name);
    assert_eq!(names.collect::<Vec<_>>(), ["stage 1", "stage 2"]);
    let result = block_on(gives_up(&Resource::new(1)));
    assert!(matches!(result, Err(Mine::Own(2))), "{result:?}");
}
