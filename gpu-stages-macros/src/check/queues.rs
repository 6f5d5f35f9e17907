//! Command queues.

use crate::diagnostics::Errors;
use crate::model::{Capture, Mention, Model, Place, Usage};

/// Methods of queues that block, of this library, of `ocl` and of `cudarc`.
const BLOCKING: [&str; 2] = ["finish", "synchronize"];

/// A device stage has one queue.
pub fn one_per_stage(model: &Model, errors: &mut Errors) {
    for stage in &model.stages {
        let Place::Device(first) = stage.work.place else {
            continue;
        };
        let mut others = stage.mentions.iter().filter(|mention| {
            let queue = mention.queue();
            queue.is_some() && queue != Some(first)
        });
        if let Some(other) = others.next() {
            let (first, second) = (&model.queues[first.0], &other.ident);
            errors.report(
                second,
                format!("this stage runs on `{first}` and cannot use `{second}` as well"),
                "use one statement for each queue: the pipeline orders the statements by their resources",
            );
        }
    }
}

/// A queue is only used to enqueue.
pub fn only_enqueue(model: &Model, errors: &mut Errors) {
    for stage in &model.stages {
        let queues = stage
            .mentions
            .iter()
            .filter(|mention| mention.queue().is_some());
        queues.for_each(|mention| enqueues(mention, errors));
    }
}

fn enqueues(mention: &Mention, errors: &mut Errors) {
    let queue = &mention.ident;
    let help =
        format!("write `{queue}.method(...)`, or pass `&{queue}` to a function that enqueues");
    match (&mention.usage, mention.capture) {
        // The rule on macros reports this.
        (Usage::Hidden, _) => {}
        (_, Capture::Borrowed | Capture::Moved) => errors.report(
            queue,
            format!("the queue `{queue}` is captured, so that commands could be enqueued after the stage"),
            "enqueue in the statement itself, in a `for` loop for example",
        ),
        (Usage::Method(method), _) if method == "clone" => errors.report(
            queue,
            format!(
                "the queue `{queue}` is cloned: the pipeline would not see the commands on the clone"
            ),
            help,
        ),
        (Usage::Method(method), _) if BLOCKING.iter().any(|name| method == name) => errors.report(
            method,
            format!("`{method}` blocks the executor's thread until all commands on `{queue}` are over"),
            "remove it: a host stage waits for the resources that it uses, and the call for all its commands; call it \
             outside of pipelines",
        ),
        (Usage::Method(_) | Usage::Lent, _) => {}
        _ => errors.report(
            queue,
            format!("the queue `{queue}` can only be used to enqueue"),
            help,
        ),
    }
}
