//! The return type.

use crate::diagnostics::Errors;
use crate::syntax::{is_borrowed, is_declaration, is_scalar};
use syn::visit::{self, Visit};
use syn::{
    FnArg, GenericArgument, Lifetime, ParenthesizedGenericArguments, PathArguments, ReturnType,
    Signature, Type, TypeFnPtr, TypeReference,
};

/// The declared return type, or `()` if there is no usable one.
pub fn output(sig: &Signature, errors: &mut Errors) -> Type {
    let help = "return `Result<T, E>`, under any alias, with `E: From<gpu_stages::Error>`";
    let unit = syn::parse_quote!(());
    match &sig.output {
        ReturnType::Default => {
            errors.report(&sig.ident, "a pipeline returns a `Result`", help);
            unit
        }
        ReturnType::Type(_, ty) if may_be_result(ty) && lends_nothing(sig) && is_anonymous(ty) => {
            errors.report(
                ty,
                "the pipeline returns a reference, and no argument lends one",
                "return the data itself, such as `Vec<f32>`: the resources are released when the call ends",
            );
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

/// Whether no argument has a lifetime that an anonymous one in the return type could be.
fn lends_nothing(sig: &Signature) -> bool {
    sig.inputs.iter().all(|input| match input {
        FnArg::Receiver(_) => false,
        FnArg::Typed(input) => input.attrs.iter().any(is_declaration) || !is_borrowed(&input.ty),
    })
}

/// Whether a type has a lifetime without a name.
fn is_anonymous(ty: &Type) -> bool {
    let mut search = Anonymous(false);
    search.visit_type(ty);
    search.0
}

struct Anonymous(bool);

impl<'ast> Visit<'ast> for Anonymous {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        self.0 |= reference.lifetime.is_none();
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0 |= lifetime.ident == "_";
    }

    // The lifetimes of `Fn(&str)` and `fn(&str)` are those of each call.
    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}
}
