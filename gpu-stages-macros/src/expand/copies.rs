//! Resources that a statement gives away: their values are copied.

use super::spans::glue;
use crate::model::{Model, Names, Subject};
use crate::syntax::plain_name;
use syn::{Block, Expr, Local, Pat, Path, Stmt, parse_quote_spanned};

/// Makes copies of the resources whose values `expr` gives away, by a function that rustc accepts for `Copy` types.
pub fn copy_given(expr: &mut Expr, library: &Path, model: &Model, names: &Names) {
    for given in given(expr) {
        copy(given, library, model, names);
    }
}

/// The same for `let x = resource;`. A pattern may copy parts of a value.
pub fn copy_bound(local: &mut Local, library: &Path, model: &Model, names: &Names) {
    let pat = match &local.pat {
        Pat::Type(typed) => &*typed.pat,
        pat => pat,
    };
    if let (Pat::Ident(pat), Some(init)) = (pat, &mut local.init) {
        if pat.by_ref.is_none() {
            copy(&mut init.expr, library, model, names);
        }
    }
}

fn copy(given: &mut Expr, library: &Path, model: &Model, names: &Names) {
    let Some(name) = plain_name(given) else {
        return;
    };
    if let Some(Subject::Resource(id)) = names.subject(name) {
        if model.resources[id.0].may_be_copied {
            let span = glue(name.span());
            *given = parse_quote_spanned!(span=> #library::rt::copied(&#name));
        }
    }
}

/// The operands whose values `expr` takes.
fn given(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Array(array) => array.elems.iter_mut().collect(),
        Expr::Block(block) => tail(&mut block.block).into_iter().collect(),
        Expr::Break(exit) => exit.expr.iter_mut().map(|value| &mut **value).collect(),
        Expr::Call(call) => call.args.iter_mut().collect(),
        Expr::If(choice) => tail(&mut choice.then_branch).into_iter().collect(),
        Expr::Match(choice) => choice.arms.iter_mut().map(|arm| &mut *arm.body).collect(),
        Expr::MethodCall(call) => call.args.iter_mut().collect(),
        Expr::Repeat(repeat) => vec![&mut repeat.expr],
        Expr::Return(exit) => exit.expr.iter_mut().map(|value| &mut **value).collect(),
        Expr::Struct(part) => part
            .fields
            .iter_mut()
            .map(|field| &mut field.expr)
            .collect(),
        Expr::Try(question) => vec![&mut question.expr],
        Expr::Tuple(tuple) => tuple.elems.iter_mut().collect(),
        Expr::Unsafe(block) => tail(&mut block.block).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The value of a block.
fn tail(block: &mut Block) -> Option<&mut Expr> {
    match block.stmts.last_mut() {
        Some(Stmt::Expr(value, None)) => Some(value),
        _ => None,
    }
}
