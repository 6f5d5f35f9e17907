//! Control flow: which statements diverge or may leave the pipeline.

use crate::lower::of_stmt;
use crate::macros::Arguments;
use crate::model::{Mention, Names};
use crate::syntax::{self, assigns, panics};
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAsync, ExprClosure, ExprReturn, ExprTry, Item, Local, Macro, Stmt};

/// Whether `x += 1` and the like: it reads what it writes.
pub fn writes_in_place(expr: &Expr) -> bool {
    matches!(expr, Expr::Binary(binary) if assigns(&binary.op))
}

/// Whether `expr` may never come to its end.
pub fn diverges(expr: &Expr) -> bool {
    syntax::diverges(expr, &macro_may_diverge)
}

/// The same of a block.
pub fn block_diverges(block: &Block) -> bool {
    syntax::block_diverges(block, &macro_may_diverge)
}

/// Whether a macro panics, or may do anything because it is unknown.
pub fn macro_may_diverge(mac: &Macro) -> bool {
    panics(mac) || Arguments::of(mac).is_none()
}

/// Whether `stmt` may leave the pipeline. The `?` of a statement that enqueues does not count: enqueuing may fail on
/// every path, whether or not a resource was written.
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
        self.found |= macro_may_diverge(mac)
            || name.is_some_and(|name| asserts.iter().any(|it| name.ident == it));
    }

    // An exit in these does not leave the pipeline.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}
