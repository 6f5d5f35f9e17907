//! Without the standard prelude, and by another path of the library.
#![no_implicit_prelude]
#![deny(warnings)]

use ::gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Queue};
use ::gpu_stages::{DeviceVisible, Resource, gpu_pipeline};
use ::std::result::Result::Ok;
use ::std::{assert_eq, vec};

pub mod reexport {
    pub use ::gpu_stages;
}

#[derive(DeviceVisible)]
pub struct Pair {
    first: DeviceBuffer<u8>,
    second: DeviceBuffer<u8>,
}

#[gpu_pipeline]
async fn round_trip(
    #[queue] queue: Queue,
    #[writes] host: HostBuffer<u8>,
    #[writes] device: DeviceBuffer<u8>,
    #[updates] pair: Pair,
    #[owns] step: u8,
    value: u8,
) -> ::gpu_stages::Result<u8> {
    host.fill(value);
    queue.upload(&host, &mut device)?;
    queue.copy(&device, &mut pair.first)?;
    queue.copy(&pair.first, &mut pair.second)?;
    #[stage(queue = queue, reads(device))]
    queue.download(&pair.second, &mut host)?;
    step += 1;
    #[stage(blocking)]
    let sum = host[0] + step;
    if sum > 100 {
        return Ok(0);
    }
    Ok(sum)
}

macro_rules! pipelines {
    ($name:ident) => {
        #[$crate::reexport::gpu_stages::gpu_pipeline(crate = $crate::reexport::gpu_stages)]
        async fn $name(
            #[updates] x: ::std::vec::Vec<usize>,
        ) -> $crate::reexport::gpu_stages::Result<usize> {
            x.push(1);
            Ok(vec![x.len(), 2][0])
        }
    };
}

pipelines!(push);

fn main() -> ::gpu_stages::Result<()> {
    ::futures::executor::block_on(async {
        let device = Device::new();
        let queue = Queue::new(&device)?;
        let host = Resource::new(HostBuffer::new(&device, 2)?);
        let buffer = Resource::new(DeviceBuffer::new(&device, 2)?);
        let pair = Resource::new(Pair {
            first: DeviceBuffer::new(&device, 2)?,
            second: DeviceBuffer::new(&device, 2)?,
        });
        assert_eq!(round_trip(&queue, &host, &buffer, &pair, 1, 4).await?, 6);
        assert_eq!(push(&Resource::new(vec![])).await?, 1);
        Ok(())
    })
}
