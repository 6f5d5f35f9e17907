//! `#[derive(DeviceVisible)]`: the views of a struct are a struct of its fields' views.

mod expand;
mod options;
mod read;

use crate::diagnostics::Errors;
use proc_macro2::TokenStream;
use syn::{Generics, Ident, Member, Path, Type, Visibility};

/// The implementation for one struct, or its errors.
pub fn device_visible(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let visible = read::item(item, &mut errors);
    match (errors.into_tokens(), visible) {
        (None, Some(visible)) => expand::implementation(&visible),
        (errors, _) => errors.unwrap_or_default(),
    }
}

/// A struct that devices see.
struct Visible {
    library: Path,
    vis: Visibility,
    name: Ident,
    generics: Generics,
    shape: Shape,
    fields: Vec<Field>,
}

/// The form of a struct.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Named,
    Tuple,
    Unit,
}

/// One of its fields.
struct Field {
    vis: Visibility,
    member: Member,
    ty: Type,
    /// Only the host sees it.
    is_skipped: bool,
}
