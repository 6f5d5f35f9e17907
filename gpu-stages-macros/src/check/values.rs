//! What the pipeline returns.

use super::flow::macro_may_diverge;
use crate::diagnostics::Errors;
use crate::macros::visit_arguments;
use crate::model::{Names, Subject};
use crate::syntax::{Pipeline, diverges, is_result, plain_name};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ExprAsync, ExprClosure, ExprReturn, Item, Macro, Stmt, Type};

/// The body ends with a value.
pub fn at_the_end(pipeline: &Pipeline, names: &Names, errors: &mut Errors) {
    // Another rule reports a function that returns no `Result`.
    let returns_unit = matches!(&pipeline.output, Type::Tuple(tuple) if tuple.elems.is_empty());
    let Some(last) = pipeline.statements.last().filter(|_| !returns_unit) else {
        return;
    };
    let help = match &last.stmt {
        Stmt::Local(_) | Stmt::Item(_) => "write `Ok(...)` after it",
        Stmt::Macro(mac) if mac.semi_token.is_some() && !macro_may_diverge(&mac.mac) => {
            "write `Ok(...)` after it"
        }
        Stmt::Expr(Expr::ForLoop(_) | Expr::While(_), None) => "write `Ok(...)` after it",
        Stmt::Expr(expr, Some(_)) if diverges(expr, &macro_may_diverge) => return,
        Stmt::Expr(expr, Some(_)) if is_outcome(expr, names) => {
            "remove the semicolon, or write `Ok(...)` after it"
        }
        // Only rustc knows whether another function ever returns.
        Stmt::Expr(Expr::Call(_) | Expr::MethodCall(_) | Expr::Await(_) | Expr::Macro(_), _) => {
            return;
        }
        Stmt::Expr(_, Some(_)) => "write `Ok(...)` after it",
        Stmt::Macro(_) | Stmt::Expr(_, None) => return,
    };
    errors.report(&last.stmt, "the pipeline ends without a value", help);
}

/// Whether an expression is a `Result` by its form: `Ok(..)`, or a call of a queue's method.
fn is_outcome(expr: &Expr, names: &Names) -> bool {
    match expr {
        Expr::Paren(paren) => is_outcome(&paren.expr, names),
        Expr::MethodCall(call) => {
            let subject = plain_name(&call.receiver).and_then(|name| names.subject(name));
            matches!(subject, Some(Subject::Queue(_)))
        }
        _ => is_result(expr),
    }
}

/// Every `return` has a value.
pub fn in_returns(pipeline: &Pipeline, errors: &mut Errors) {
    let mut search = Returns { errors };
    for statement in &pipeline.statements {
        search.visit_stmt(&statement.stmt);
    }
}

struct Returns<'a> {
    errors: &'a mut Errors,
}

impl<'ast> Visit<'ast> for Returns<'_> {
    fn visit_expr_return(&mut self, exit: &'ast ExprReturn) {
        if exit.expr.is_none() {
            self.errors.report(
                exit.to_token_stream(),
                "this `return` has no value",
                "a pipeline returns a `Result`: write `return Ok(...)`",
            );
        }
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
