//! Lists of resources: `#[reads] parts: [T]` and the like.

use futures::executor::block_on;
use futures::future::join_all;
use gpu_stages::cpu::{DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Error, Requests, Resource, Result, acquire, gpu_pipeline};
use gpu_stages_tests::{Gate, device_buffers, host_buffers, poll_once, queue};
use std::pin::pin;

fn add() -> Kernel {
    Kernel::new("add", |part: &[f32], total: &mut [f32]| {
        total.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
    })
}

fn numbers(count: u64) -> Vec<Resource<u64>> {
    (0..count).map(Resource::new).collect()
}

fn read(resource: &Resource<u64>) -> Result<u64> {
    block_on(resource.acquire_read()?.wait_events()).map(|guard| *guard)
}

#[gpu_pipeline]
async fn fill(
    #[queue] queue: Queue,
    #[writes] part: DeviceBuffer<f32>,
    kernel: Kernel,
) -> Result<()> {
    queue.launch(&kernel, 1, (&mut part,))
}

#[gpu_pipeline]
async fn sum_on_device(
    #[queue] queue: Queue,
    #[reads] parts: [DeviceBuffer<f32>],
    #[writes] total: DeviceBuffer<f32>,
    #[writes] host: HostBuffer<f32>,
    add: Kernel,
) -> Result<(usize, f32)> {
    let count = parts.len();
    queue.fill(&mut total, 0.0)?;
    for i in 0..parts.len() {
        queue.launch(&add, 1, (&parts[i], &mut total))?;
    }
    for part in &parts {
        queue.launch(&add, 1, (part, &mut total))?;
    }
    queue.download(&total, &mut host)?;
    assert_eq!(parts.len(), count);
    Ok((count, host[0]))
}

#[test]
fn as_many_parts_as_there_are() {
    let (producer, consumer) = (queue(), queue());
    let (total, host) = (device_buffers(1, 1), host_buffers(1, 1));
    for count in [0_u8, 1, 3, 20] {
        let parts: Vec<_> = (0..count).map(|_| device_buffers(1, 1)).collect();
        let produced = (1_u8..)
            .zip(&parts)
            .map(|(value, part)| fill(&producer, part, gpu_stages_tests::set(f32::from(value))));
        let produced = produced.collect::<Vec<_>>();
        let parts: Vec<_> = parts.iter().collect();
        let sum = sum_on_device(&consumer, &parts, &total, &host, add());
        let (produced, sum) = block_on(async { futures::join!(join_all(produced), sum) });
        assert!(produced.iter().all(Result::is_ok));
        let count = f32::from(count);
        assert_eq!(sum.unwrap(), (count as usize, count * (count + 1.0)));
    }
}

#[test]
fn a_list_is_ordered_after_the_writers_of_all_its_parts() {
    let queues: Vec<_> = (0..4).map(|_| queue()).collect();
    let parts: Vec<_> = (0..3).map(|_| device_buffers(1, 1)).collect();
    let (total, host) = (device_buffers(1, 1), host_buffers(1, 1));
    let gate = Gate::default();
    let kernels = [
        gate.kernel(1.0),
        gpu_stages_tests::set(2.0),
        gate.kernel(4.0),
    ];
    let produced = parts.iter().zip(&queues).zip(kernels);
    let produced: Vec<_> = produced
        .map(|((part, queue), kernel)| fill(queue, part, kernel))
        .collect();
    let listed: Vec<_> = parts.iter().collect();
    let mut sum = pin!(sum_on_device(&queues[3], &listed, &total, &host, add()));
    let mut produced = pin!(join_all(produced));
    assert!(poll_once(&mut produced).is_pending());
    assert!(poll_once(&mut sum).is_pending());
    // The next writer of a part is ordered after the list.
    let mut next = pin!(fill(&queues[0], &parts[2], gpu_stages_tests::set(100.0)));
    assert!(poll_once(&mut next).is_pending());
    gate.open();
    assert_eq!(block_on(sum).unwrap(), (3, 14.0));
    block_on(async { futures::join!(produced, next) })
        .1
        .unwrap();
}

