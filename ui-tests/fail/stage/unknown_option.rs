use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8> {
    #[stage(nane = "read")]
    let y = x + 0;
    #[stage(device = 0, on(x))]
    let z = x + y;
    Ok(z)
}

fn main() {}
