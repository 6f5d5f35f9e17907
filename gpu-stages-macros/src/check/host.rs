//! Resources are borrowed from their guards, never moved.

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
            format!("borrow it, `&{name}` or `&mut {name}`, or make a copy with `{name}.clone()`"),
        );
    }
}

/// No closure and no async block captures a resource by `move`: it could outlive the stage.
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
                "remove `move` if the closure or async block ends with the statement; otherwise copy the data into a \
                 local first, and move that",
            );
        }
    }
}

/// The arguments of a macro that mentions a resource are known.
pub fn not_in_unknown_macro(model: &Model, errors: &mut Errors) {
    let mentions = model.stages.iter().flat_map(|stage| &stage.mentions);
    for mention in mentions.filter(|mention| mention.usage == Usage::Hidden) {
        let name = &mention.ident;
        errors.report(
            name,
            format!("`{name}` is in a macro whose arguments are unknown to the pipeline"),
            "copy the data that the macro needs into a local first; known macros are those of the standard library \
             that print, format and assert, and those of `tracing`",
        );
    }
}