#[gpu_pipeline]
async fn on_host(
    #[updates] counts: [u64],
    #[reads] steps: [u64],
    #[writes] sums: [u64],
) -> Result<u64> {
    for (count, step) in counts.iter_mut().zip(steps.iter()) {
        *count += step;
    }
    counts[0] += steps[1];
    for sum in &mut sums {
        *sum = 0;
    }
    for count in &counts {
        sums[0] += count;
    }
    let first: u64 = sums[0];
    Ok(first + counts.len() as u64)
}

#[test]
fn on_the_host_parts_are_the_values() {
    let (counts, steps, sums) = (numbers(3), numbers(3), numbers(2));
    let listed = |list: &'static [Resource<u64>]| list.iter().collect::<Vec<_>>();
    let leak = |list: Vec<Resource<u64>>| &*list.leak();
    let (counts, steps, sums) = (leak(counts), leak(steps), leak(sums));
    let call = on_host(&listed(counts), &listed(steps), &listed(sums));
    // 0 + 0 + 1, 1 + 1, 2 + 2
    assert_eq!(block_on(call).unwrap(), 7 + 3);
    let values = |list: &[Resource<u64>]| list.iter().map(|x| read(x).unwrap()).collect::<Vec<_>>();
    assert_eq!(values(counts), [1, 2, 4]);
    assert_eq!(values(sums), [7, 0]);
}

#[gpu_pipeline]
async fn spread(
    #[queue] queue: Queue,
    #[writes] parts: [DeviceBuffer<f32>],
    #[updates] last: [HostBuffer<f32>],
    value: f32,
) -> Result<usize> {
    for i in 0..parts.len() {
        queue.fill(&mut parts[i], value + i as f32)?;
    }
    queue.download(&parts[1], &mut last[0])?;
    last[0][0] += 0.5;
    Ok(last[0].len())
}

#[test]
fn each_part_that_is_written_gets_a_new_version() {
    let (queue, parts) = (queue(), [device_buffers(2, 1), device_buffers(2, 1)]);
    let host = host_buffers(1, 1);
    let old: Vec<_> = parts.iter().map(Resource::pin).collect();
    let listed: Vec<_> = parts.iter().collect();
    assert_eq!(block_on(spread(&queue, &listed, &[&host], 7.0)).unwrap(), 1);
    let get = |guard: Result<gpu_stages::Allocation<HostBuffer<f32>, _>>| {
        block_on(guard.unwrap().wait_events()).unwrap()[0]
    };
    assert_eq!(get(host.acquire_read()), 8.5);
    for (old, part) in old.iter().zip(&parts) {
        assert!(
            acquire((old.reads(), part.updates())).is_ok(),
            "another slot"
        );
    }
}

#[test]
fn one_resource_twice() {
    let (one, ring) = (Resource::new(1_u64), Resource::ring([1_u64, 2, 3]));
    let shared = [&one, &one];
    let (list, other) = acquire((Requests::reads(&shared), one.reads())).unwrap();
    let list = block_on(list.wait_events()).unwrap();
    assert_eq!((list[0], list[1]), (1, 1));
    drop((list, other));
    let error = |error: Option<Error>| match error {
        Some(Error::WaitsForItself { site }) => site.resource().to_string(),
        other => panic!("{other:?}"),
    };
    let updates = Requests::updates(&shared).named("parts");
    assert_eq!(error(acquire((updates,)).err()), "parts[1]");
    let writes = Requests::writes(&shared).named("parts");
    assert_eq!(error(acquire((writes,)).err()), "parts[1]");
    let reads = Requests::reads(&shared).named("parts");
    let update = one.updates().named("x");
    assert_eq!(error(acquire((reads, update)).err()), "x");
    // Two new versions, and the one before to read.
    let twice = [&ring, &ring];
    let (new, old) = acquire((Requests::writes(&twice), ring.reads())).unwrap();
    let (mut new, old) =
        block_on(async { futures::try_join!(new.wait_events(), old.wait_events()) }).unwrap();
    assert_eq!(*old, 1);
    (new[0], new[1]) = (10, 20);
    new.ready();
    drop(old);
    assert_eq!(read(&ring).unwrap(), 20, "the later one is the newest");
}

