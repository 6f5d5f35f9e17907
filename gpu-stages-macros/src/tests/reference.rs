//! The mistakes in the reference fail with the errors below them, and its expansion is the one that the macro makes.

use super::options;
use crate::compile;
use quote::ToTokens;
use syn::{File, Item};

const REFERENCE: &str = include_str!("../../reference.md");

/// Each example that must not compile, and the error under it.
fn mistakes() -> Vec<(String, String)> {
    let blocks = REFERENCE.split("```compile_fail\n").skip(1);
    let mistakes = blocks.map(|block| {
        let (code, after) = block.split_once("```\n").expect("a block ends");
        let quote = after
            .trim_start()
            .strip_prefix("> ")
            .expect("the error is below it");
        let error = quote.lines().next().unwrap_or_default();
        let lines = code
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap_or(line));
        (lines.collect::<Vec<_>>().join("\n"), error.to_owned())
    });
    mistakes.collect()
}

/// The errors of the pipelines in `code`: the first line of each.
fn errors(code: &str) -> Vec<String> {
    let file: File = syn::parse_str(code).expect("the example is Rust");
    let mut errors = Vec::new();
    for item in file.items {
        let Item::Fn(mut function) = item else {
            continue;
        };
        let Some(options) = options(&mut function.attrs) else {
            continue;
        };
        let answer = compile::gpu_pipeline(options, function.to_token_stream());
        let answer: File = syn::parse2(answer).expect("the answer is Rust");
        for item in answer.items {
            if let Item::Macro(error) = item {
                let text: syn::LitStr = error.mac.parse_body().expect("an error has a text");
                errors.extend(text.value().lines().next().map(str::to_owned));
            }
        }
    }
    errors
}

#[test]
fn mistakes_fail_for_their_reasons() {
    let mistakes = mistakes();
    assert!(mistakes.len() >= 20, "{}", mistakes.len());
    for (code, error) in mistakes {
        assert_eq!(errors(&code), [error], "{code}");
    }
}

/// The pipeline in `code`, expanded: without documentation, and with short names.
fn expanded(code: &str) -> File {
    let mut file: File = syn::parse_str(code).expect("the example is Rust");
    let Some(Item::Fn(mut function)) = file.items.pop() else {
        panic!("the example is a function");
    };
    let options = options(&mut function.attrs).expect("the function is a pipeline");
    let answer = compile::gpu_pipeline(options, function.to_token_stream());
    let answer = prettyplease::unparse(&syn::parse2(answer).expect("the answer is Rust"));
    let is_code = |line: &&str| !line.trim_start().starts_with("///");
    let lines: Vec<&str> = answer.lines().filter(is_code).collect();
    let short = lines
        .join("\n")
        .replace("use ::gpu_stages::WaitDevice as _;", "")
        .replace("#[allow(non_camel_case_types)]\nenum round_trip {}", "")
        .replace("::gpu_stages::rt::", "")
        .replace("::gpu_stages::", "")
        .replace("::core::future::", "")
        .replace("::core::clone::", "")
        .replace("__", "");
    syn::parse_str(&short).expect("short names are names")
}

#[test]
fn the_expansion_is_what_the_macro_makes() {
    let (_, section) = REFERENCE.split_once("# Expands to").expect("the section");
    let code = |index: usize| -> String {
        let block = section.split("```\n").nth(index).expect("two blocks");
        let shown = block.lines().filter(|line| !line.starts_with("# "));
        shown.collect::<Vec<_>>().join("\n")
    };
    let shown: File = syn::parse_str(&code(3)).expect("the expansion is Rust");
    let made = prettyplease::unparse(&expanded(&code(1)));
    assert_eq!(prettyplease::unparse(&shown), made);
}
