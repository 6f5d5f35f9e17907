//! Which way a statement goes on.

use crate::lower::of_stmt;
use crate::macros::Arguments;
use crate::model::{Mention, Names};
use crate::syntax::assigns;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAsync, ExprClosure, ExprLoop, ExprReturn, ExprTry, Item, Local, Macro, Stmt,
};

/// Whether `x += 1` and the like: it reads what it writes.
pub fn writes_in_place(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(binary) if assigns(&binary.op))
}

/// Whether `expr` does not come to its end, as far as its form tells.
pub fn diverges(expr: &Expr) -> bool {
    match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Paren(paren) => diverges(&paren.expr),
        Expr::Block(block) => block_diverges(&block.block),
        Expr::Unsafe(block) => block_diverges(&block.block),
        Expr::If(choice) => {
            let otherwise = choice.else_branch.as_ref();
            block_diverges(&choice.then_branch)
                && otherwise.is_some_and(|(_, otherwise)| diverges(otherwise))
        }
        Expr::Match(choice) => choice.arms.iter().all(|arm| diverges(&arm.body)),
        Expr::Loop(ExprLoop { body, .. }) => block_diverges(body),
        Expr::Macro(mac) => macro_diverges(&mac.mac),
        // `Err(e)?`
        Expr::Try(question) => match &*question.expr {
            Expr::Call(call) => matches!(
                &*call.func,
                Expr::Path(path) if path.path.segments.last().is_some_and(|it| it.ident == "Err")
            ),
            expr => diverges(expr),
        },
        _ => false,
    }
}

/// The same of a block.
pub fn block_diverges(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Expr(expr, _) => diverges(expr),
        Stmt::Macro(mac) => macro_diverges(&mac.mac),
        Stmt::Local(_) | Stmt::Item(_) => false,
    })
}

/// What an unknown macro does is not known.
fn macro_diverges(mac: &Macro) -> bool {
    let ends = ["panic", "unreachable", "todo", "unimplemented"];
    let name = mac.path.segments.last();
    Arguments::of(mac).is_none()
        || name.is_some_and(|name| ends.iter().any(|end| name.ident == end))
}

/// Whether `stmt` may leave the pipeline for a reason of its own: enqueuing fails whatever was written.
pub fn may_leave(stmt: &Stmt, names: &Names) -> bool {
    let enqueues = of_stmt(stmt, names)
        .iter()
        .any(|mention: &Mention| mention.queue().is_some());
    let mut exits = Exits {
        counts_questions: !enqueues,
        found: false,
    };
    exits.visit_stmt(stmt);
    exits.found
}

struct Exits {
    counts_questions: bool,
    found: bool,
}

impl<'ast> Visit<'ast> for Exits {
    fn visit_expr_return(&mut self, _: &'ast ExprReturn) {
        self.found = true;
    }

    fn visit_expr_try(&mut self, question: &'ast ExprTry) {
        self.found |= self.counts_questions;
        visit::visit_expr_try(self, question);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let init = local.init.as_ref();
        self.found |= init.is_some_and(|init| init.diverge.is_some());
        visit::visit_local(self, local);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let asserts = ["assert", "assert_eq", "assert_ne"];
        let name = mac.path.segments.last();
        self.found |= macro_diverges(mac)
            || name.is_some_and(|name| asserts.iter().any(|it| name.ident == it));
    }

    // Their exits are their own.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}
