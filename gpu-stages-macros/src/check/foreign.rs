//! Commands that the pipeline does not see.

use crate::diagnostics::Errors;
use crate::lower::of_expr;
use crate::model::{Model, Names, Place, Usage};
use crate::syntax::{
    Pipeline, Plain, Statement, bound, is_called, mentions, plain_name, resource_in, text,
};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, Ident, Item, Type};

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
            let is_enqueue = OF_QUEUES.iter().any(|name| call.method == name)
                || (is_queue(pipeline, &call.receiver) && call.method != "clone");
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

/// Whether `receiver` is a plain argument of a type called `Queue`.
fn is_queue(pipeline: &Pipeline, receiver: &Expr) -> bool {
    let is_it = |plain: &Plain, name: &Ident| {
        is_called(value_type(&plain.ty), "Queue")
            && bound(&plain.pat).iter().any(|(bound, _)| bound == name)
    };
    plain_name(receiver).is_some_and(|name| pipeline.plain().any(|plain| is_it(plain, name)))
}

/// A buffer that a device stage uses is declared.
pub fn buffers_declared(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for plain in pipeline.plain() {
        let tokens = plain.ty.to_token_stream();
        let mut kinds = BUFFERS.iter();
        if !kinds.any(|kind| mentions(tokens.clone(), kind)) {
            continue;
        }
        for (name, _) in bound(&plain.pat) {
            let on_device = pipeline.statements.iter().zip(&model.stages);
            let on_device =
                on_device.filter(|(_, stage)| matches!(stage.work.place, Place::Device(_)));
            let mut uses = on_device.filter_map(|(statement, _)| first_use(statement, &name));
            if let Some(used) = uses.next() {
                let ty = text(value_type(&plain.ty));
                errors.report(
                    used,
                    format!("`{name}` is not declared, so that nothing would wait for it"),
                    format!(
                        "write `#[reads]`, `#[writes]`, `#[updates]` or `#[owns]` before the parameter: \
                         `#[reads] {name}: {ty}`"
                    ),
                );
            }
        }
    }
}

/// Types of buffers.
const BUFFERS: [&str; 2] = ["DeviceBuffer", "HostBuffer"];

/// The type behind references, of the value if it is a resource.
fn value_type(ty: &Type) -> &Type {
    match (ty, resource_in(ty)) {
        (_, Some((_, value))) => value,
        (Type::Reference(reference), None) => value_type(&reference.elem),
        _ => ty,
    }
}

/// The first mention of a variable in a statement.
fn first_use(statement: &Statement, name: &Ident) -> Option<Ident> {
    struct Uses<'a> {
        name: &'a Ident,
        found: Option<Ident>,
    }
    impl<'ast> Visit<'ast> for Uses<'_> {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match plain_name(expr) {
                Some(used) if used == self.name => {
                    self.found.get_or_insert_with(|| used.clone());
                }
                _ => visit::visit_expr(self, expr),
            }
        }
        fn visit_item(&mut self, _: &'ast Item) {}
    }
    let mut uses = Uses { name, found: None };
    uses.visit_stmt(&statement.stmt);
    uses.found
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