#[test]
fn an_error_names_the_part_and_all_are_handed_on() {
    let parts = numbers(3);
    let mut guard = block_on(parts[1].acquire_write().unwrap().wait_events()).unwrap();
    *guard = 0;
    drop(guard);
    let listed: Vec<_> = parts.iter().collect();
    let failed = block_on(on_host(&listed, &listed[..0], &listed[..0]));
    match failed {
        Err(Error::Poisoned { site, .. }) => assert_eq!(site.resource(), "counts[1]"),
        other => panic!("{other:?}"),
    }
    parts[1].clear_poison();
    for part in &parts {
        assert!(read(part).is_ok());
    }
}

#[test]
fn a_failed_stage_poisons_what_it_was_writing() {
    #[gpu_pipeline]
    async fn fails(#[writes] parts: [u64]) -> Result<()> {
        for part in &mut parts {
            *part += 1;
            if *part == 2 {
                let failure = gpu_stages::Failure::new(None, "on purpose");
                Err(std::sync::Arc::new(failure))?;
            }
        }
        Ok(())
    }
    let parts = numbers(2);
    assert!(block_on(fails(&[&parts[0], &parts[1]])).is_err());
    assert!(
        parts
            .iter()
            .all(|part| matches!(read(part), Err(Error::Poisoned { .. })))
    );
}

#[gpu_pipeline]
async fn append(
    #[updates] lists: [Vec<u64>],
    #[updates] last: Vec<u64>,
    number: u64,
) -> Result<()> {
    for list in &mut lists {
        list.push(number);
    }
    last.push(number);
    Ok(())
}

#[test]
fn all_are_acquired_in_one_step() {
    let lists: Vec<_> = (0..3).map(|_| Resource::new(Vec::new())).collect();
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let lists = &lists;
            scope.spawn(move || {
                let mut listed: Vec<_> = lists.iter().collect();
                listed.rotate_left(thread % 3);
                let last = listed.pop().unwrap();
                for round in 0..200 {
                    let number = thread as u64 * 1_000 + round;
                    block_on(append(&listed, last, number)).unwrap();
                }
            });
        }
    });
    let read = |list: &Resource<Vec<u64>>| {
        block_on(list.acquire_read().unwrap().wait_events())
            .unwrap()
            .clone()
    };
    assert_eq!(read(&lists[0]).len(), 800);
    assert!(lists[1..].iter().all(|list| read(list) == read(&lists[0])));
}

/// An opaque stage writes the list on one queue, and another stage reads it on a second queue.
#[gpu_pipeline]
async fn hidden(
    #[queue] first: Queue,
    #[queue] second: Queue,
    #[writes] parts: [DeviceBuffer<f32>],
    #[writes] a: DeviceBuffer<f32>,
    #[writes] b: DeviceBuffer<f32>,
    write: Kernel,
    read: Kernel,
) -> Result<()> {
    #[stage(queue = first, writes(parts))]
    first.launch(&write, 1, (&mut a,))?;
    second.fill(&mut b, 0.0)?;
    #[stage(queue = second, reads(parts))]
    second.launch(&read, 1, (&mut b,))?;
    Ok(())
}

#[test]
fn an_opaque_stage_uses_all_parts() {
    let (first, second) = (queue(), queue());
    let (a, b) = (device_buffers(1, 1), device_buffers(1, 1));
    let parts = [device_buffers(1, 1), device_buffers(1, 1)];
    let (gate, log) = (Gate::default(), gpu_stages_tests::Log::default());
    let kernel = |name: &'static str, gate: &Gate| {
        let (gate, log) = (gate.clone(), log.clone());
        Kernel::new(name, move |_: &mut [f32]| {
            gate.pass();
            log.note(name);
        })
    };
    let open = Gate::default();
    open.open();
    let (write, read) = (kernel("write", &gate), kernel("read", &open));
    let call = hidden(
        &first,
        &second,
        &[&parts[0], &parts[1]],
        &a,
        &b,
        write,
        read,
    );
    let mut call = pin!(call);
    assert!(poll_once(&mut call).is_pending());
    // The copy of the last part is ordered after all of it.
    let mut next = pin!(fill(&first, &parts[1], kernel("next", &open)));
    assert!(poll_once(&mut next).is_pending());
    gate.open();
    block_on(async { futures::try_join!(call, next) }).unwrap();
    assert_eq!(log.entries(), ["write", "read", "next"]);
}
