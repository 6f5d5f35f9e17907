//! Queries on syntax.

use super::{Statement, captures};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, ExprMethodCall, Ident, Pat, PatIdent, Stmt};

/// The identifier that `expr` consists of.
pub fn plain_name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        Expr::Paren(paren) => plain_name(&paren.expr),
        _ => None,
    }
}

/// The expression of which `expr` is a part.
pub fn root(expr: &Expr) -> &Expr {
    match expr {
        Expr::Field(field) => root(&field.base),
        Expr::Index(index) => root(&index.expr),
        Expr::Paren(paren) => root(&paren.expr),
        _ => expr,
    }
}

/// The identifier that `expr` consists of or is a field of, at whatever depth.
pub fn owner_name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Field(field) => owner_name(&field.base),
        Expr::Paren(paren) => owner_name(&paren.expr),
        _ => plain_name(expr),
    }
}

/// `Ok(..)` or `Err(..)`
pub fn is_result(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else {
        return false;
    };
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Ok" || last.ident == "Err")
}

/// Whether `call` reads metadata of a resource, which is available without waiting.
pub fn is_fact(call: &ExprMethodCall) -> bool {
    (call.method == "len" || call.method == "is_empty") && call.args.is_empty()
}

/// The names that a pattern binds; with `true`, those declared `mut`.
pub fn bound(pat: &Pat) -> Vec<(Ident, bool)> {
    let mut bindings = Bindings { found: Vec::new() };
    bindings.visit_pat(pat);
    bindings.found
}

struct Bindings {
    found: Vec<(Ident, bool)>,
}

impl<'ast> Visit<'ast> for Bindings {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.found
            .push((pat.ident.clone(), pat.mutability.is_some()));
        visit::visit_pat_ident(self, pat);
    }
    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// Whether `statement` may mention `name`, in code, in a macro or as `"{name}"`.
pub fn is_mentioned(name: &str, statement: &Statement) -> bool {
    match &statement.stmt {
        Stmt::Item(_) => false,
        stmt => mentions(stmt.to_token_stream(), name),
    }
}

/// Whether `tokens` mention `name`, in code, in a macro or as `"{name}"`.
pub fn mentions(tokens: TokenStream, name: &str) -> bool {
    let name = name.trim_start_matches("r#");
    let mut after_dot = false;
    tokens.into_iter().any(|token| match token {
        // Not a field or method of that name.
        TokenTree::Ident(ident) => !std::mem::take(&mut after_dot) && ident.unraw() == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(literal) => captures(&literal.to_string()).iter().any(|it| it == name),
        TokenTree::Punct(punct) => {
            // `a..b` has two.
            after_dot = punct.as_char() == '.' && !after_dot;
            false
        }
    })
}

/// Whether a statement may have a `return`.
pub fn leaves(stmt: &Stmt) -> bool {
    mentions(stmt.to_token_stream(), "return")
}

/// Whether an operator is `+=` or the like.
pub fn assigns(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}
