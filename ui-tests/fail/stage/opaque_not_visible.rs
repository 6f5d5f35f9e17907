use gpu_stages::cpu::Queue;
use gpu_stages::{Result, gpu_pipeline};

struct Plan;

#[gpu_pipeline]
async fn get(#[queue] queue: Queue, #[updates] plan: Plan) -> Result<()> {
    #[stage(queue = queue, writes(plan))]
    {};
    Ok(())
}

fn main() {}
