use gpu_stages::cpu::HostBuffer;
use gpu_stages::{Result, gpu_pipeline};

pub struct State {
    count: u64,
}

impl State {
    fn count(&self) -> u64 {
        self.count
    }
}

#[gpu_pipeline]
async fn get(
    #[reads] host: HostBuffer<f32>,
    #[reads] state: State,
    #[reads] limit: u32,
) -> Result<u8> {
    let first: u8 = host[0];
    let count: u8 = state.count;
    let called: u8 = state.count();
    let next: u8 = limit + 1;
    let more: u8 = 1 + limit;
    let missing = state.missing;
    Ok(first + count + called + next + more + missing)
}

fn main() {}
