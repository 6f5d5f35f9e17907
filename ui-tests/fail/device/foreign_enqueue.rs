use gpu_stages::{Result, gpu_pipeline};

struct Kernel;

impl Kernel {
    fn cmd(&self) -> &Self {
        self
    }

    unsafe fn enq(&self) -> Result<()> {
        Ok(())
    }
}

#[gpu_pipeline]
async fn run(#[updates] count: u64, kernel: Kernel) -> Result<u64> {
    unsafe { kernel.enq()? };
    count += 1;
    unsafe {
        kernel.cmd().enq()?;
        count += 1;
    }
    Ok(count)
}

fn main() {}
