//! Functions and closures within the pipeline.

use crate::diagnostics::Errors;
use crate::syntax::{Pipeline, is_declaration, is_pipeline};
use syn::visit::{self, Visit};
use syn::{Attribute, ExprClosure, FnArg, ImplItemFn, ItemFn, Pat, Signature};

/// Declarations are on the parameters of the pipeline only.
pub fn no_declarations(pipeline: &Pipeline, errors: &mut Errors) {
    let mut search = Declarations { errors };
    for statement in &pipeline.statements {
        search.visit_stmt(&statement.stmt);
    }
}

struct Declarations<'a> {
    errors: &'a mut Errors,
}

impl Declarations<'_> {
    fn none_in(&mut self, attrs: &[Attribute]) {
        for attr in attrs.iter().filter(|attr| is_declaration(attr)) {
            self.errors.report(
                attr,
                "only parameters of the pipeline can have a declaration",
                "remove it: functions and closures in the body take resources as `&x` or `&mut x`",
            );
        }
    }

    fn none_in_signature(&mut self, sig: &Signature) {
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(input) => self.none_in(&input.attrs),
                FnArg::Typed(input) => self.none_in(&input.attrs),
            }
        }
    }
}

impl<'ast> Visit<'ast> for Declarations<'_> {
    // A nested pipeline has its own declarations.
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if !function.attrs.iter().any(is_pipeline) {
            self.none_in_signature(&function.sig);
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !function.attrs.iter().any(is_pipeline) {
            self.none_in_signature(&function.sig);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        for input in &closure.inputs {
            match input {
                Pat::Type(input) => self.none_in(&input.attrs),
                Pat::Ident(input) => self.none_in(&input.attrs),
                _ => {}
            }
        }
        visit::visit_expr_closure(self, closure);
    }
}
