//! Blocking stages.

use crate::diagnostics::Errors;
use crate::lower::awaits;
use crate::macros::visit_arguments;
use crate::model::{Model, Place};
use crate::syntax::{Pipeline, Statement, bound, is_borrowed, is_mentioned};
use syn::visit::{self, Visit};
use syn::{ExprAsync, ExprClosure, ExprReturn, Item, Macro, Stmt, Token};

/// Only the host can block.
pub fn not_on_device(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if let (Some(blocking), Place::Device(_)) = (statement.blocking(), stage.work.place) {
            errors.report(
                blocking,
                "a device stage cannot be blocking",
                "it only enqueues: remove `blocking`, and move blocking code to another statement",
            );
        }
    }
}

/// A blocking stage runs on another thread from beginning to end, so it has no `.await` and no `return`.
pub fn no_exit(pipeline: &Pipeline, errors: &mut Errors) {
    let statements = pipeline.statements.iter();
    for statement in statements.filter(|statement| statement.blocking().is_some()) {
        for found in awaits(statement) {
            errors.report(
                found.await_token,
                "a blocking stage cannot `.await`",
                "move the `.await` to another statement",
            );
        }
        for token in returns(statement) {
            errors.report(
                token,
                "a blocking stage cannot return from the pipeline",
                "let the stage give a value, and return the value in the next statement; `?` is allowed",
            );
        }
    }
}

/// A blocking stage uses nothing that is borrowed: its values move to another thread.
pub fn nothing_borrowed(pipeline: &Pipeline, errors: &mut Errors) {
    let statements = pipeline.statements.iter();
    for statement in statements.filter(|statement| statement.blocking().is_some()) {
        for plain in pipeline.plain() {
            for (name, _) in bound(&plain.pat) {
                if is_borrowed(&plain.ty) && is_mentioned(&name.to_string(), statement) {
                    errors.report(
                        &plain.ty,
                        format!("the blocking stage cannot use `{name}`, which is borrowed"),
                        "pass it by value, or clone it before the stage",
                    );
                }
            }
        }
    }
}

/// The `return`s that leave the pipeline from the part of a statement that moves to another thread.
fn returns(statement: &Statement) -> Vec<Token![return]> {
    let mut search = Returns { found: Vec::new() };
    match &statement.stmt {
        // The block of a `let else` runs on the first thread.
        Stmt::Local(local) => {
            if let Some(init) = &local.init {
                search.visit_expr(&init.expr);
            }
        }
        stmt => search.visit_stmt(stmt),
    }
    search.found
}

struct Returns {
    found: Vec<Token![return]>,
}

impl<'ast> Visit<'ast> for Returns {
    fn visit_expr_return(&mut self, exit: &'ast ExprReturn) {
        self.found.push(exit.return_token);
        visit::visit_expr_return(self, exit);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        visit_arguments(self, mac);
    }

    // A `return` in these does not leave the pipeline.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}
