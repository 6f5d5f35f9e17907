//! Attributes: whose they are and where they stand.

use syn::{AttrStyle, Attribute, Expr, Meta, Stmt};

/// `attrs` as they are written before an item: `#![allow(..)]` inside a body means the same as outside.
pub fn outer(mut attrs: Vec<Attribute>) -> Vec<Attribute> {
    for attr in &mut attrs {
        attr.style = AttrStyle::Outer;
    }
    attrs
}

/// The name of an attribute of one word.
pub fn word(attr: &Attribute) -> Option<String> {
    attr.path().get_ident().map(ToString::to_string)
}

/// Whether the attribute is a bare path, such as `#[reads]`.
pub fn is_bare(attr: &Attribute) -> bool {
    matches!(attr.meta, Meta::Path(_))
}

/// Takes the attributes called `name` out of `attrs`.
pub fn take(attrs: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    let (taken, left) = std::mem::take(attrs)
        .into_iter()
        .partition(|attr| attr.path().is_ident(name));
    *attrs = left;
    taken
}

/// The attributes that stand before a statement.
pub fn of_statement(stmt: &mut Stmt) -> Option<&mut Vec<Attribute>> {
    match stmt {
        Stmt::Local(local) => Some(&mut local.attrs),
        Stmt::Macro(mac) => Some(&mut mac.attrs),
        Stmt::Expr(expr, _) => of_expr(expr),
        Stmt::Item(_) => None,
    }
}

/// The attributes that stand before an expression: before its leftmost operand, that is.
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
        Array Async Await Block Break Call Closure Const Continue Field ForLoop Group If Index Infer Let Lit
        Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct Try TryBlock Tuple
        Unary Unsafe While Yield
    }
}
