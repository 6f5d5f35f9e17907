//! Tokens to syntax. Unreadable parts are reported and left out, so that the rules can check the rest.

mod attributes;
mod function;
mod opaque;
mod options;
mod params;
mod statements;

use crate::diagnostics::Errors;
use crate::syntax::{Options, Pipeline, is_scalar};
use function::Function;
use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, PathArguments, ReturnType, Safety, Signature, TraitItemFn, Type,
};

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
    let output = output(&function.sig, errors);
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
        name: function.sig.ident,
        generics: function.sig.generics,
        receiver,
        params,
        output,
        statements: statements::statements(stmts, errors),
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

/// The declared return type, or `()` if there is no usable one.
fn output(sig: &Signature, errors: &mut Errors) -> Type {
    let help = "return `Result<T, E>`, under any alias, with `E: From<gpu_stages::Error>`";
    let unit = syn::parse_quote!(());
    match &sig.output {
        ReturnType::Default => {
            errors.report(&sig.ident, "a pipeline returns a `Result`", help);
            unit
        }
        ReturnType::Type(_, ty) if may_be_result(ty) => {
            if let Some(error) = error_of(ty).filter(|error| is_no_error(error)) {
                errors.report(
                    error,
                    "this error type cannot hold the errors of the library",
                    "use `gpu_stages::Error`, or an error type that implements `From<gpu_stages::Error>`",
                );
            }
            Type::clone(ty)
        }
        ReturnType::Type(_, ty) => {
            errors.report(ty, "a pipeline returns a `Result`", help);
            unit
        }
    }
}

/// The `E` of `Result<T, E>`.
fn error_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Result" => {
            match arguments.args.iter().nth(1)? {
                GenericArgument::Type(error) => Some(error),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether `From<gpu_stages::Error>` cannot be implemented for a type. Rustc would report it at every wait.
fn is_no_error(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.is_ident("String") || is_scalar(ty),
        Type::Reference(reference) => {
            matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("str"))
        }
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        _ => false,
    }
}

/// Whether a type can be an alias of `Result`. If it cannot, rustc would report that several times.
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
        Type::Macro(_) => true,
        _ => false,
    }
}
