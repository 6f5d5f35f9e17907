//! Parameters and their declarations.

use super::attributes;
use crate::diagnostics::{Errors, nearest};
use crate::syntax::{Declaration, Mode, Param, Plain, bound};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, FnArg, Ident, Pat, PatType, PatWild, Receiver, Token};

/// What a parameter is declared to be.
#[derive(Clone, Copy)]
enum Kind {
    Queue,
    Resource(Mode),
}

const KINDS: [(&str, Kind); 5] = [
    ("queue", Kind::Queue),
    ("reads", Kind::Resource(Mode::Reads)),
    ("writes", Kind::Resource(Mode::Writes)),
    ("updates", Kind::Resource(Mode::Updates)),
    ("owns", Kind::Resource(Mode::Owns)),
];

/// The words of other languages and libraries for declarations.
const ELSEWHERE: [(&str, &str); 15] = [
    ("stream", "queue"),
    ("input", "reads"),
    ("shared", "reads"),
    ("out", "writes"),
    ("output", "writes"),
    ("inout", "updates"),
    ("in_out", "updates"),
    ("mutable", "updates"),
    ("read_write", "updates"),
    ("readwrite", "updates"),
    ("reads_writes", "updates"),
    ("modifies", "updates"),
    ("mutates", "updates"),
    ("moves", "owns"),
    ("takes", "owns"),
];

/// Attributes of rustc on a parameter: never a typing error for a declaration.
const BUILT_IN: [&str; 8] = [
    "allow", "cfg", "cfg_attr", "deny", "doc", "expect", "forbid", "warn",
];

/// Sorts the parameters.
pub fn params(
    inputs: Punctuated<FnArg, Token![,]>,
    errors: &mut Errors,
) -> (Option<Receiver>, Vec<Param>) {
    let mut receiver = None;
    let mut params = Vec::new();
    for input in inputs {
        match input {
            FnArg::Receiver(mut this) => {
                if let Some((attr, _)) = declaration(&mut this.attrs, errors) {
                    errors.report(
                        attr,
                        "`self` cannot be declared",
                        "declare a part of it: `#[writes(self.buffer)] buffer: Buffer`",
                    );
                }
                receiver = Some(this);
            }
            FnArg::Typed(input) => params.push(param(input, errors)),
        }
    }
    names_differ(&mut params, errors);
    (receiver, params)
}

/// No parameter has the name of a declared one. Such a parameter loses its name, or rustc would report it again.
fn names_differ(params: &mut [Param], errors: &mut Errors) {
    let mut seen: Vec<(Ident, bool)> = Vec::new();
    for param in params {
        let is_declared = param.declaration().is_some();
        let names = match &*param {
            Param::Plain(plain) => bound(&plain.pat)
                .into_iter()
                .map(|(name, _)| name)
                .collect(),
            Param::Queue(declaration) | Param::Resource(_, declaration) => {
                vec![declaration.name.clone()]
            }
        };
        let again = names.iter().find_map(|name| {
            let mut known = seen.iter();
            let (first, _) =
                known.find(|(known, declared)| known == name && (*declared || is_declared))?;
            Some((name, first))
        });
        if let Some((name, first)) = again {
            errors.report_again(
                name,
                format!("two parameters have the name `{name}`"),
                "rename one of them",
                first,
            );
            let pat = Pat::Wild(PatWild {
                attrs: Vec::new(),
                underscore_token: Token![_](name.span()),
            });
            *param = Param::Plain(Plain {
                attrs: Vec::new(),
                pat,
                ty: param.ty().clone(),
            });
        }
        seen.extend(names.into_iter().map(|name| (name, is_declared)));
    }
}

fn param(mut input: PatType, errors: &mut Errors) -> Param {
    let Some((attr, kind)) = declaration(&mut input.attrs, errors) else {
        return Param::Plain(plain(input));
    };
    not_conditional(&input.attrs, errors);
    let Some(name) = name(&input.pat, errors) else {
        return Param::Plain(plain(input));
    };
    let declaration = Declaration {
        attrs: input.attrs,
        name,
        ty: *input.ty,
        value: value(&attr, errors),
    };
    match kind {
        Kind::Queue => Param::Queue(declaration),
        Kind::Resource(mode) => Param::Resource(mode, declaration),
    }
}

fn plain(input: PatType) -> Plain {
    Plain {
        attrs: input.attrs,
        pat: *input.pat,
        ty: *input.ty,
    }
}

/// Takes the declaration out of the attributes of a parameter.
fn declaration(attrs: &mut Vec<Attribute>, errors: &mut Errors) -> Option<(Attribute, Kind)> {
    let mut found: Option<(Attribute, Kind)> = None;
    for attr in std::mem::take(attrs) {
        match (kind(&attr, errors), &found) {
            (None, _) => attrs.push(attr),
            (Some(kind), None) => found = Some((attr, kind)),
            (Some(_), Some((first, _))) => errors.report_again(
                attr,
                "a parameter can have one declaration only",
                "keep the one that covers all uses in the body: `#[updates]` reads and writes",
                first,
            ),
        }
    }
    found
}

/// The declaration that an attribute is, or was probably meant to be.
fn kind(attr: &Attribute, errors: &mut Errors) -> Option<Kind> {
    let word = attributes::word(attr)?;
    if BUILT_IN.contains(&word.as_str()) {
        return None;
    }
    let elsewhere = ELSEWHERE.iter().find(|(name, _)| *name == word);
    let meant = match elsewhere {
        Some((_, meant)) => *meant,
        None => nearest(&word, &KINDS.map(|(name, _)| name))?,
    };
    if word != meant {
        errors.report(
            attr.path(),
            format!("there is no declaration `#[{word}]`"),
            format!("did you mean `#[{meant}]`?"),
        );
    }
    let known = KINDS.iter().find(|(name, _)| *name == meant);
    known.map(|(_, kind)| *kind)
}

/// The expression of `#[reads(expression)]`.
fn value(attr: &Attribute, errors: &mut Errors) -> Option<Expr> {
    if attributes::is_bare(attr) {
        return None;
    }
    match attr.parse_args() {
        Ok(value) => Some(value),
        Err(_) => {
            let word = attributes::word(attr).unwrap_or_default();
            errors.report(
                attr,
                "a declaration takes at most one expression",
                format!(
                    "write `#[{word}]` for an argument of the call, `#[{word}(self.part)]` for an expression"
                ),
            );
            None
        }
    }
}

/// The name of a declared parameter.
fn name(pat: &Pat, errors: &mut Errors) -> Option<Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            if let Some(mutability) = &pat.mutability {
                errors.report(
                    mutability,
                    "a declared parameter is not `mut`",
                    "remove `mut`: the declaration decides whether the body may write",
                );
            }
            Some(pat.ident.clone())
        }
        _ => {
            errors.report(
                pat,
                "a declared parameter needs a plain name",
                "give it a name, and use its parts by path: `&x.part`",
            );
            None
        }
    }
}

fn not_conditional(attrs: &[Attribute], errors: &mut Errors) {
    let conditional =
        |attr: &&Attribute| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr");
    if let Some(attr) = attrs.iter().find(conditional) {
        errors.report(
            attr,
            "a declared parameter cannot be conditional",
            "put the condition on the whole function",
        );
    }
}
