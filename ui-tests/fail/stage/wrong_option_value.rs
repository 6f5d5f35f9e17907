use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8> {
    #[stage(name)]
    let y = x + 0;
    #[stage(blocking = true, name = 1)]
    let z = x + y;
    #[stage]
    let a = x + z;
    #[stage(name = "a", name = "b")]
    #[stage(blocking)]
    Ok(a + x)
}

fn main() {}
