use gpu_stages::{Result, gpu_pipeline};

#[gpu_pipeline]
#[tracing::instrument(skip_all)]
async fn below(#[updates] x: u64) -> Result<u64> {
    x += 1;
    Ok(x)
}

#[gpu_pipeline]
#[cfg_attr(unix, instrument)]
async fn conditional(#[updates] x: u64) -> Result<u64> {
    x += 1;
    Ok(x)
}

// What `#[instrument]` makes of a function when it is written above.
#[gpu_pipeline]
async fn above(#[updates] x: u64) -> Result<u64> {
    let __tracing_attr_span = span("above");
    let __tracing_instrument_future = async move {
        x += 1;
        Ok(x)
    };
    __tracing_instrument_future.instrument(__tracing_attr_span).await
}

fn main() {}
