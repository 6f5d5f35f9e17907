//! Locals that move into a blocking stage and back.

use crate::syntax::{Pipeline, Statement, bound, is_mentioned};
use syn::{Ident, Stmt};

/// The locals that both statement `index` and a later one mention. `true` marks those declared `mut`.
pub fn kept(pipeline: &Pipeline, index: usize) -> Vec<(Ident, bool)> {
    let (earlier, rest) = pipeline.statements.split_at(index);
    let Some((this, later)) = rest.split_first() else {
        return Vec::new();
    };
    let mut kept: Vec<(Ident, bool)> = Vec::new();
    for (name, is_mut) in locals(pipeline, earlier) {
        let text = name.to_string();
        if is_mentioned(&text, this) && later.iter().any(|later| is_mentioned(&text, later)) {
            // A later binding of a name hides the earlier one.
            kept.retain(|(known, _)| *known != name);
            kept.push((name, is_mut));
        }
    }
    kept
}

/// What the arguments and the top-level `let`s before a stage bind.
fn locals(pipeline: &Pipeline, earlier: &[Statement]) -> Vec<(Ident, bool)> {
    let arguments = pipeline.plain().map(|argument| &argument.pat);
    let lets = earlier
        .iter()
        .filter_map(|statement| match &statement.stmt {
            Stmt::Local(local) => Some(&local.pat),
            _ => None,
        });
    arguments.chain(lets).flat_map(bound).collect()
}
