//! What expanding costs, in-process. A benchmark, which nothing depends on:
//!
//! `cargo test --release -p gpu-stages-macros --lib expansion_cost -- --ignored --nocapture`

use super::pipelines;
use crate::compile;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use std::time::{Duration, Instant};

/// A pipeline of `stages` stages on three queues and the host over `resources` buffers.
pub fn synthetic(stages: usize, resources: usize) -> TokenStream {
    let resource = |i: usize| format_ident!("r{}", i % resources);
    let declared = (0..resources).map(resource);
    let queues = ["q0", "q1", "q2"].map(|name| format_ident!("{name}"));
    let stages = (0..stages).map(|i| {
        let (from, to) = (resource(i), resource(i + 1));
        match i % 4 {
            3 => quote!(work(&#from, &mut #to);),
            queue => {
                let queue = &queues[queue];
                quote!(#queue.copy(&#from, &mut #to)?;)
            }
        }
    });
    quote! {
        pub async fn synthetic(
            #(#[queue] #queues: Queue,)*
            #(#[updates] #declared: HostBuffer<f32>,)*
        ) -> Result<()> {
            #(#stages)*
            Ok(())
        }
    }
}

/// Rustc's time for one future grows with the cube of its stages.
#[test]
fn a_long_pipeline_is_several_futures() {
    let futures = |stages: usize| {
        let resources = 31.min(stages / 2);
        let expanded = compile::gpu_pipeline(quote!(), synthetic(stages, resources)).to_string();
        assert!(!expanded.contains("compile_error"), "{expanded}");
        expanded.matches("async {").count()
    };
    assert_eq!(futures(20), 0, "few stages are one future");
    assert_eq!(futures(160), 10);
    assert_eq!(futures(320), 20);
}

/// The time of one expansion: the least of many, which is disturbed the least.
fn time(options: &TokenStream, function: &TokenStream) -> Duration {
    let once = || {
        let (options, function) = (options.clone(), function.clone());
        let start = Instant::now();
        let expanded = compile::gpu_pipeline(options, function);
        let time = start.elapsed();
        let text = expanded.to_string();
        assert!(!text.contains("compile_error"), "{text}");
        time
    };
    (0..20).map(|_| once()).min().unwrap_or_default()
}

fn report(name: &str, time: Duration) {
    println!("{name}: {:.3} ms", time.as_secs_f64() * 1e3);
}

#[test]
#[ignore = "a benchmark"]
fn expansion_cost() {
    for (options, function) in pipelines() {
        let name = syn::parse2::<syn::ItemFn>(function.clone())
            .expect("a function")
            .sig
            .ident;
        report(
            &name.to_string(),
            time(&options, &function.to_token_stream()),
        );
    }
    for (stages, resources) in [(4, 4), (25, 8), (50, 16), (100, 32), (200, 32), (400, 32)] {
        let time = time(&quote!(), &synthetic(stages, resources));
        report(&format!("{stages} stages, {resources} resources"), time);
        let per_stage = time.as_secs_f64() * 1e6 / stages as f64;
        println!("{stages} stages, {resources} resources, per stage: {per_stage:.1} µs");
    }
}
