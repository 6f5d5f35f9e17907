use gpu_stages::gpu_pipeline;

#[gpu_pipeline]
async fn get(#[reads] x: u8) -> (u8, u8) {
    (x, x)
}

fn main() {}
