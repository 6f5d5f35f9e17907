use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8, early: bool) -> Result<u16> {
    if early {
        return Ok("early");
    }
    Ok(x)
}

fn main() {}
