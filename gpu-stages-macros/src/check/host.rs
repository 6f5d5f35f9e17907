//! Resources stay where their guards are.

use crate::diagnostics::Errors;
use crate::model::{Capture, Mention, Model, Place, Stage, Subject, Usage};

/// A host stage borrows a resource.
pub fn not_moved(model: &Model, errors: &mut Errors) {
    let on_host = |stage: &&Stage| !matches!(stage.work.place, Place::Device(_));
    let mentions = model
        .stages
        .iter()
        .filter(on_host)
        .flat_map(|stage| &stage.mentions);
    for mention in mentions.filter(|mention| mention.usage == Usage::Moved) {
        let name = &mention.ident;
        errors.report(
            name,
            format!("the resource `{name}` cannot be moved"),
            format!(
                "borrow it, `&{name}` or `&mut {name}`: it stays with its owner; `{name}.clone()` makes a copy"
            ),
        );
    }
}

/// What borrows a resource ends with the stage.
pub fn not_captured(model: &Model, errors: &mut Errors) {
    for stage in &model.stages {
        let captured = |mention: &&Mention| match mention.subject {
            Subject::Resource(id) => {
                let is_copied = mention.usage == Usage::Facts && stage.work.facts.contains(&id);
                mention.capture == Capture::Moved && !is_copied
            }
            Subject::Queue(_) => false,
        };
        for mention in stage.mentions.iter().filter(captured) {
            let name = &mention.ident;
            errors.report(
                name,
                format!("the resource `{name}` is captured by `move` and could outlive the stage"),
                "leave out `move` if it is over with the statement; what goes on by itself gets a copy, taken \
                 into a local before",
            );
        }
    }
}

/// Every use can be seen.
pub fn not_in_unknown_macro(model: &Model, errors: &mut Errors) {
    let mentions = model.stages.iter().flat_map(|stage| &stage.mentions);
    for mention in mentions.filter(|mention| mention.usage == Usage::Hidden) {
        let name = &mention.ident;
        errors.report(
            name,
            format!("`{name}` is in a macro that the pipeline cannot look into"),
            "take what the macro needs into a local before; the macros of the standard library that print, \
             format and assert, and those of `tracing`, are understood",
        );
    }
}
