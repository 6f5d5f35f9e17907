use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
async fn sum(
    #[reads] a: u8, #[reads] b: u8, #[reads] c: u8, #[reads] d: u8, #[reads] e: u8, #[reads] f: u8,
    #[reads] g: u8, #[reads] h: u8, #[reads] i: u8, #[reads] j: u8, #[reads] k: u8, #[reads] l: u8,
    #[reads] m: u8, #[reads] n: u8, #[reads] o: u8, #[reads] p: u8, #[reads] q: u8, #[reads] r: u8,
    #[reads] s: u8, #[reads] t: u8, #[reads] u: u8, #[reads] v: u8, #[reads] w: u8, #[reads] x: u8,
    #[reads] y: u8, #[reads] z: u8, #[reads] aa: u8, #[reads] ab: u8, #[reads] ac: u8, #[reads] ad: u8,
    #[reads] ae: u8, #[reads] af: u8, #[reads] ag: u8,
) -> Result<u8> {
    Ok(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p + q + r
        + s + t + u + v + w + x + y + z + aa + ab + ac + ad + ae + af + ag)
}

fn main() {}
