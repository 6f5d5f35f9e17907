//! What resembles a misuse and is none.

#![deny(warnings, clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

const SAMPLES: usize = 4;

macro_rules! leave {
    ($error:expr) => {
        return Err($error)
    };
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Every branch writes, or leaves.
#[gpu_pipeline]
async fn every_branch(
    #[queue] queue: Queue,
    #[reads] host: HostBuffer<u32>,
    #[writes] a: DeviceBuffer<u32>,
    #[writes] b: DeviceBuffer<u32>,
    #[writes] result: HostBuffer<u32>,
    kind: u32,
) -> Result<u32, AnyError> {
    if kind > 2 {
        queue.upload(&host, &mut a)?;
    } else {
        queue.fill(&mut a, kind)?;
    }
    match kind {
        0 => queue.copy(&a, &mut b)?,
        1 if host.len() > 1 => queue.fill(&mut b, 7)?,
        2 => return Ok(2),
        3 => leave!("three".into()),
        4 => Err("four")?,
        _ => unreachable!("there are no more kinds"),
    }
    queue.copy(&b, &mut a)?;
    queue.download(&a, &mut result)?;
    Ok(result[0])
}

/// What is written under a condition is read under it.
#[gpu_pipeline]
async fn same_condition(
    #[queue] queue: Queue,
    #[writes] device: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    #[writes] label: String,
    on_device: bool,
    name: Option<String>,
) -> Result<u32> {
    if on_device {
        queue.fill(&mut device, 3)?;
    }
    if on_device {
        queue.download(&device, &mut host)?;
    }
    if let Some(name) = &name {
        label.clone_from(name);
    }
    if !on_device {
        return Ok(0);
    }
    let Some(name) = name else {
        return Ok(1);
    };
    assert!(label == name);
    Ok(host[0])
}

/// What the first turn of a loop writes, the next ones read.
#[gpu_pipeline]
async fn turns(
    #[queue] queue: Queue,
    #[writes] sum: DeviceBuffer<u32>,
    #[writes] part: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    #[writes] steps: Vec<u32>,
    add: Kernel,
    rounds: u32,
) -> Result<u32> {
    for round in 0..rounds {
        queue.fill(&mut part, round)?;
        if round == 0 {
            queue.copy(&part, &mut sum)?;
            continue;
        }
        queue.launch(&add, SAMPLES, (&part, &mut sum))?;
    }
    for round in 0..rounds {
        if round > 0 {
            for _ in 0..2 {
                queue.launch(&add, SAMPLES, (&part, &mut sum))?;
            }
        }
        queue.fill(&mut part, round)?;
    }
    queue.download(&sum, &mut host)?;
    for value in host.iter() {
        match steps.len() {
            0 => steps.push(*value),
            _ => steps[0] += 1,
        }
    }
    steps[0] += 1;
    Ok(steps[0])
}

/// References that go no further than the guard they come from; copies that do.
#[gpu_pipeline]
async fn references(
    #[queue] queue: Queue,
    #[reads] list: Vec<String>,
    #[writes] device: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
) -> Result<String> {
    let first = &list[0];
    let text = format!("{first} {}", list[1]);
    let lengths = &list.iter().map(String::len).collect::<Vec<_>>();
    {
        let target = &mut device;
        queue.fill(target, 2)?;
        let source = &device;
        queue.download(source, &mut host)?;
    }
    let value = &host[0];
    let next = *value + host[1];
    Ok(text + &format!(" {next} {}", lengths[0]))
}

/// One command uses a resource more than once.
#[gpu_pipeline]
async fn together(
    #[queue] queue: Queue,
    #[updates] pair: [DeviceBuffer<u32>; 2],
    #[updates] list: Vec<DeviceBuffer<u32>>,
    #[writes] sum: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    add: Kernel,
    add_two: Kernel,
) -> Result<u32> {
    queue.fill(&mut sum, 0)?;
    queue.launch(&add_two, SAMPLES, (&list[0], &list[0], &mut sum))?;
    {
        queue.copy(&sum[..2], &mut list[1][2..])?;
        queue.copy(&sum[2..], &mut list[1][..2])?;
    }
    {
        let (first, rest) = (&mut list).split_at_mut(1);
        queue.launch(&add, SAMPLES, (&*first[0], &mut *rest[0]))?;
    }
    {
        let [first, second] = &mut pair;
        queue.copy(&list[1], first)?;
        queue.launch(&add, SAMPLES, (&**first, &mut **second))?;
    }
    queue.download(&pair[1], &mut host)?;
    Ok(host[0])
}

struct Store {
    uploads: usize,
}

impl Store {
    fn upload(&mut self, samples: &[u32]) -> usize {
        self.uploads += samples.len();
        self.uploads
    }

    fn launch(self) -> usize {
        self.uploads
    }
}

/// Names that mean something else.
#[gpu_pipeline]
async fn other_names(
    #[reads] host: HostBuffer<u32>,
    #[allow(unused_mut)] mut store: Store,
    #[updates] store_of_all: Vec<usize>,
) -> Result<usize> {
    store.upload(&host);
    store_of_all.push(store.launch());
    Ok(store_of_all[0])
}

/// A pipeline within has its own declarations and stages.
#[gpu_pipeline]
async fn outer(#[reads] step: u32) -> Result<u32> {
    #[gpu_pipeline]
    async fn inner(#[updates] value: u32, step: u32) -> Result<u32> {
        #[stage(name = "add")]
        {
            value += step;
        }
        Ok(value)
    }
    let value = Resource::new(1);
    let mut result = step;
    result += inner(&value, 2).await?;
    Ok(result)
}

/// An error of the standard library holds those of this one.
#[gpu_pipeline]
async fn boxed(#[reads] text: String) -> std::result::Result<u32, AnyError> {
    Ok(text.parse()?)
}

pub fn main() -> Result<(), AnyError> {
    let device = Device::new();
    let queue = Queue::new(&device)?;
    let buffer = || DeviceBuffer::<u32>::new(&device, SAMPLES);
    let (a, b) = (Resource::new(buffer()?), Resource::new(buffer()?));
    let host = Resource::new(HostBuffer::new(&device, SAMPLES)?);
    let result = Resource::new(HostBuffer::new(&device, SAMPLES)?);
    let add = Kernel::new("add", |from: &[u32], to: &mut [u32]| {
        to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
    });
    let add_two = Kernel::new("add two", |a: &[u32], b: &[u32], to: &mut [u32]| {
        for (to, (a, b)) in to.iter_mut().zip(a.iter().zip(b)) {
            *to = a + b;
        }
    });
    futures::executor::block_on(async {
        assert_eq!(every_branch(&queue, &host, &a, &b, &result, 1).await?, 7);
        assert_eq!(every_branch(&queue, &host, &a, &b, &result, 2).await?, 2);
        let label = Resource::new(String::new());
        let name = Some(String::from("name"));
        let three = same_condition(&queue, &a, &result, &label, true, name).await?;
        assert_eq!(three, 3);
        let steps = Resource::new(Vec::new());
        // 0 + 1, and twice the 0 that the first turn of the second loop leaves; then one step for each value and
        // one more.
        let sum = turns(&queue, &a, &b, &result, &steps, add.clone(), 2).await?;
        assert_eq!(sum, 5);
        let list = Resource::new(vec![String::from("x"), String::from("yz")]);
        assert_eq!(references(&queue, &list, &a, &result).await?, "x yz 4 1");
        let pair = Resource::new([buffer()?, buffer()?]);
        let many = Resource::new(vec![buffer()?, buffer()?]);
        let sum = together(&queue, &pair, &many, &a, &result, add, add_two).await?;
        assert_eq!(sum, 0);
        let all = Resource::new(Vec::new());
        assert_eq!(other_names(&host, Store { uploads: 1 }, &all).await?, 5);
        assert_eq!(outer(&Resource::new(1)).await?, 4);
        let text = Resource::new(String::from("12"));
        assert!(matches!(boxed(&text).await, Ok(12)));
        Ok(())
    })
}
