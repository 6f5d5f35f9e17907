//! Long pipelines, which become several futures: with metadata, variables, opaque stages, errors and owned values.
#![deny(warnings)]

use gpu_stages::cpu::{Device, DeviceBuffer, HostBuffer, Kernel, Queue};
use gpu_stages::{Error, Resource, gpu_pipeline};
use std::cell::Cell;

#[derive(Debug)]
pub enum Failure {
    Library(#[allow(dead_code)] Error),
    Asked,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Library(error)
    }
}

/// Adds two to each element in every turn. `fails` fails between two stages.
#[gpu_pipeline]
#[allow(clippy::too_many_lines)]
async fn turns(
    #[queue] a: Queue,
    #[queue] b: Queue,
    #[updates] x: DeviceBuffer<u32>,
    #[writes] y: DeviceBuffer<u32>,
    #[writes] host: HostBuffer<u32>,
    #[updates] log: Vec<u32>,
    #[reads] step: u32,
    #[owns] scratch: DeviceBuffer<u32>,
    add: Kernel,
    count: Cell<u32>,
    fails: bool,
) -> Result<u32, Failure> {
    a.fill(&mut scratch, 0)?;
    a.launch(&add, x.len(), (&mut x,))?;
    b.copy(&x, &mut y)?;
    b.launch(&add, y.len(), (&mut y,))?;
    a.copy(&y, &mut x)?;
    log.push(step);
    a.launch(&add, x.len(), (&mut x,))?;
    b.copy(&x, &mut y)?;
    b.launch(&add, y.len(), (&mut y,))?;
    a.copy(&y, &mut x)?;
    log.push(step + 1);
    // A value that is `Send` and not `Sync` is used between the parts.
    count.set(count.get() + 1);
    let turns = count.get();
    if turns > 3 {
        return Ok(0);
    }
    a.launch(&add, x.len(), (&mut x,))?;
    b.copy(&x, &mut y)?;
    b.launch(&add, y.len(), (&mut y,))?;
    check(fails, &mut log)?;
    a.copy(&y, &mut x)?;
    #[stage(queue = a, reads(scratch))]
    a.launch(&add, x.len(), (&mut x,))?;
    b.copy(&x, &mut y)?;
    b.launch(&add, y.len(), (&mut y,))?;
    a.copy(&y, &mut x)?;
    {
        log.push(step + 2);
        log.push(turns);
    }
    let length = x.len() + y.len();
    a.launch(&add, x.len(), (&mut x,))?;
    b.copy(&x, &mut y)?;
    b.launch(&add, y.len(), (&mut y,))?;
    a.copy(&y, &mut x)?;
    b.download(&y, &mut host)?;
    log.push(host.iter().sum());
    for value in host.iter_mut() {
        *value += step;
    }
    a.upload(&host, &mut x)?;
    a.launch(&add, x.len(), (&mut x,))?;
    a.copy(&x, &mut scratch)?;
    b.download(&scratch, &mut host)?;
    log.push(u32::try_from(length).unwrap_or(0));
    Ok(host[0])
}

fn check(fails: bool, log: &mut Vec<u32>) -> Result<(), Failure> {
    if fails {
        log.clear();
        return Err(Failure::Asked);
    }
    Ok(())
}

fn is_spawned<T>(future: T) -> T
where
    T: std::future::Future + Send + 'static,
{
    future
}

pub fn main() -> Result<(), Failure> {
    futures::executor::block_on(async {
        let device = Device::new();
        let (a, b) = (Queue::new(&device)?, Queue::new(&device)?);
        let x = Resource::new(DeviceBuffer::new(&device, 2)?);
        let y = Resource::new(DeviceBuffer::new(&device, 2)?);
        let host = Resource::new(HostBuffer::new(&device, 2)?);
        let log = Resource::new(Vec::new());
        let step = Resource::new(100);
        let add = Kernel::new("add", |x: &mut [u32]| x.iter_mut().for_each(|x| *x += 1));
        let call = |fails: bool| {
            let scratch = DeviceBuffer::new(&device, 2)?;
            let (add, count) = (add.clone(), Cell::new(0));
            Ok::<_, Failure>(is_spawned(turns(
                &a, &b, &x, &y, &host, &log, &step, scratch, add, count, fails,
            )))
        };
        assert_eq!(call(false)?.await?, 111);
        {
            let log = log.acquire_read()?.wait_events().await?;
            assert_eq!(*log, [100, 101, 102, 1, 20, 4]);
        }
        // The failed stage poisons what it was writing.
        assert!(matches!(call(true)?.await, Err(Failure::Asked)));
        let poisoned = log.acquire_read()?.wait_events().await;
        assert!(matches!(poisoned, Err(Error::Poisoned { .. })));
        Ok(())
    })
}
