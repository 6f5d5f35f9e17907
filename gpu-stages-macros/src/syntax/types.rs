//! Queries on types.

use syn::visit::{self, Visit};
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type, TypeReference};

/// Whether a type is one of the scalars of the language, which are copied rather than moved.
pub fn is_scalar(ty: &Type) -> bool {
    let scalars = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize",
    ];
    matches!(ty, Type::Path(path) if scalars.iter().any(|scalar| path.path.is_ident(scalar)))
}

/// The `T` of `[T]`, a list of resources.
pub fn listed(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Slice(list) => Some(&list.elem),
        Type::Paren(paren) => listed(&paren.elem),
        _ => None,
    }
}

/// Whether the last word of a type's path is `name`.
pub fn is_called(ty: &Type, name: &str) -> bool {
    let last = match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    };
    last.is_some_and(|segment| segment.ident == name)
}

/// Whether a type is written as one buffer.
pub fn is_buffer(ty: &Type) -> bool {
    is_called(ty, "DeviceBuffer") || is_called(ty, "HostBuffer")
}

/// Whether values of a type are certainly moved, and not copied. Of other types than the well-known ones only rustc
/// knows.
pub fn is_moved(ty: &Type) -> bool {
    const MOVED: [&str; 22] = [
        "Arc",
        "BTreeMap",
        "BTreeSet",
        "BinaryHeap",
        "Box",
        "DeviceBuffer",
        "File",
        "HashMap",
        "HashSet",
        "HostBuffer",
        "Mutex",
        "OsString",
        "PathBuf",
        "Rc",
        "RefCell",
        "RwLock",
        "String",
        "TcpListener",
        "TcpStream",
        "UdpSocket",
        "Vec",
        "VecDeque",
    ];
    match ty {
        Type::Slice(_) => true,
        Type::Array(array) => is_moved(&array.elem),
        Type::Paren(paren) => is_moved(&paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(is_moved),
        _ => MOVED.iter().any(|name| is_called(ty, name)),
    }
}

/// Whether a type is certainly `Sync` where it is `Send`.
pub fn is_lent_to_threads(ty: &Type) -> bool {
    let holds = ["Option", "Vec"];
    match ty {
        Type::Array(array) => is_lent_to_threads(&array.elem),
        Type::Paren(paren) => is_lent_to_threads(&paren.elem),
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_lent_to_threads),
        Type::Path(path) if holds.iter().any(|name| is_called(ty, name)) => {
            let last = path.path.segments.last();
            let arguments = last.map(|last| &last.arguments);
            matches!(arguments, Some(PathArguments::AngleBracketed(arguments))
            if arguments.args.iter().all(|argument| {
                matches!(argument, GenericArgument::Type(ty) if is_lent_to_threads(ty))
            }))
        }
        _ => {
            is_scalar(ty)
                || ["Arc", "Kernel", "String"]
                    .iter()
                    .any(|name| is_called(ty, name))
        }
    }
}

/// Whether a type is written as a vector, an array, a tuple or a list.
pub fn is_list(ty: &Type) -> bool {
    match ty {
        Type::Tuple(_) | Type::Array(_) | Type::Slice(_) => true,
        Type::Paren(paren) => is_list(&paren.elem),
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|segment| segment.ident == "Vec")
        }
        _ => false,
    }
}

/// The `Resource<T>` in a type, and `T`.
pub fn resource_in(ty: &Type) -> Option<(&PathSegment, &Type)> {
    match ty {
        Type::Array(array) => resource_in(&array.elem),
        Type::Paren(paren) => resource_in(&paren.elem),
        Type::Reference(reference) => resource_in(&reference.elem),
        Type::Slice(list) => resource_in(&list.elem),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            let inner = arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })?;
            let is_it = ["Resource", "Version", "Readable"];
            if is_it.iter().any(|name| last.ident == name) {
                return Some((last, inner));
            }
            let holds = ["Arc", "Box", "Option", "Rc", "Vec"];
            let holds = holds.iter().any(|name| last.ident == name);
            holds.then(|| resource_in(inner)).flatten()
        }
        _ => None,
    }
}

/// Whether a type visibly borrows.
pub fn is_borrowed(ty: &Type) -> bool {
    let mut search = Borrows(false);
    search.visit_type(ty);
    search.0
}

struct Borrows(bool);

impl<'ast> Visit<'ast> for Borrows {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        let is_static = |lifetime: &Lifetime| lifetime.ident == "static";
        self.0 |= !reference.lifetime.as_ref().is_some_and(is_static);
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.0 |= lifetime.ident != "static";
    }
}
