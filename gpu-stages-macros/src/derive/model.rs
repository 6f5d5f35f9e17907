//! [`Visible`]: a struct that devices see, as the derive reads it.

use syn::{Generics, Ident, Member, Path, Type, Visibility};

/// A struct that devices see.
pub struct Visible {
    pub library: Path,
    pub vis: Visibility,
    pub name: Ident,
    pub generics: Generics,
    pub shape: Shape,
    pub fields: Vec<Field>,
}

/// The form of a struct.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Named,
    Tuple,
    Unit,
}

/// One of its fields.
pub struct Field {
    pub vis: Visibility,
    pub member: Member,
    pub ty: Type,
    /// Only the host sees it.
    pub is_skipped: bool,
}
