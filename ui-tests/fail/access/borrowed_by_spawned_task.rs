use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn print(#[reads] total: u64) -> Result<()> {
    std::thread::spawn(|| println!("{total}"));
    Ok(())
}

fn main() {}
