//! `#[gpu_pipeline(until = enqueued, crate = path)]`.

use crate::diagnostics::{Errors, nearest};
use crate::syntax::Options;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Meta, Path, Token};

const KNOWN: [&str; 2] = ["until", "crate"];

/// Reads the options; what is wrong with them is reported and left at its default.
pub fn options(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options {
        until_enqueued: false,
        library: syn::parse_quote!(::gpu_stages),
    };
    let metas = match Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens) {
        Ok(metas) => metas,
        Err(error) => {
            let text = format!("the options cannot be read: {error}\n\nhelp: {}", all());
            errors.syntax(syn::Error::new(error.span(), text));
            return options;
        }
    };
    let mut seen: Vec<(String, &Path)> = Vec::new();
    for meta in &metas {
        let name = meta.path().to_token_stream().to_string();
        match seen.iter().find(|(known, _)| *known == name) {
            Some((_, first)) => errors.report_again(
                meta.path(),
                format!("the option `{name}` is given twice"),
                "remove one of them",
                first,
            ),
            None => option(&name, meta, &mut options, errors),
        }
        seen.push((name, meta.path()));
    }
    options
}

fn option(name: &str, meta: &Meta, options: &mut Options, errors: &mut Errors) {
    match name {
        "until" => match value(meta) {
            Some(path) if path.is_ident("enqueued") => options.until_enqueued = true,
            _ => errors.report(
                meta,
                "`until` says when the pipeline's future resolves, and can only be `enqueued`",
                "write `until = enqueued`, or leave it out to wait for completion",
            ),
        },
        "crate" => match value(meta) {
            Some(path) => options.library = path.clone(),
            None => errors.report(
                meta,
                "`crate` says by which path the library is found",
                "write `crate = some::path`",
            ),
        },
        _ => {
            let help = match nearest(name, &KNOWN) {
                Some(near) => format!("did you mean `{near}`?"),
                None => all(),
            };
            errors.report(meta.path(), format!("unknown option `{name}`"), help);
        }
    }
}

/// What to say to whoever does not know the options.
fn all() -> String {
    "the options are `until = enqueued` and `crate = path`, with a comma between".to_owned()
}

/// The path that an option is set to.
fn value(meta: &Meta) -> Option<&Path> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Path(path) if path.qself.is_none() => Some(&path.path),
            _ => None,
        },
        _ => None,
    }
}
