use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn count(#[reads] list: Vec<u8>, #[updates] total: usize) -> Result<usize> {
    let longer = |length: usize| list.iter().filter(|it| usize::from(**it) > length).count();
    total += 1;
    total += longer(total);
    Ok(total)
}

#[gpu_pipeline]
async fn later(#[reads] list: Vec<u8>, #[updates] total: usize) -> Result<usize> {
    let first = async { list.first().copied() };
    total += usize::from(first.await.unwrap_or(0));
    Ok(total)
}

fn main() {}
