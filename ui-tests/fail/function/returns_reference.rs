use gpu_stages::gpu_pipeline;

struct Text<'a>(&'a str);

#[gpu_pipeline]
async fn samples(#[reads] host: Vec<f32>) -> gpu_stages::Result<&[f32]> {
    Ok(&host[..])
}

#[gpu_pipeline]
async fn text(#[reads] words: String, n: usize) -> gpu_stages::Result<Text<'_>> {
    Ok(Text(&words[n..]))
}

fn main() {}
