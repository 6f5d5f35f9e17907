use gpu_stages::gpu_pipeline;

#[gpu_pipeline]
async fn add(#[updates] x: u8) {
    x += 1;
}

fn main() {}
