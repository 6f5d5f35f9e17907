use gpu_stages::{Result, gpu_pipeline};
use std::rc::Rc;

#[gpu_pipeline]
async fn get(#[owns] x: Rc<u8>) -> Result<u8> {
    Ok(*x)
}

fn main() {}
