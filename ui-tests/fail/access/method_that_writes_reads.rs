use gpu_stages::cpu::HostBuffer;
use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn write(#[reads] list: Vec<u8>, #[reads] host: HostBuffer<u8>) -> Result<()> {
    list.push(1);
    host[..2].fill(0);
    for slot in host.iter_mut() {
        *slot = 1;
    }
    Ok(())
}

fn main() {}
