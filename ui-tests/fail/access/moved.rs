use gpu_stages::{Result, gpu_pipeline};

fn consume(_: Vec<u8>) {}

struct Kept {
    x: Vec<u8>,
}

#[gpu_pipeline]
async fn take(#[updates] x: Vec<u8>) -> Result<Vec<u8>> {
    consume(x);
    let y = x;
    let kept = Kept { x };
    if y == kept.x {
        return Ok(x);
    }
    for value in x {
        drop(value);
    }
    Ok(x)
}

fn main() {}
