//! Resources that are lent to be read where they should be written.

use super::writes::is_written;
use crate::diagnostics::Errors;
use crate::model::{Model, Names, ResourceId, Subject};
use crate::syntax::{Mode, Pipeline, plain_name, root, text};
use syn::visit::{self, Visit};
use syn::{Expr, ExprAwait, ExprCall, ExprMethodCall, ExprReference, Item};

/// The methods of queues that write an argument, and which.
const DESTINATIONS: [(&str, usize); 4] = [("copy", 1), ("download", 1), ("fill", 0), ("upload", 1)];

/// The destination of a command is lent by `&mut`. Returns the resources that it reports.
pub fn to_destinations(pipeline: &Pipeline, names: &Names, errors: &mut Errors) -> Vec<ResourceId> {
    let mut search = Destinations {
        names,
        errors,
        found: Vec::new(),
    };
    for statement in &pipeline.statements {
        search.visit_stmt(&statement.stmt);
    }
    search.found
}

/// A pipeline is not called with the resources of another one. Returns the resources that it reports: they seem to be
/// written by the call, as they are not written otherwise.
pub fn to_pipelines(
    pipeline: &Pipeline,
    model: &Model,
    names: &Names,
    errors: &mut Errors,
) -> Vec<ResourceId> {
    let mut search = Awaited {
        names,
        found: Vec::new(),
    };
    for statement in &pipeline.statements {
        search.visit_stmt(&statement.stmt);
    }
    let mut explained = Vec::new();
    for (call, lent) in search.found {
        let ids: Vec<ResourceId> = lent
            .into_iter()
            .filter_map(|lent| id(lent, names))
            .collect();
        let is_unwritten = |id: &ResourceId| {
            let mode = model.resources[id.0].mode;
            matches!(mode, Mode::Writes | Mode::Updates) && !is_written(model, *id)
        };
        if call_lends_queue(call, names) {
            let function = text(&call.func);
            errors.report(
                &call.func,
                format!("`{function}` gets the queue of this pipeline and is awaited: a stage only enqueues"),
                "call another pipeline before or after this one; or make it a function that enqueues: it is not `async`, \
                 and takes `&Queue` and views, such as `&mut DeviceView<f32>`",
            );
        } else if let Some(id) = ids.iter().find(|id| is_unwritten(id)) {
            let (function, name) = (text(&call.func), &model.resources[id.0].name);
            errors.report(
                &call.func,
                format!("`{function}` gets `&{name}`, and nothing writes `{name}`"),
                format!(
                    "write `&mut {name}` if the function writes the value; call another pipeline before or after this \
                     one, not in a stage of it"
                ),
            );
        } else {
            continue;
        }
        explained.extend(ids);
    }
    explained
}

fn id(lent: &ExprReference, names: &Names) -> Option<ResourceId> {
    match names.subject(plain_name(root(&lent.expr))?)? {
        Subject::Resource(id) => Some(id),
        Subject::Queue(_) => None,
    }
}

/// Whether `expr` is a call of a function with `&queue`.
pub fn lends_queue(expr: &Expr, names: &Names) -> bool {
    matches!(expr, Expr::Call(call) if call_lends_queue(call, names))
}

fn call_lends_queue(call: &ExprCall, names: &Names) -> bool {
    call.args.iter().any(|arg| lent_queue(arg, names))
}

/// Whether `arg` is `&queue`.
fn lent_queue(arg: &Expr, names: &Names) -> bool {
    let Expr::Reference(lent) = arg else {
        return false;
    };
    let subject = plain_name(&lent.expr).and_then(|name| names.subject(name));
    matches!(subject, Some(Subject::Queue(_)))
}

struct Destinations<'a> {
    names: &'a Names,
    errors: &'a mut Errors,
    found: Vec<ResourceId>,
}

impl<'ast> Visit<'ast> for Destinations<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let owner = plain_name(&call.receiver).and_then(|name| self.names.subject(name));
        let command = DESTINATIONS.iter().find(|(name, _)| call.method == name);
        if let (Some(Subject::Queue(_)), Some((command, index))) = (owner, command) {
            match call.args.iter().nth(*index) {
                Some(Expr::Reference(lent)) if lent.mutability.is_none() => {
                    if let Some(id) = id(lent, self.names) {
                        self.found.push(id);
                        let place = text(&lent.expr);
                        self.errors.report(
                            lent,
                            format!("`{command}` writes `{place}`"),
                            format!("write `&mut {place}`"),
                        );
                    }
                }
                _ => {}
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    // An item cannot mention a parameter.
    fn visit_item(&mut self, _: &'ast Item) {}
}

/// Awaited calls of functions, and what they are lent to read.
struct Awaited<'a, 'ast> {
    names: &'a Names,
    found: Vec<(&'ast ExprCall, Vec<&'ast ExprReference>)>,
}

impl<'ast> Visit<'ast> for Awaited<'_, 'ast> {
    fn visit_expr_await(&mut self, awaited: &'ast ExprAwait) {
        if let Expr::Call(call) = &*awaited.base {
            let lent = call.args.iter().filter_map(|arg| match arg {
                Expr::Reference(lent) if lent.mutability.is_none() => Some(lent),
                _ => None,
            });
            let lent = lent.filter(|lent| id(lent, self.names).is_some());
            self.found.push((call, lent.collect()));
        }
        visit::visit_expr_await(self, awaited);
    }

    fn visit_item(&mut self, _: &'ast Item) {}
}
