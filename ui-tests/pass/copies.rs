//! Values that are copied out of their resources, and resources that are called.

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use gpu_stages::{DeviceVisible, Resource, Result, gpu_pipeline};
use std::num::NonZeroU32;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    x: u32,
    y: u32,
}

type Scalar = f32;

fn sum(point: Point) -> u32 {
    point.x + point.y
}

#[gpu_pipeline]
async fn given(#[reads] point: Point) -> Result<(u32, Point)> {
    let copy = point;
    let Point { x, .. } = point;
    let sums = [sum(point), sum(copy)];
    match x {
        0 => Ok((0, point)),
        _ => Ok((sums[0] + sums[1], point)),
    }
}

#[gpu_pipeline]
async fn tuples(#[reads] pair: (u32, bool), #[reads] list: [f32; 3]) -> Result<(u32, [f32; 3])> {
    let (number, is_set) = pair;
    Ok((if is_set { number } else { 0 }, list))
}

#[gpu_pipeline]
async fn of_the_library(
    #[reads] time: Duration,
    #[reads] number: NonZeroU32,
    #[reads] scalar: Scalar,
    #[reads] option: Option<u32>,
) -> Result<(Duration, u32, f32, u32)> {
    let copy = number;
    Ok((time * 2, copy.get(), scalar, option.unwrap_or(7)))
}

#[gpu_pipeline]
async fn called(
    #[updates] next: Box<dyn FnMut() -> u32 + Send + Sync>,
    #[reads] twice: fn(u32) -> u32,
) -> Result<u32> {
    let first = next();
    Ok(twice(first) + next())
}

#[gpu_pipeline]
async fn ranges(
    #[queue] queue: Queue,
    #[reads] from: HostBuffer<u32>,
    #[writes] to: DeviceBuffer<u32>,
    #[writes] back: HostBuffer<u32>,
    count: usize,
) -> Result<u32> {
    let half = ..count / 2;
    queue.fill(&mut to, 0)?;
    queue.upload(&from[half], &mut to[half])?;
    queue.download(&to, &mut back)?;
    Ok(back.iter().sum())
}

#[derive(DeviceVisible)]
pub struct Net {
    weights: DeviceBuffer<u32>,
    #[device(skip)]
    labels: Vec<String>,
    #[device(skip)]
    name: String,
}

/// The lengths of collections that devices do not see are metadata.
#[gpu_pipeline]
async fn lengths(
    #[queue] queue: Queue,
    #[reads] net: Net,
    #[writes] host: HostBuffer<u32>,
) -> Result<usize> {
    queue.download(&net.weights, &mut host)?;
    if net.name.is_empty() {
        return Ok(0);
    }
    Ok(net.labels.len() + net.weights.len() + net.name.len())
}

pub fn main() -> Result<()> {
    futures::executor::block_on(async {
        let point = Point { x: 1, y: 2 };
        assert_eq!(given(&Resource::new(point)).await?, (6, point));
        let list = Resource::new([1.0; 3]);
        assert_eq!(
            tuples(&Resource::new((4, true)), &list).await?,
            (4, [1.0; 3])
        );
        let time = Resource::new(Duration::from_secs(1));
        let number = Resource::new(NonZeroU32::MIN);
        let option = Resource::new(None);
        let answer = of_the_library(&time, &number, &Resource::new(0.5), &option).await?;
        assert_eq!(answer, (Duration::from_secs(2), 1, 0.5, 7));

        let mut count = 0_u32;
        let next = move || {
            count += 1;
            count
        };
        let next: Box<dyn FnMut() -> u32 + Send + Sync> = Box::new(next);
        let twice: fn(u32) -> u32 = |x| 2 * x;
        assert_eq!(
            called(&Resource::new(next), &Resource::new(twice)).await?,
            4
        );

        let device = Device::new();
        let queue = Queue::new(&device)?;
        let mut from = HostBuffer::new(&device, 4)?;
        from.copy_from_slice(&[1, 2, 3, 4]);
        let from = Resource::new(from);
        let to = Resource::new(DeviceBuffer::new(&device, 4)?);
        let back = Resource::new(HostBuffer::new(&device, 4)?);
        assert_eq!(ranges(&queue, &from, &to, &back, 4).await?, 3);

        let net = Resource::new(Net {
            weights: DeviceBuffer::new(&device, 4)?,
            labels: vec!["a".to_owned(), "b".to_owned()],
            name: "abc".to_owned(),
        });
        assert_eq!(lengths(&queue, &net, &back).await?, 9);
        Ok(())
    })
}
