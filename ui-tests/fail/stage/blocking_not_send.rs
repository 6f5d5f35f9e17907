use gpu_stages::{Result, gpu_pipeline};
use std::rc::Rc;

#[gpu_pipeline]
async fn add(#[updates] x: u8) -> Result<u8> {
    let counter = Rc::new(1);
    #[stage(blocking)]
    {
        x += *counter;
    }
    Ok(x + *counter)
}

fn main() {}
