use gpu_stages::{Result, gpu_pipeline};

struct Text<'a>(&'a str);

#[gpu_pipeline]
async fn get(#[updates] x: usize, name: &str, text: Text<'_>) -> Result<usize> {
    #[stage(blocking)]
    {
        x += name.len() + text.0.len();
    }
    Ok(x)
}

fn main() {}
