//! Locals that a blocking stage takes along and gives back.

use crate::macros::captures;
use crate::syntax::{Pipeline, Statement};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Pat, PatIdent, Stmt};

/// The locals that statement `index` mentions and later ones mention again; with `true`, those declared `mut`.
pub fn kept(pipeline: &Pipeline, index: usize) -> Vec<(Ident, bool)> {
    let (earlier, rest) = pipeline.statements.split_at(index);
    let Some((this, later)) = rest.split_first() else {
        return Vec::new();
    };
    let mut kept: Vec<(Ident, bool)> = Vec::new();
    for (name, is_mut) in bound(pipeline, earlier) {
        if mentions(this, &name) && later.iter().any(|later| mentions(later, &name)) {
            // A later binding of a name hides the earlier one.
            kept.retain(|(known, _)| *known != name);
            kept.push((name, is_mut));
        }
    }
    kept
}

/// What the arguments and the top-level `let`s before a stage bind.
fn bound(pipeline: &Pipeline, earlier: &[Statement]) -> Vec<(Ident, bool)> {
    let mut bindings = Bindings::default();
    for argument in pipeline.plain() {
        bindings.visit_pat(&argument.pat);
    }
    for statement in earlier {
        if let Stmt::Local(local) = &statement.stmt {
            bindings.visit_pat(&local.pat);
        }
    }
    bindings.found
}

#[derive(Default)]
struct Bindings {
    found: Vec<(Ident, bool)>,
}

impl<'ast> Visit<'ast> for Bindings {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.found.push((pat.ident.clone(), pat.mutability.is_some()));
        visit::visit_pat_ident(self, pat);
    }
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// Whether `statement` may mention `name`, which includes `"{name}"`.
pub fn mentions(statement: &Statement, name: &Ident) -> bool {
    match &statement.stmt {
        Stmt::Item(_) => false,
        stmt => names(stmt.to_token_stream(), &name.to_string()),
    }
}

fn names(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => names(group.stream(), name),
        TokenTree::Literal(literal) => captures(&literal.to_string()).iter().any(|it| it == name),
        TokenTree::Punct(_) => false,
    })
}
