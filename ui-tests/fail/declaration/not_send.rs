use gpu_stages::{Result, gpu_pipeline};
use std::cell::Cell;
use std::rc::Rc;

#[gpu_pipeline]
async fn count(#[updates] x: Rc<u8>) -> Result<()> {
    x = Rc::new(1);
    Ok(())
}

#[gpu_pipeline]
async fn shared(#[reads] x: Cell<u8>) -> Result<u8> {
    Ok(x.get())
}

fn main() {}
