//! Names that bindings cannot have.

use crate::diagnostics::Errors;
use crate::macros::visit_arguments;
use crate::model::Model;
use crate::syntax::{Param, Pipeline, bound};
use syn::visit::{self, Visit};
use syn::{Ident, Item, Macro, PatIdent};

/// Names that begin with `__` belong to the generated code.
pub fn not_reserved(pipeline: &Pipeline, errors: &mut Errors) {
    let mut names = bindings(pipeline);
    let plain = pipeline.plain().flat_map(|plain| bound(&plain.pat));
    names.extend(plain.map(|(name, _)| name));
    let declared = pipeline.params.iter().filter_map(Param::declaration);
    names.extend(declared.map(|declaration| declaration.name.clone()));
    for name in names
        .iter()
        .filter(|name| name.to_string().starts_with("__"))
    {
        errors.report(
            name,
            format!("the name `{name}` is reserved"),
            "names that begin with `__` are for the generated code: choose another name",
        );
    }
}

/// A declared name means the same in the whole body.
pub fn not_hidden(pipeline: &Pipeline, model: &Model, errors: &mut Errors) -> bool {
    let mut all_seen = true;
    for name in bindings(pipeline) {
        let kind = if model.resources.iter().any(|it| it.name == name) {
            "resource"
        } else if model.queues.contains(&name) {
            "queue"
        } else {
            continue;
        };
        all_seen = false;
        errors.report(
            &name,
            format!("this binding hides the {kind} `{name}`"),
            "give the binding another name",
        );
    }
    all_seen
}

/// The names that the body binds, wherever.
pub fn bindings(pipeline: &Pipeline) -> Vec<Ident> {
    let mut bindings = Bindings { found: Vec::new() };
    for statement in &pipeline.statements {
        bindings.visit_stmt(&statement.stmt);
    }
    bindings.found
}

struct Bindings {
    found: Vec<Ident>,
}

impl<'ast> Visit<'ast> for Bindings {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.found.push(pat.ident.clone());
        visit::visit_pat_ident(self, pat);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        visit_arguments(self, mac);
    }

    // Items have separate names.
    fn visit_item(&mut self, _: &'ast Item) {}
}
