use gpu_stages::gpu_pipeline;

#[gpu_pipeline]
struct Frame;

fn main() {}
