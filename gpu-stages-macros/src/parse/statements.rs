//! Top-level statements and their `#[stage(...)]`.

use super::attributes;
use super::opaque::Declared;
use crate::diagnostics::{Errors, nearest};
use crate::syntax::{self, StageOptions, Statement, text};
use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Stmt, Token, parse_quote_spanned};

const KNOWN: [&str; 5] = ["name", "blocking", "queue", "reads", "writes"];

/// Takes `#[stage(...)]` off the statements.
pub fn statements(stmts: Vec<Stmt>, errors: &mut Errors) -> Vec<Statement> {
    let mut statements = Vec::new();
    for mut stmt in conditional_end(stmts) {
        let attrs = syntax::attributes(&mut stmt)
            .map(|attrs| attributes::take(attrs, "stage"))
            .unwrap_or_default();
        statements.push(Statement {
            stage: stage(&attrs, errors),
            stmt,
        });
    }
    statements
}

/// Puts the conditional values and exits at the end of the body into one block, of which each configuration keeps one:
/// `{ #[cfg(a)] { x } #[cfg(not(a))] { y } }`.
fn conditional_end(mut stmts: Vec<Stmt>) -> Vec<Stmt> {
    let ends = stmts.iter().rev();
    let ends = ends.take_while(|stmt| {
        syntax::is_conditional(stmt) && (has_value(stmt) || syntax::is_exit(stmt))
    });
    let count = ends.count();
    let (_, ends) = stmts.split_at(stmts.len() - count);
    if ends.iter().any(has_value) {
        let ends = stmts.split_off(stmts.len() - count);
        let block = parse_quote_spanned!(Span::mixed_site()=> { #(#ends)* });
        stmts.push(Stmt::Expr(Expr::Block(block), None));
    }
    stmts
}

fn has_value(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(_, None) => true,
        Stmt::Macro(mac) => mac.semi_token.is_none(),
        _ => false,
    }
}

fn stage(attrs: &[Attribute], errors: &mut Errors) -> Option<StageOptions> {
    let (first, more) = attrs.split_first()?;
    for attr in more {
        errors.report(
            attr,
            "a statement has one `#[stage(...)]`",
            "put all its options into the first one",
        );
    }
    let mut options = StageOptions {
        name: None,
        blocking: None,
        opaque: None,
    };
    let mut declared = Declared::default();
    match first.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) {
        Ok(metas) if metas.is_empty() => no_option(first, errors),
        Ok(metas) => {
            for meta in &metas {
                if !declared.takes(meta, errors) {
                    option(meta, &mut options, errors);
                }
            }
        }
        Err(_) => no_option(first, errors),
    }
    options.opaque = declared.opaque(errors);
    Some(options)
}

fn no_option(attr: &Attribute, errors: &mut Errors) {
    errors.report(
        attr,
        "`#[stage]` has no option",
        "write `#[stage(name = \"...\")]`, `#[stage(blocking)]`, or `#[stage(queue = q, reads(a), writes(b))]` \
         for hidden uses; without any option, remove the attribute",
    );
}

fn option(meta: &Meta, options: &mut StageOptions, errors: &mut Errors) {
    let name = text(meta.path());
    match (name.as_str(), meta) {
        ("name" | "blocking", _) if is_set(&name, options) => errors.report(
            meta,
            format!("the option `{name}` is given twice"),
            "remove one of them",
        ),
        ("blocking", Meta::Path(path)) => options.blocking = Some(path.clone()),
        ("name", Meta::NameValue(pair)) if string(&pair.value).is_some() => {
            options.name = string(&pair.value);
        }
        ("blocking" | "name", _) => errors.report(
            meta,
            format!("the option `{name}` does not have this form"),
            "write `#[stage(blocking)]` and `#[stage(name = \"...\")]`",
        ),
        _ => {
            let help = match nearest(&name, &KNOWN) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the options are `name = \"...\"`, `blocking`, and `queue = q`, `reads(a)`, `writes(b)` for \
                         hidden uses"
                    .to_owned(),
            };
            errors.report(meta.path(), format!("unknown stage option `{name}`"), help);
        }
    }
}

fn is_set(name: &str, options: &StageOptions) -> bool {
    match name {
        "name" => options.name.is_some(),
        _ => options.blocking.is_some(),
    }
}

fn string(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}
