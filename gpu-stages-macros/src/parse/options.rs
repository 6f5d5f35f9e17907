//! `#[gpu_pipeline(until = enqueued, max_barriers = n, schedule = NAME, crate = path)]`.

use crate::diagnostics::{Errors, nearest};
use crate::syntax::{Options, ScheduleAt, text};
use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitInt, Meta, Path, Token};

const KNOWN: [&str; 4] = ["until", "max_barriers", "schedule", "crate"];

/// Reads the options. A wrong option is reported and keeps its default.
pub fn options(tokens: TokenStream, errors: &mut Errors) -> Options {
    let mut options = Options {
        until_enqueued: false,
        library: syn::parse_quote!(::gpu_stages),
        max_barriers: None,
        schedule: None,
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
        let name = text(meta.path());
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
                "the only value of `until` is `enqueued`",
                "write `until = enqueued`, or remove the option to wait for completion",
            ),
        },
        "max_barriers" => match number(meta) {
            Some(number) => options.max_barriers = Some(number),
            None => errors.report(
                meta,
                "`max_barriers` is a number",
                "write the most barriers that the schedule may need, such as `max_barriers = 3`",
            ),
        },
        "schedule" => match value(meta).and_then(schedule_at) {
            Some(at) => options.schedule = Some(at),
            None => errors.report(
                meta,
                "`schedule` is the name of a constant",
                "write `schedule = NAME`, `schedule = Self::NAME` in an `impl` block, or `schedule = none`",
            ),
        },
        "crate" => match value(meta) {
            Some(path) => options.library = path.clone(),
            None => errors.report(
                meta,
                "`crate` is the path of the library",
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

/// The help for an unknown option.
fn all() -> String {
    "the options are `until = enqueued`, `max_barriers = n`, `schedule = NAME` and `crate = path`, separated by commas"
        .to_owned()
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

/// The number that an option is set to.
fn number(meta: &Meta) -> Option<(usize, LitInt)> {
    match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Int(number),
                ..
            }) => Some((number.base10_parse().ok()?, number.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// `NAME`, `Self::NAME` or `none`
fn schedule_at(path: &Path) -> Option<ScheduleAt> {
    if path.is_ident("none") {
        return Some(ScheduleAt::Inside);
    }
    if let Some(name) = path.get_ident() {
        return Some(ScheduleAt::Beside(name.clone()));
    }
    let mut words = path.segments.iter();
    match (words.next(), words.next(), words.next()) {
        (Some(first), Some(name), None) if first.ident == "Self" => {
            Some(ScheduleAt::Associated(name.ident.clone()))
        }
        _ => None,
    }
}
