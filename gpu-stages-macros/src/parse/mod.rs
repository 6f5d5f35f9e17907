//! Tokens to syntax. What cannot be read is reported and left out, so that the rules can look at the rest.

mod attributes;
mod opaque;
mod options;
mod params;
mod statements;

use crate::diagnostics::Errors;
use crate::syntax::{Options, Pipeline, is_scalar};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{FnArg, ItemFn, ReturnType, Safety, Signature, TraitItemFn, Type};

pub use options::options;

/// Reads the function under the attribute. What is none comes back as it is to be emitted.
pub fn function(
    options: Options,
    item: TokenStream,
    errors: &mut Errors,
) -> Result<Pipeline, TokenStream> {
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(_) => {
            errors.report(
                &item,
                "`#[gpu_pipeline]` stands on a function with a body",
                "put it on an `async fn`",
            );
            return Err(without_declarations(item));
        }
    };
    qualifiers(&function.sig, errors);
    let output = output(&function.sig, errors);
    let (receiver, params) = params::params(function.sig.inputs, errors);
    Ok(Pipeline {
        options,
        attrs: attributes::outer(function.attrs),
        vis: function.vis,
        name: function.sig.ident,
        generics: function.sig.generics,
        receiver,
        params,
        output,
        statements: statements::statements(function.block.stmts, errors),
    })
}

/// A function without a body, as it is without the declarations, which rustc does not know.
fn without_declarations(item: TokenStream) -> TokenStream {
    match syn::parse2::<TraitItemFn>(item.clone()) {
        Ok(mut function) => {
            for input in &mut function.sig.inputs {
                match input {
                    FnArg::Receiver(input) => input.attrs.clear(),
                    FnArg::Typed(input) => input.attrs.clear(),
                }
            }
            function.into_token_stream()
        }
        Err(_) => item,
    }
}

fn qualifiers(sig: &Signature, errors: &mut Errors) {
    if sig.asyncness.is_none() {
        errors.report(
            sig.fn_token,
            "a pipeline is an `async fn`",
            "write `async fn`: the pipeline's stages wait for each other by awaiting",
        );
    }
    if let Some(constness) = &sig.constness {
        errors.report(constness, "a pipeline cannot be `const`", "remove `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.report(
            token,
            "a pipeline cannot be `unsafe`",
            "remove `unsafe`, and put what is unsafe into an `unsafe` block of the stage that needs it",
        );
    }
    if let Some(abi) = &sig.abi {
        errors.report(abi, "a pipeline cannot be `extern`", "remove `extern`");
    }
    if let Some(variadic) = &sig.variadic {
        errors.report(
            variadic,
            "a pipeline cannot be variadic",
            "name every parameter",
        );
    }
}

/// The declared return type, or `()` where there is none that can be used.
fn output(sig: &Signature, errors: &mut Errors) -> Type {
    let help = "return `Result<T, E>`, under any alias, with `E: From<gpu_stages::Error>`";
    let unit = syn::parse_quote!(());
    match &sig.output {
        ReturnType::Default => {
            errors.report(&sig.ident, "a pipeline returns a `Result`", help);
            unit
        }
        ReturnType::Type(_, ty) if may_be_result(ty) => Type::clone(ty),
        ReturnType::Type(_, ty) => {
            errors.report(ty, "a pipeline returns a `Result`", help);
            unit
        }
    }
}

/// Whether a type can be an alias of `Result`. Of those that certainly are none, rustc would say more than once
/// that they are not.
fn may_be_result(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            let others = ["Box", "Option", "String", "Vec"];
            let mut words = path.path.segments.iter();
            let is_other = match (words.next(), words.next()) {
                (Some(word), None) => others.iter().any(|other| word.ident == other),
                _ => false,
            };
            !is_scalar(ty) && !is_other
        }
        Type::Macro(_) | Type::Group(_) => true,
        _ => false,
    }
}
