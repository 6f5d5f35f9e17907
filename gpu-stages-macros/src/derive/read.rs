//! Tokens to the struct.

use super::model::{Field, Shape, Visible};
use super::options;
use crate::diagnostics::Errors;
use proc_macro2::TokenStream;
use syn::{Fields, Generics, Index, Item, ItemStruct, Member};

/// Reads the item under the derive. `None` if devices cannot see such an item.
pub fn item(item: TokenStream, errors: &mut Errors) -> Option<Visible> {
    match syn::parse2::<Item>(item) {
        Ok(Item::Struct(item)) => Some(structure(item, errors)),
        Ok(Item::Enum(item)) => {
            errors.report(
                item.enum_token,
                "devices cannot see an enum",
                "make it a struct: a device stage uses parts by path, and the variant of an enum can change; \
                 or use it in host stages only, without the derive",
            );
            None
        }
        Ok(Item::Union(item)) => {
            errors.report(
                item.union_token,
                "devices cannot see a union",
                "make it a struct: the valid field of a union is not known",
            );
            None
        }
        Ok(_) => None,
        Err(error) => {
            errors.syntax(error);
            None
        }
    }
}

fn structure(item: ItemStruct, errors: &mut Errors) -> Visible {
    no_lifetimes(&item.generics, errors);
    let shape = match &item.fields {
        Fields::Named(_) => Shape::Named,
        Fields::Unnamed(_) => Shape::Tuple,
        Fields::Unit => Shape::Unit,
    };
    let fields = item.fields.into_iter().enumerate();
    let fields = fields.map(|(index, field)| Field {
        is_skipped: options::is_skipped(&field.attrs, errors),
        member: match field.ident {
            Some(name) => Member::Named(name),
            None => Member::Unnamed(Index::from(index)),
        },
        vis: field.vis,
        ty: field.ty,
    });
    let fields = fields.collect();
    Visible {
        library: options::library(&item.attrs, errors),
        vis: item.vis,
        name: item.ident,
        generics: item.generics,
        shape,
        fields,
    }
}

/// Devices may use the value for longer than any borrow lasts.
fn no_lifetimes(generics: &Generics, errors: &mut Errors) {
    for param in generics.lifetimes() {
        errors.report(
            param,
            "a struct that devices see cannot borrow",
            "use owned fields: a command in flight may use the value for longer than any borrow lasts",
        );
    }
}
