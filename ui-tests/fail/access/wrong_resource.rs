use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn show(#[reads] value: u64) -> Result<()> {
    println!("{value}");
    Ok(())
}

fn main() {
    let value = Resource::new(String::new());
    let _ = show(&value);
    let _ = show(&5);
}
