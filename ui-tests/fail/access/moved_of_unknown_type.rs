use gpu_stages::{Result, gpu_pipeline};

pub struct Sample {
    data: Vec<u8>,
}

fn consume(_: Sample) {}

#[gpu_pipeline]
async fn take(#[updates] sample: Sample) -> Result<Sample> {
    sample.data.push(1);
    consume(sample);
    let kept = sample;
    drop(kept);
    Ok(sample)
}

fn main() {}
