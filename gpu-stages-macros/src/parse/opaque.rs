//! `#[stage(queue = q, reads(a), writes(b))]`.

use crate::diagnostics::Errors;
use crate::syntax::{Opaque, text};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Meta, Path, Token};

/// The options of an opaque stage, as far as they are read.
#[derive(Default)]
pub struct Declared {
    has_queue: bool,
    queue: Option<Ident>,
    reads: Option<Vec<Ident>>,
    writes: Option<Vec<Ident>>,
    /// The first of the options.
    first: Option<Path>,
}

impl Declared {
    /// Reads `meta` if it is one of these options.
    pub fn takes(&mut self, meta: &Meta, errors: &mut Errors) -> bool {
        let name = text(meta.path());
        let is_set = match name.as_str() {
            "queue" => self.has_queue,
            "reads" => self.reads.is_some(),
            "writes" => self.writes.is_some(),
            _ => return false,
        };
        self.first.get_or_insert_with(|| meta.path().clone());
        if is_set {
            errors.report(
                meta,
                format!("the option `{name}` is given twice"),
                "merge them into one",
            );
            return true;
        }
        match name.as_str() {
            "queue" => {
                self.has_queue = true;
                self.queue = queue(meta, errors);
            }
            "reads" => self.reads = Some(resources(&name, meta, errors)),
            _ => self.writes = Some(resources(&name, meta, errors)),
        }
        true
    }

    /// The opaque stage that the options declare.
    pub fn opaque(self, errors: &mut Errors) -> Option<Opaque> {
        let first = self.first?;
        if !self.has_queue {
            errors.report(
                first,
                "an opaque stage has to name its queue",
                "write `#[stage(queue = q, reads(a), writes(b))]`, or remove the attribute if the statement shows its \
                 queue and its resources",
            );
        }
        Some(Opaque {
            queue: self.queue,
            names_nothing: self.reads.is_none() && self.writes.is_none(),
            reads: self.reads.unwrap_or_default(),
            writes: self.writes.unwrap_or_default(),
        })
    }
}

fn queue(meta: &Meta, errors: &mut Errors) -> Option<Ident> {
    let named = match meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Path(path) => path.path.get_ident().cloned(),
            _ => None,
        },
        _ => None,
    };
    if named.is_none() {
        errors.report(
            meta,
            "`queue` has to name a queue of the pipeline",
            "write `queue = q`, where `#[queue] q` is a parameter",
        );
    }
    named
}

fn resources(name: &str, meta: &Meta, errors: &mut Errors) -> Vec<Ident> {
    let named = match meta {
        Meta::List(list) => list
            .parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)
            .ok(),
        _ => None,
    };
    match named {
        Some(named) if !named.is_empty() => named.into_iter().collect(),
        _ => {
            errors.report(
                meta,
                format!("`{name}` has to name resources of the pipeline"),
                format!("write `{name}(a, b)`; a resource is named as a whole, without its parts"),
            );
            Vec::new()
        }
    }
}
