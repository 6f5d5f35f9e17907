//! Rules for all statements.

use crate::diagnostics::Errors;
use crate::macros::{Arguments, visit_arguments};
use crate::syntax::{Pipeline, is_pipeline};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ExprAsync, ExprClosure, ImplItemFn, Item, ItemFn, Macro};

/// `#[stage(...)]` is on top-level statements only.
pub fn not_inside(pipeline: &Pipeline, errors: &mut Errors) {
    let mut search = Attributes { errors };
    for statement in &pipeline.statements {
        search.visit_stmt(&statement.stmt);
    }
}

struct Attributes<'a> {
    errors: &'a mut Errors,
}

impl<'ast> Visit<'ast> for Attributes<'_> {
    fn visit_attribute(&mut self, attr: &'ast Attribute) {
        if attr.path().is_ident("stage") {
            self.errors.report(
                attr,
                "only a top-level statement is a stage",
                "put `#[stage(...)]` on the top-level statement that contains this one",
            );
        }
    }

    // A nested pipeline has its own stages.
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if !function.attrs.iter().any(is_pipeline) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !function.attrs.iter().any(is_pipeline) {
            visit::visit_impl_item_fn(self, function);
        }
    }
}

/// Every `return` of the pipeline is visible, so that resources are released with the right outcome.
pub fn exits_seen(pipeline: &Pipeline, errors: &mut Errors) {
    let mut search = Exits { errors };
    for statement in &pipeline.statements {
        search.visit_stmt(&statement.stmt);
    }
}

struct Exits<'a> {
    errors: &'a mut Errors,
}

impl Exits<'_> {
    fn search(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.search(group.stream()),
                TokenTree::Ident(ident) if ident == "return" => {
                    // This `return` needs no rewriting: a call that reports no success poisons its resources.
                    let fails =
                        matches!(tokens.peek(), Some(TokenTree::Ident(next)) if next == "Err");
                    if !fails {
                        self.errors.report(
                            ident,
                            "this `return` is in a macro whose arguments are unknown to the pipeline",
                            "let the macro give a value, and return the value in the next statement",
                        );
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Exits<'_> {
    fn visit_macro(&mut self, mac: &'ast Macro) {
        if Arguments::of(mac).is_some() {
            visit_arguments(self, mac);
        } else {
            self.search(mac.tokens.clone());
        }
    }

    // A `return` in these does not leave the pipeline.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}
