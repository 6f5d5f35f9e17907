use gpu_stages::Result;

async fn get(#[reads] x: u8) -> Result<u8> {
    #[stage(name = "add")]
    let y = x + 1;
    Ok(y)
}

fn main() {}
