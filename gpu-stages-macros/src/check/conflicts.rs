//! A command that reads what it writes.

use crate::diagnostics::Errors;
use crate::model::{Model, Names, Place, Subject};
use crate::syntax::{Pipeline, plain_name, root, text};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprLit, ExprMethodCall, ExprReference, Item, Lit, Token};

/// The arguments of one command do not overlap where one of them is written.
pub fn not_read_and_written(
    pipeline: &Pipeline,
    model: &Model,
    names: &Names,
    errors: &mut Errors,
) {
    let mut commands = Commands { names, errors };
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if matches!(stage.work.place, Place::Device(_)) {
            commands.visit_stmt(&statement.stmt);
        }
    }
}

struct Commands<'a> {
    names: &'a Names,
    errors: &'a mut Errors,
}

impl Commands<'_> {
    fn arguments(&mut self, args: &Punctuated<Expr, Token![,]>) {
        let mut seen: Vec<&ExprReference> = Vec::new();
        let mut lent = Vec::new();
        args.iter().for_each(|arg| references(arg, &mut lent));
        for borrow in lent {
            let is_resource = plain_name(root(&borrow.expr))
                .and_then(|name| self.names.subject(name))
                .is_some_and(|subject| matches!(subject, Subject::Resource(_)));
            if !is_resource {
                continue;
            }
            let conflict = seen.iter().find_map(|earlier| {
                let is_written = borrow.mutability.is_some() || earlier.mutability.is_some();
                let overlap =
                    is_written.then(|| overlap(&earlier.expr, &borrow.expr, self.names))??;
                Some((
                    earlier.mutability.is_some() && borrow.mutability.is_some(),
                    overlap,
                ))
            });
            match conflict {
                Some((is_twice, overlap)) => self.report(borrow, is_twice, overlap),
                None => seen.push(borrow),
            }
        }
    }

    fn report(&mut self, borrow: &ExprReference, is_twice: bool, overlap: Overlap) {
        let Some(name) = plain_name(root(&borrow.expr)) else {
            return;
        };
        let verb = if is_twice {
            "written twice"
        } else {
            "read and written"
        };
        let (message, help) = match overlap {
            Overlap::Same => (
                format!("`{name}` is {verb} by one command"),
                format!(
                    "pass only `&mut {name}` to a kernel that works in place, or use two buffers"
                ),
            ),
            Overlap::Ranges => (
                format!("`{name}` is {verb} by one command, and its ranges may overlap"),
                format!(
                    "make each part a buffer, put the buffers into one resource, and name them by path: \
                     `&{name}.0`, `&mut {name}.1`"
                ),
            ),
            Overlap::Elements => (
                format!("`{name}` is {verb} by one command, and its elements may be the same"),
                format!(
                    "split it first, in one block with the command: \
                     `let (first, rest) = (&mut {name}).split_at_mut(1);`"
                ),
            ),
        };
        self.errors.report(name, message, help);
    }
}

impl<'ast> Visit<'ast> for Commands<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.arguments(&call.args);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.arguments(&call.args);
        visit::visit_expr_call(self, call);
    }

    // An item cannot mention a parameter.
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// The references among the arguments of a call, in tuples and arrays too.
fn references<'a>(expr: &'a Expr, found: &mut Vec<&'a ExprReference>) {
    match expr {
        Expr::Reference(borrow) => found.push(borrow),
        Expr::Tuple(tuple) => tuple.elems.iter().for_each(|expr| references(expr, found)),
        Expr::Array(array) => array.elems.iter().for_each(|expr| references(expr, found)),
        Expr::Paren(paren) => references(&paren.expr, found),
        _ => {}
    }
}

/// Why the borrow checker does not take two places of one resource for distinct.
#[derive(Clone, Copy)]
enum Overlap {
    Same,
    Ranges,
    Elements,
}

/// How `a` and `b` overlap, if they do.
fn overlap(a: &Expr, b: &Expr, names: &Names) -> Option<Overlap> {
    let (a, b) = (path(a, names), path(b, names));
    if a.first() != b.first() {
        return None;
    }
    for (a, b) in a.iter().zip(&b) {
        match (a, b) {
            (Step::Named(a), Step::Named(b)) if a != b => return None,
            (Step::Range, Step::Range) => return Some(Overlap::Ranges),
            (Step::Element(a), Step::Element(b)) if a.is_none() || a != b => {
                return Some(Overlap::Elements);
            }
            _ => {}
        }
    }
    Some(Overlap::Same)
}

/// A step of the path to a part.
#[derive(PartialEq)]
enum Step {
    /// The resource itself, or a field.
    Named(String),
    Range,
    /// With the number, if it is a literal.
    Element(Option<String>),
}

/// The path to `expr` from its resource.
fn path(expr: &Expr, names: &Names) -> Vec<Step> {
    let (base, step) = match expr {
        Expr::Paren(paren) => return path(&paren.expr, names),
        Expr::Field(field) => {
            let name = text(&field.member);
            (&field.base, Step::Named(name))
        }
        Expr::Index(index) => {
            let step = match &*index.index {
                Expr::Range(_) => Step::Range,
                _ if names.names_buffer(&index.expr) => Step::Range,
                Expr::Lit(ExprLit {
                    lit: Lit::Int(number),
                    ..
                }) => Step::Element(Some(number.base10_digits().to_owned())),
                _ => Step::Element(None),
            };
            (&index.expr, step)
        }
        _ => return vec![Step::Named(text(expr))],
    };
    let mut path = path(base, names);
    path.push(step);
    path
}
