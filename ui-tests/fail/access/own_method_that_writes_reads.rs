use gpu_stages::{Result, gpu_pipeline};

struct Counter(u64);

impl Counter {
    fn step(&mut self) {
        self.0 += 1;
    }
}

#[gpu_pipeline]
async fn write(#[reads] counter: Counter) -> Result<()> {
    counter.step();
    Ok(())
}

fn main() {}
