//! Tasks that a stage starts.

use crate::diagnostics::Errors;
use crate::lower::of_expr;
use crate::model::{Capture, Mention, Model, Names, Place};
use crate::syntax::Pipeline;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, Item};

/// Functions that start a task, of the standard library and of executors. A scope's `spawn` is a method.
const START: [&str; 3] = ["spawn", "spawn_blocking", "spawn_local"];

/// A started task borrows no resource. The rule on captures reports resources that it would move.
pub fn borrow_nothing(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    let mut search = Tasks { names, errors };
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if stage.work.place == Place::Host {
            search.visit_stmt(&statement.stmt);
        }
    }
}

struct Tasks<'a> {
    names: &'a Names,
    errors: &'a mut Errors,
}

impl<'ast> Visit<'ast> for Tasks<'_> {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if starts_task(&call.func) {
            let mentions = call.args.iter().flat_map(|arg| of_expr(arg, self.names));
            let is_borrowed = |mention: &Mention| {
                mention.resource().is_some() && mention.capture == Capture::Borrowed
            };
            for mention in mentions.filter(is_borrowed) {
                let name = &mention.ident;
                self.errors.report(
                    name,
                    format!(
                        "the resource `{name}` is borrowed by a task that could outlive the stage"
                    ),
                    "copy the data that the task needs into a local first, and move that into the task",
                );
            }
        }
        visit::visit_expr_call(self, call);
    }

    // An item runs only where it is called.
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// `thread::spawn` and the like. A function `spawn` without a path may do anything.
fn starts_task(function: &Expr) -> bool {
    let Expr::Path(path) = function else {
        return false;
    };
    let segments = &path.path.segments;
    let last = segments.last();
    segments.len() > 1 && last.is_some_and(|last| START.iter().any(|name| last.ident == name))
}
