use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[updates] x: u8) -> Result<u8> {
    #[stage(blocking)]
    {
        std::future::ready(1).await;
        x += 1;
        if x > 1 {
            return Ok(0);
        }
    }
    Ok(x)
}

fn main() {}
