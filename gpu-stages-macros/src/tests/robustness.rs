//! Whatever is written, the macro answers: with a function, or with errors.

use super::{Input, pipelines, programs};
use crate::compile;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

/// Every variant of `tokens` that `change` makes at one place, however deep.
fn changed(
    tokens: &TokenStream,
    change: fn(&[TokenTree], usize) -> Vec<TokenTree>,
) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut variants = Vec::new();
    for (index, tree) in trees.iter().enumerate() {
        variants.push(change(&trees, index).into_iter().collect());
        let TokenTree::Group(group) = tree else {
            continue;
        };
        for inner in changed(&group.stream(), change) {
            let mut outer = trees.clone();
            outer[index] = Group::new(group.delimiter(), inner).into();
            variants.push(outer.into_iter().collect());
        }
    }
    variants
}

fn delete(trees: &[TokenTree], index: usize) -> Vec<TokenTree> {
    [&trees[..index], &trees[index + 1..]].concat()
}

fn truncate(trees: &[TokenTree], index: usize) -> Vec<TokenTree> {
    trees[..index].to_vec()
}

fn double(trees: &[TokenTree], index: usize) -> Vec<TokenTree> {
    [&trees[..=index], &trees[index..]].concat()
}

fn swap(trees: &[TokenTree], index: usize) -> Vec<TokenTree> {
    let mut trees = trees.to_vec();
    let next = (index + 1).min(trees.len() - 1);
    trees.swap(index, next);
    trees
}

/// Every variant of `tokens`.
pub fn variants(tokens: &TokenStream) -> Vec<TokenStream> {
    let changes = [delete, truncate, double, swap];
    changes
        .into_iter()
        .flat_map(|change| changed(tokens, change))
        .collect()
}

/// Of the variants of whole programs every tenth is tried: all of them take minutes.
const SOME: usize = 10;

/// Every `nth` variant of each input, and all of its options, are answered.
fn survives(inputs: Vec<Input>, change: fn(&[TokenTree], usize) -> Vec<TokenTree>, nth: usize) {
    for (options, function) in inputs {
        for variant in changed(&function, change).into_iter().step_by(nth) {
            let answer = compile::gpu_pipeline(options.clone(), variant.clone());
            assert!(!answer.is_empty() || variant.is_empty());
            // What is Rust stays Rust.
            if syn::parse2::<syn::ItemFn>(variant.clone()).is_ok() {
                let file = syn::parse2::<syn::File>(answer.clone());
                assert!(file.is_ok(), "{variant}\nbecomes\n{answer}");
            }
        }
        for variant in changed(&options, change) {
            assert!(!compile::gpu_pipeline(variant, function.clone()).is_empty());
        }
    }
}

#[test]
fn a_token_is_missing() {
    survives(pipelines(), delete, 1);
    survives(programs(), delete, SOME);
}

#[test]
fn the_end_is_missing() {
    survives(pipelines(), truncate, 1);
    survives(programs(), truncate, SOME);
}

#[test]
fn a_token_is_there_twice() {
    survives(pipelines(), double, 1);
}

#[test]
fn two_tokens_are_swapped() {
    survives(pipelines(), swap, 1);
}

#[test]
fn no_function_at_all() {
    for item in [
        quote!(),
        quote!(
            struct S;
        ),
        quote!(fn),
        quote!(
            async fn f();
        ),
        quote!(
            mod m {}
        ),
    ] {
        let answer = compile::gpu_pipeline(quote!(), item.clone()).to_string();
        assert!(
            answer.starts_with(&item.to_string()),
            "the item is kept: {answer}"
        );
        assert!(answer.contains("compile_error"), "{answer}");
    }
}

/// A function with errors still has its callers' type, and its body where only the editor looks.
#[test]
fn errors_leave_a_function() {
    let item = quote! {
        async fn f(#[read] x: Vec<u8>, #[queue] q: Queue, n: &str) -> Result<u8> {
            q.run(x);
            Ok(0)
        }
    };
    let answer = compile::gpu_pipeline(quote!(), item);
    let file: syn::File = syn::parse2(answer).expect("the answer is Rust");
    let answer = prettyplease::unparse(&file);
    expect_test::expect![[r##"
        #[allow(unused, unexpected_cfgs, clippy::all, clippy::pedantic)]
        fn f<'__n>(
            x: &::gpu_stages::Readable<Vec<u8>>,
            q: &Queue,
            n: &'__n str,
        ) -> impl ::core::future::Future<Output = Result<u8>> + use<> {
            #[cfg(rust_analyzer)]
            let _ = async move {
                let mut x: Vec<u8> = ::core::unimplemented!();
                let mut q: Queue = ::core::unimplemented!();
                q.run(x);
                Ok(0)
            };
            async move { ::core::unreachable!() }
        }
        /// The stages of `f` and their synchronisation.
        #[allow(non_camel_case_types)]
        enum f {}
        impl f {
            /// The stages of `f` and their synchronisation.
            const SCHEDULE: ::gpu_stages::Schedule = ::gpu_stages::Schedule::new("f", &[]);
        }
        ::core::compile_error! {
            "there is no declaration `#[read]`\n\nhelp: did you mean `#[reads]`?"
        }
        ::core::compile_error! {
            "a stage on `q` does not see the value of `x`\n\nhelp: write `&x` to read it there, `&mut x` to write it"
        }
    "##]].assert_eq(&answer);
}
