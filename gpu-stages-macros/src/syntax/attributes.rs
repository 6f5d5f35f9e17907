//! The attributes of statements and expressions.

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Attribute, Expr, Stmt};

/// Whether an attribute is `#[gpu_pipeline]`, under any path.
pub fn is_pipeline(attr: &Attribute) -> bool {
    let last = attr.path().segments.last();
    last.is_some_and(|segment| segment.ident == "gpu_pipeline")
}

/// Whether an attribute declares a parameter.
pub fn is_declaration(attr: &Attribute) -> bool {
    let words = ["queue", "reads", "writes", "updates", "owns"];
    words.iter().any(|word| attr.path().is_ident(word))
}

/// Whether an attribute sets the level of lints.
pub fn is_lint(attr: &Attribute) -> bool {
    let words = ["allow", "deny", "expect", "forbid", "warn"];
    words.iter().any(|word| attr.path().is_ident(word))
}

/// Whether an attribute is `#[cfg(...)]`.
pub fn is_cfg(attr: &Attribute) -> bool {
    attr.path().is_ident("cfg")
}

/// The attributes of a statement.
pub fn attributes(stmt: &mut Stmt) -> Option<&mut Vec<Attribute>> {
    match stmt {
        Stmt::Local(local) => Some(&mut local.attrs),
        Stmt::Macro(mac) => Some(&mut mac.attrs),
        Stmt::Expr(expr, _) => of_expr(expr),
        Stmt::Item(_) => None,
    }
}

/// Whether a statement has a `#[cfg(...)]`.
pub fn is_conditional(stmt: &Stmt) -> bool {
    let mut tokens = stmt.to_token_stream().into_iter();
    while let (Some(TokenTree::Punct(sign)), Some(TokenTree::Group(attr))) =
        (tokens.next(), tokens.next())
    {
        let word = attr.stream().into_iter().next();
        if matches!(word, Some(TokenTree::Ident(word)) if sign.as_char() == '#' && word == "cfg") {
            return true;
        }
    }
    false
}

/// Removes the attributes of a statement whose expression moves to a place without attributes.
pub fn take_attributes(stmt: &mut Stmt) -> Vec<Attribute> {
    attributes(stmt).map(std::mem::take).unwrap_or_default()
}

/// The attributes before an expression: they belong to its leftmost operand.
fn of_expr(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    macro_rules! own {
        ($($variant:ident)*) => {
            match expr {
                Expr::Assign(assign) => of_expr(&mut assign.left),
                Expr::Binary(binary) => of_expr(&mut binary.left),
                Expr::Cast(cast) => of_expr(&mut cast.expr),
                $(Expr::$variant(expr) => Some(&mut expr.attrs),)*
                _ => None,
            }
        };
    }
    own! {
        Array Async Await Block Break Call Closure Const Continue Field ForLoop If Index Infer Let Lit
        Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct Try TryBlock Tuple
        Unary Unsafe While Yield
    }
}
