use gpu_stages::cpu::{DeviceBuffer, Queue};
use gpu_stages::{Result, gpu_pipeline};

#[allow(unused_macros)]
macro_rules! twice {
    ($e:expr) => {
        ($e, $e)
    };
}

#[gpu_pipeline]
async fn take(#[queue] queue: Queue, #[writes] x: DeviceBuffer<u8>, #[reads] n: u8) -> Result<()> {
    let pair = twice!(n);
    twice!(queue.fill(&mut x, pair.0));
    Ok(())
}

fn main() {}
