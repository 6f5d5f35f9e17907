use gpu_stages::gpu_pipeline;

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> impl Copy {
    Ok(x)
}

fn main() {}
