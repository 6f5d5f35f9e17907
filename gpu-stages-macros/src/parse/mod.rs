//! Tokens to syntax. Unreadable parts are reported and left out, so that the rules can check the rest.

mod attributes;
mod function;
mod opaque;
mod options;
mod output;
mod params;
mod statements;
mod unreadable;

use crate::diagnostics::Errors;
use crate::syntax::{Options, Pipeline};
use function::Function;
use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::{FnArg, Safety, Signature, TraitItemFn};

pub use options::options;

/// What is emitted beside the errors instead of a pipeline.
pub enum Unread {
    /// An item that is no function.
    Item(TokenStream),
    /// A function whose body cannot be read, and the body.
    Body(Box<Pipeline>, Group),
}

/// Reads the function under the attribute.
pub fn function(
    options: Options,
    item: TokenStream,
    errors: &mut Errors,
) -> Result<Pipeline, Unread> {
    let item = unreadable::readable(item, errors);
    let mut function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(_) => return Err(Unread::Item(no_function(item, errors))),
    };
    for attr in attributes::take_again(&mut function.attrs) {
        errors.report(
            attr,
            format!("`{}` has `#[gpu_pipeline]` twice", function.sig.ident),
            "keep one `#[gpu_pipeline]`, with all options",
        );
    }
    for attr in attributes::take_spans(&mut function.attrs) {
        errors.report(attr, IN_SPAN, NO_SPAN);
    }
    let is_instrumented = attributes::is_instrumented(&function.body);
    if is_instrumented {
        errors.report(&function.sig.ident, IN_SPAN, NO_SPAN);
    }
    qualifiers(&function.sig, errors);
    let output = output::output(&function.sig, errors);
    let (receiver, params) = params::params(function.sig.inputs, errors);
    let (stmts, is_read) = match function.stmts {
        Ok(_) if is_instrumented => (Vec::new(), false),
        Ok(stmts) => (stmts, true),
        Err(error) => {
            errors.syntax(error);
            (Vec::new(), false)
        }
    };
    let pipeline = Pipeline {
        options,
        attrs: attributes::outer(function.attrs),
        vis: function.vis,
        fn_token: function.sig.fn_token,
        name: function.sig.ident,
        generics: function.sig.generics,
        receiver,
        params,
        output,
        statements: statements::statements(stmts, errors),
        braces: function.body.span(),
    };
    if is_read {
        Ok(pipeline)
    } else {
        Err(Unread::Body(Box::new(pipeline), function.body))
    }
}

/// What is wrong with `#[instrument]` on a pipeline, and what to do.
const IN_SPAN: &str = "`#[instrument]` does not see what a pipeline does: the call only acquires, and its future runs";
const NO_SPAN: &str = "remove it, and enable the feature `tracing` of `gpu-stages`: each call and each stage has a \
                       span then";

/// Reports that `item` is no function with a body. Returns it without declarations, which rustc does not know.
fn no_function(item: TokenStream, errors: &mut Errors) -> TokenStream {
    match syn::parse2::<TraitItemFn>(item.clone()) {
        Ok(mut function) => {
            errors.report(
                &function.sig.ident,
                format!("the function `{}` has no body", function.sig.ident),
                "put `#[gpu_pipeline]` on its implementation",
            );
            for input in &mut function.sig.inputs {
                match input {
                    FnArg::Receiver(input) => input.attrs.clear(),
                    FnArg::Typed(input) => input.attrs.clear(),
                }
            }
            function.into_token_stream()
        }
        Err(_) => {
            errors.report(
                &item,
                "`#[gpu_pipeline]` is not on a function",
                "put it on an `async fn`",
            );
            item
        }
    }
}

fn qualifiers(sig: &Signature, errors: &mut Errors) {
    if sig.asyncness.is_none() {
        errors.report(
            sig.fn_token,
            "a pipeline is an `async fn`",
            "write `async fn`: the generated code awaits resources",
        );
    }
    if let Some(constness) = &sig.constness {
        errors.report(constness, "a pipeline cannot be `const`", "remove `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        errors.report(
            token,
            "a pipeline cannot be `unsafe`",
            "remove `unsafe`, and use an `unsafe` block in the stage that needs it",
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
