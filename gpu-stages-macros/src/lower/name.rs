//! The name of a stage in messages and traces.

use crate::model::{Names, Place, Subject};
use crate::syntax::{Pipeline, plain_name};
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, Item};

/// The name of `#[stage(name = "...")]`, else the name of the first suitable call.
pub fn name(pipeline: &Pipeline, names: &Names, index: usize, place: Place) -> Option<String> {
    let statement = &pipeline.statements[index];
    let given = statement
        .stage
        .as_ref()
        .and_then(|stage| stage.name.clone());
    if given.is_some() {
        return given;
    }
    let mut search = Search {
        names,
        is_device: matches!(place, Place::Device(_)) && statement.opaque().is_none(),
        found: None,
    };
    search.visit_stmt(&statement.stmt);
    search.found
}

/// Looks for the first call, in the order of the source.
struct Search<'a> {
    names: &'a Names,
    /// Only calls that show the queue count.
    is_device: bool,
    found: Option<String>,
}

impl Search<'_> {
    fn is_queue(&self, expr: &Expr) -> bool {
        let subject = plain_name(expr).and_then(|name| self.names.subject(name));
        matches!(subject, Some(Subject::Queue(_)))
    }

    /// Whether one of the arguments is `&queue`.
    fn takes_queue<'a>(&self, mut args: impl Iterator<Item = &'a Expr>) -> bool {
        args.any(|arg| match arg {
            Expr::Reference(reference) => self.is_queue(&reference.expr),
            _ => false,
        })
    }

    fn offer(&mut self, name: String) {
        self.found.get_or_insert(name);
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.visit_expr(&call.receiver);
        match plain_name(&call.receiver) {
            Some(queue) if self.is_queue(&call.receiver) => {
                self.offer(format!("{queue}.{}", call.method));
            }
            _ if !self.is_device || self.takes_queue(call.args.iter()) => {
                self.offer(call.method.to_string());
            }
            _ => {}
        }
        call.args.iter().for_each(|arg| self.visit_expr(arg));
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Some(function) = function(call) {
            // `Ok`, `Some`, `MyError::Late`: a value, and not an action.
            let makes_value = function.starts_with(char::is_uppercase);
            if !makes_value && (!self.is_device || self.takes_queue(call.args.iter())) {
                self.offer(function);
            }
        }
        visit::visit_expr_call(self, call);
    }

    // An item runs only where it is called.
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// The last word of the path of the function that is called.
fn function(call: &ExprCall) -> Option<String> {
    match &*call.func {
        Expr::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}
