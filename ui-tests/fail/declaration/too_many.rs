use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn sum(
    #[reads] a: u8, #[reads] b: u8, #[reads] c: u8, #[reads] d: u8, #[reads] e: u8, #[reads] f: u8,
    #[reads] g: u8, #[reads] h: u8, #[reads] i: u8, #[reads] j: u8, #[reads] k: u8, #[reads] l: u8,
    #[reads] m: u8, #[reads] n: u8, #[reads] o: u8, #[reads] p: u8, #[reads] q: u8,
) -> Result<u8> {
    Ok(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q)
}

fn main() {}
