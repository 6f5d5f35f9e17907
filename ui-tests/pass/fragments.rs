//! Pipelines that a `macro_rules!` writes: its fragments come to the pipeline in invisible groups.

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Resource, Result, gpu_pipeline};

macro_rules! scaled {
    ($vis:vis $name:ident, $ty:ty, $factor:expr, $format:literal) => {
        #[gpu_pipeline]
        $vis async fn $name(
            #[queue] queue: Queue,
            #[writes] host: HostBuffer<$ty>,
            #[writes] device: DeviceBuffer<$ty>,
            #[updates] total: $ty,
            kernel: Kernel,
        ) -> Result<(String, $ty)> {
            host.fill($factor);
            queue.upload(&host, &mut device)?;
            queue.launch(&kernel, device.len(), (&mut device, $factor))?;
            queue.download(&device, &mut host)?;
            // A product, not a sum.
            total += host[0] * $factor;
            Ok((format!($format, total, $factor * host[0]), total))
        }
    };
}

scaled!(scale, f32, 1.0 + 1.0_f32, "{} {}");
scaled!(pub(crate) scale_by_one, u32, 1_u32, "{} {}");

macro_rules! alternatives {
    ($pattern:pat, $block:block, $path:path, $statement:stmt, $meta:meta, $label:lifetime) => {
        #[$meta]
        #[gpu_pipeline]
        async fn alternatives(#[updates] total: u64, #[reads] choice: u64) -> Result<u64> {
            $statement;
            let found = match choice {
                $pattern => $path(choice),
                _ => None,
            };
            let bonus = if found.is_some() $block else { 0 };
            $label: loop {
                total += 1;
                break $label;
            }
            Ok(total + bonus)
        }
    };
}

alternatives!(1 | 2, { 10 }, Option::Some, let _unused = 1 + 1, allow(dead_code), 'once);

macro_rules! whole {
    ($item:item) => {
        #[gpu_pipeline]
        $item
    };
}

whole!(
    async fn incremented(#[updates] total: u64) -> Result<u64> {
        total += 1;
        Ok(total)
    }
);

macro_rules! named {
    ($name:literal, $barriers:expr) => {
        #[gpu_pipeline(max_barriers = $barriers)]
        async fn named(#[updates] total: u64) -> Result<u64> {
            #[stage(name = $name)]
            {
                total += 2;
            }
            Ok(total)
        }
    };
}

named!("adds two", 0);

pub fn main() -> Result<()> {
    futures::executor::block_on(async {
        let device = Device::new();
        let queue = Queue::new(&device)?;
        let scaling = Kernel::new("scale", |x: &mut [f32], factor: f32| {
            x.iter_mut().for_each(|x| *x *= factor);
        });
        let host = Resource::new(HostBuffer::new(&device, 2)?);
        let buffer = Resource::new(DeviceBuffer::new(&device, 2)?);
        let total = Resource::new(0.0);
        let scaled = scale(&queue, &host, &buffer, &total, scaling).await?;
        assert_eq!(scaled, ("8 8".to_owned(), 8.0));

        let scaling = Kernel::new("scale", |x: &mut [u32], factor: u32| {
            x.iter_mut().for_each(|x| *x *= factor);
        });
        let host = Resource::new(HostBuffer::new(&device, 2)?);
        let buffer = Resource::new(DeviceBuffer::new(&device, 2)?);
        let total = Resource::new(0);
        let scaled = scale_by_one(&queue, &host, &buffer, &total, scaling).await?;
        assert_eq!(scaled, ("1 1".to_owned(), 1));

        let total = Resource::new(0);
        assert_eq!(alternatives(&total, &Resource::new(2)).await?, 11);
        assert_eq!(alternatives(&total, &Resource::new(3)).await?, 2);
        assert_eq!(incremented(&total).await?, 3);
        assert_eq!(named(&total).await?, 5);
        assert_eq!(named::SCHEDULE.stages[0].name, "adds two");
        Ok(())
    })
}
