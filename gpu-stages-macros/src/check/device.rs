//! Device stages.

use super::lent::lends_queue;
use crate::diagnostics::Errors;
use crate::lower::awaits;
use crate::model::{Capture, Mention, Model, Names, Place, Usage};
use crate::syntax::{Pipeline, Statement};
use syn::{Expr, Stmt};

/// A device stage only enqueues.
pub fn no_await(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if let Place::Device(queue) = stage.work.place {
            for found in awaits(statement) {
                // The rule on what pipelines are lent reports this.
                if lends_queue(&found.base, names) {
                    continue;
                }
                let queue = &model.queues[queue.0];
                errors.report(
                    found.await_token,
                    format!("this stage enqueues on `{queue}` and cannot wait"),
                    "await in a statement that mentions no queue",
                );
            }
        }
    }
}

/// A device stage sees views and metadata, not values.
pub fn views_only(pipeline: &Pipeline, model: &Model, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        let Place::Device(queue) = stage.work.place else {
            continue;
        };
        let queue = &model.queues[queue.0];
        for mention in stage.mentions.iter().filter(|mention| is_value(mention)) {
            let name = &mention.ident;
            let message = match body_of(statement) {
                Some(body) => {
                    format!(
                        "this {body} enqueues on `{queue}` and uses the value of `{name}` as well"
                    )
                }
                None => format!("a stage on `{queue}` does not see the value of `{name}`"),
            };
            let help = match body_of(statement) {
                Some(body) => format!(
                    "split the {body}: a device stage uses `&{name}`, `&mut {name}` and `{name}.len()`; use the \
                     value in another statement"
                ),
                None => match mention.usage {
                    Usage::Moved => {
                        format!("write `&{name}` to read it there, `&mut {name}` to write it")
                    }
                    Usage::Assigned => format!(
                        "write it by a command, through `&mut {name}`, or in a statement that mentions no queue"
                    ),
                    _ => "copy the data that the command needs into a local first, in a statement that mentions no queue"
                        .to_owned(),
                },
            };
            errors.report(name, message, help);
        }
    }
}

fn is_value(mention: &Mention) -> bool {
    let is_view = matches!(
        mention.usage,
        // The rule on macros reports hidden uses.
        Usage::Shared | Usage::Exclusive | Usage::Facts | Usage::Hidden
    );
    mention.resource().is_some() && !is_view && mention.capture != Capture::Moved
}

/// The word for a statement that contains statements.
fn body_of(statement: &Statement) -> Option<&'static str> {
    match &statement.stmt {
        Stmt::Expr(Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_), _) => Some("loop"),
        Stmt::Expr(Expr::If(_) | Expr::Match(_), _) => Some("branch"),
        Stmt::Expr(Expr::Block(_) | Expr::Unsafe(_), _) => Some("block"),
        _ => None,
    }
}
