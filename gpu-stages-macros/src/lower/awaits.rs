//! Where a statement waits.

use crate::macros::visit_arguments;
use crate::syntax::Statement;
use syn::visit::{self, Visit};
use syn::{ExprAwait, Item, Macro};

/// The `.await`s of a statement.
pub fn awaits(statement: &Statement) -> Vec<ExprAwait> {
    let mut search = Awaits { found: Vec::new() };
    search.visit_stmt(&statement.stmt);
    search.found
}

struct Awaits {
    found: Vec<ExprAwait>,
}

impl<'ast> Visit<'ast> for Awaits {
    fn visit_expr_await(&mut self, wait: &'ast ExprAwait) {
        visit::visit_expr_await(self, wait);
        self.found.push(wait.clone());
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        visit_arguments(self, mac);
    }

    fn visit_item(&mut self, _: &'ast Item) {}
}
