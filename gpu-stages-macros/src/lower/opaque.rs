//! What opaque stages declare.

use crate::model::{Capture, Mention, Names, Subject, Usage};
use crate::syntax::Statement;
use syn::Ident;

/// The queue and the resources that `statement` declares, as if it mentioned them. Names that do not fit are left
/// out.
pub fn declared(statement: &Statement, names: &Names) -> Vec<Mention> {
    let Some(opaque) = statement.opaque() else {
        return Vec::new();
    };
    let queue = opaque.queue.iter().map(|name| (name, Usage::Lent));
    let reads = opaque.reads.iter().map(|name| (name, Usage::Shared));
    let writes = opaque.writes.iter().map(|name| (name, Usage::Exclusive));
    let all = queue.chain(reads).chain(writes);
    all.filter_map(|(name, usage)| mention(name, usage, names))
        .collect()
}

fn mention(name: &Ident, usage: Usage, names: &Names) -> Option<Mention> {
    let subject = names.subject(name)?;
    let fits = match subject {
        Subject::Queue(_) => usage == Usage::Lent,
        Subject::Resource(_) => usage != Usage::Lent,
    };
    fits.then(|| Mention {
        subject,
        ident: name.clone(),
        usage,
        capture: Capture::None,
        in_part: false,
        is_declared: true,
    })
}
