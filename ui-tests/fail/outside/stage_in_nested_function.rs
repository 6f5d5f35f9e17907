use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> Result<u8> {
    fn add(a: u8) -> u8 {
        #[stage(name = "add")]
        let b = a + 1;
        b
    }
    Ok(add(x))
}

fn main() {}
