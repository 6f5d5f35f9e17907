//! `#[device(...)]`, on a struct and on its fields.

use crate::diagnostics::{Errors, nearest};
use crate::syntax::text;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Meta, Path, Token};

/// The options of `#[device(...)]`.
const KNOWN: [&str; 2] = ["crate", "skip"];

/// The path of the library, from the attributes of a struct.
pub fn library(attrs: &[Attribute], errors: &mut Errors) -> Path {
    let mut library = None;
    for option in options(attrs, errors) {
        match (name(&option).as_str(), path(&option)) {
            ("crate", Some(path)) if library.is_none() => library = Some(path.clone()),
            ("crate", Some(_)) => twice(&option, errors),
            ("crate", None) => errors.report(
                &option,
                "`crate` is the path of the library",
                "write `#[device(crate = some::path)]`",
            ),
            ("skip", _) => errors.report(
                &option,
                "`skip` is an option of fields",
                "put it on the fields that only the host uses; a struct that no device sees needs no derive",
            ),
            _ => unknown(&option, errors),
        }
    }
    library.unwrap_or_else(|| syn::parse_quote!(::gpu_stages))
}

/// Whether the attributes of a field hide it from devices.
pub fn is_skipped(attrs: &[Attribute], errors: &mut Errors) -> bool {
    let mut is_skipped = false;
    for option in options(attrs, errors) {
        match (name(&option).as_str(), &option) {
            ("skip", Meta::Path(_)) if is_skipped => twice(&option, errors),
            ("skip", Meta::Path(_)) => is_skipped = true,
            ("skip", _) => errors.report(
                &option,
                "the option `skip` takes no value",
                "write `#[device(skip)]`",
            ),
            ("crate", _) => errors.report(
                &option,
                "`crate` is an option of the struct",
                "write `#[device(crate = some::path)]` before `struct`",
            ),
            _ => unknown(&option, errors),
        }
    }
    is_skipped
}

fn options(attrs: &[Attribute], errors: &mut Errors) -> Vec<Meta> {
    let mut options = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("device")) {
        match attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
            Ok(metas) if !metas.is_empty() => options.extend(metas),
            _ => errors.report(
                attr,
                "`#[device]` has no option",
                "write `#[device(skip)]` on a field that only the host uses, or remove it",
            ),
        }
    }
    options
}

fn name(option: &Meta) -> String {
    text(option.path())
}

/// The path that an option is set to.
fn path(option: &Meta) -> Option<&Path> {
    match option {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Path(path) if path.qself.is_none() => Some(&path.path),
            _ => None,
        },
        _ => None,
    }
}

fn twice(option: &Meta, errors: &mut Errors) {
    errors.report(
        option,
        format!("the option `{}` is given twice", name(option)),
        "remove one of them",
    );
}

fn unknown(option: &Meta, errors: &mut Errors) {
    let name = name(option);
    let help = match nearest(&name, &KNOWN) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "the options are `skip` on a field and `crate = path` on the struct".to_owned(),
    };
    errors.report(option.path(), format!("unknown option `{name}`"), help);
}
