use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn check(#[reads] x: Vec<u8>, #[reads] width: usize, n: usize) -> Result<usize> {
    if x.len() > n {
        fail!("too long: {x:?}");
    }
    if x.is_empty() {
        fail!("empty: {n:>width$}");
    }
    // The key of an object is no resource.
    let object = object!({ x: n, y: { width: n } });
    Ok(object)
}

fn main() {}
