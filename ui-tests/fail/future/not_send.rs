use gpu_stages::{Resource, Result, gpu_pipeline};
use std::rc::Rc;

#[gpu_pipeline]
async fn get(#[reads] x: u8, offset: Rc<u8>) -> Result<u8> {
    Ok(x + *offset)
}

#[gpu_pipeline]
async fn local(#[reads] x: u8) -> Result<u8> {
    let offset = Rc::new(1);
    std::future::ready(()).await;
    Ok(x + *offset)
}

fn spawn<T>(_: impl Future<Output = T> + Send + 'static) {}

fn main() {
    let x = Resource::new(1);
    spawn(get(&x, Rc::new(1)));
    spawn(local(&x));
}
