//! Commands that the pipeline does not see.

use crate::diagnostics::Errors;
use crate::lower::of_expr;
use crate::model::{Model, Names, Place, Usage};
use crate::syntax::{Pipeline, is_called, plain_name, text};
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, Item};

/// Methods of other crates that enqueue on any receiver, and the number of their arguments: of `ocl`,
/// `opencl3` and `cudarc`.
const ENQUEUE: [(&str, usize); 3] = [("enq", 0), ("enqueue_nd_range", 1), ("launch_builder", 1)];

/// Methods of the library's queues that nothing else has for device buffers.
const OF_QUEUES: [&str; 3] = ["upload", "download", "launch"];

/// Only device stages enqueue.
pub fn all_enqueued_in_stages(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if matches!(stage.work.place, Place::Device(_)) {
            continue;
        }
        let mut calls = Calls::default();
        calls.visit_stmt(&statement.stmt);
        for call in calls.found {
            let is_it =
                |(name, args): &(&str, usize)| call.method == name && call.args.len() == *args;
            if ENQUEUE.iter().any(is_it) {
                errors.report(
                    &call.method,
                    format!(
                        "`{}` enqueues in a statement that mentions no queue, so that no stage would wait for it",
                        call.method
                    ),
                    "mention the queue and the resources of the command, or declare them: \
                     `#[stage(queue = queue, reads(a), writes(b))]`",
                );
            }
        }
    }
}

/// A queue that a host stage enqueues on is declared.
pub fn queues_declared(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    let device_buffers: Vec<bool> = pipeline
        .resources()
        .map(|(_, declaration)| is_called(&declaration.ty, "DeviceBuffer"))
        .collect();
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if stage.work.place != Place::Host {
            continue;
        }
        let mut calls = Calls::default();
        calls.visit_stmt(&statement.stmt);
        for call in calls.found {
            let takes_buffer = call.args.iter().any(|arg| {
                let mentions = of_expr(arg, names);
                mentions.iter().any(|mention| {
                    let is_lent = matches!(mention.usage, Usage::Shared | Usage::Exclusive);
                    let resource = mention.resource();
                    is_lent && resource.is_some_and(|resource| device_buffers[resource.0])
                })
            });
            let is_enqueue = OF_QUEUES.iter().any(|name| call.method == name);
            if let (true, true, Some(help)) = (is_enqueue, takes_buffer, declared(&call.receiver)) {
                errors.report(
                    &call.receiver,
                    format!(
                        "this enqueues on a queue that is not declared: `{}`",
                        text(&call.receiver)
                    ),
                    help,
                );
            }
        }
    }
}

/// How to declare the queue that `receiver` seems to be.
fn declared(receiver: &Expr) -> Option<String> {
    match (plain_name(receiver), receiver) {
        (Some(name), _) => Some(format!(
            "write `#[queue]` before the parameter: `#[queue] {name}: Queue`"
        )),
        (None, Expr::Field(field)) => {
            let (name, value) = (text(&field.member), text(receiver));
            Some(format!(
                "declare it as a parameter, `#[queue({value})] {name}: Queue`, and enqueue on that"
            ))
        }
        _ => None,
    }
}

/// Every method call of a statement.
#[derive(Default)]
struct Calls<'ast> {
    found: Vec<&'ast ExprMethodCall>,
}

impl<'ast> Visit<'ast> for Calls<'ast> {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        self.found.push(call);
        visit::visit_expr_method_call(self, call);
    }

    // An item runs only where it is called.
    fn visit_item(&mut self, _: &'ast Item) {}
}
