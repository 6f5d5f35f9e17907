use gpu_stages::cpu::DeviceBuffer;
use gpu_stages::{Result, gpu_pipeline};

struct Stream;

impl Stream {
    fn run<T: ?Sized>(&self, _: &mut T) {}
}

#[gpu_pipeline]
async fn run(
    #[queue] stream: Stream,
    #[writes] x: DeviceBuffer<u8>,
    #[writes] y: DeviceBuffer<u8>,
) -> Result<()> {
    stream.run(&mut x);
    stream.run(&mut y);
    Ok(())
}

fn main() {}
