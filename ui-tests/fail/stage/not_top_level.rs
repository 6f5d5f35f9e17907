use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[updates] x: u8) -> Result<u8> {
    for i in 0..2 {
        #[stage(blocking)]
        {
            x += i;
        }
    }
    Ok(x)
}

fn main() {}
