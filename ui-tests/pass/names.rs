//! Names of parameters: raw identifiers, and those in format strings.

use gpu_stages::{Resource, Result, gpu_pipeline};

#[gpu_pipeline]
async fn raw_resource(#[updates] r#type: u64, #[reads] r#match: Vec<u8>) -> Result<String> {
    r#type += 1;
    assert!(!r#match.is_empty(), "{match:?}");
    Ok(format!("{type} {match:?} {}", r#type))
}

#[gpu_pipeline]
async fn raw_argument(#[reads] x: u64, r#type: &str) -> Result<String> {
    Ok(format!("{type} {x}"))
}

/// A raw identifier need not be a keyword.
#[gpu_pipeline]
async fn raw_or_not(#[updates] r#total: u64, r#step: u64) -> Result<u64> {
    total += step;
    Ok(r#total)
}

#[gpu_pipeline]
async fn widths(#[reads] x: f64, #[reads] width: usize, precision: usize) -> Result<String> {
    let text = format!("{x:>width$.precision$}");
    let arguments = format!("[{}]", format_args!("{x:width$}"));
    Ok(text + &arguments)
}

pub fn main() -> Result<()> {
    futures::executor::block_on(async {
        let number = Resource::new(1);
        let bytes = Resource::new(vec![2]);
        assert_eq!(raw_resource(&number, &bytes).await?, "2 [2] 2");
        assert_eq!(raw_argument(&number, "type").await?, "type 2");
        assert_eq!(raw_or_not(&number, 3).await?, 5);
        let half = Resource::new(0.5);
        assert_eq!(widths(&half, &Resource::new(6), 2).await?, "  0.50[   0.5]");
        Ok(())
    })
}
