//! The struct to its implementation.
//!
//! All generated tokens have the spans of the macro, so that the lints of the user's crate ignore them, also
//! `forbid(unsafe_code)`.

mod implementation;

use super::model::{Field, Shape, Visible};
use crate::syntax::{is_called, mentions};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::{Generics, Ident, Member, Type, parse_quote, parse_quote_spanned};

/// `unsafe impl DeviceVisible` with the types that it needs.
pub fn implementation(visible: &Visible) -> TokenStream {
    let glue = Span::mixed_site();
    let expand = Expand { visible, glue };
    let views = expand.views_type("Views");
    let views_mut = expand.views_type("ViewsMut");
    let facts = expand.facts_type();
    let implementation = expand.implementation();
    let demands = expand.demands();
    quote_spanned! {glue=>
        const _: () = {
            #views
            #views_mut
            #facts
            #implementation
            #demands
        };
    }
}

struct Expand<'a> {
    visible: &'a Visible,
    glue: Span,
}

impl Expand<'_> {
    /// The fields that devices see, with their places in the holder.
    fn seen(&self) -> impl Iterator<Item = (Literal, &Field)> {
        let fields = self.visible.fields.iter().filter(|field| !field.is_skipped);
        fields
            .enumerate()
            .map(|(index, field)| (Literal::usize_unsuffixed(index), field))
    }

    /// The name of a generated type.
    fn name(&self, suffix: &str) -> Ident {
        format_ident!("__{}{suffix}", self.visible.name, span = self.glue)
    }

    /// The struct's parameters, and the condition that devices see its fields.
    ///
    /// A condition with an unneeded lifetime is not checked at its definition. So `demands` reports a wrong field
    /// once, and the other generated items do not report it again.
    fn generics(&self) -> Generics {
        let library = &self.visible.library;
        let mut generics = self.visible.generics.clone();
        for (_, field) in self.seen() {
            let ty = &field.ty;
            let condition = parse_quote_spanned! {self.glue=>
                for<'__any> #ty: #library::DeviceVisible
            };
            generics.make_where_clause().predicates.push(condition);
        }
        generics
    }

    /// Checks what does not depend on type parameters, at the user's types.
    fn demands(&self) -> TokenStream {
        let library = &self.visible.library;
        let (params, _, conditions) = self.visible.generics.split_for_impl();
        let fields = self.seen().map(|(_, field)| &field.ty);
        let fields = fields.filter(|ty| !self.is_generic(ty));
        let own = (!self.has_type_params()).then(|| {
            let own = self.own();
            quote_spanned!(self.glue=> __is_owned::<#own>();)
        });
        quote_spanned! {self.glue=>
            const fn __is_visible<T: #library::DeviceVisible>() {}
            const fn __is_owned<T: ::core::marker::Send + ::core::marker::Sync + 'static>() {}
            #[allow(dead_code)]
            const fn __demands #params () #conditions {
                #(__is_visible::<#fields>();)*
                #own
            }
        }
    }

    fn is_generic(&self, ty: &Type) -> bool {
        let mut params = self.visible.generics.type_params();
        params.any(|param| mentions(ty.to_token_stream(), &param.ident.to_string()))
    }

    /// The same, for types that borrow the holder.
    fn borrowing_generics(&self) -> Generics {
        let mut generics = self.generics();
        generics.params.insert(0, parse_quote!('__views));
        generics
    }

    fn has_type_params(&self) -> bool {
        self.visible.generics.type_params().next().is_some()
    }

    /// Whether a generated type may have parameters that none of its fields uses.
    fn needs_marker(&self) -> bool {
        self.has_type_params() || self.seen().next().is_none()
    }

    /// `struct __NetViews<'__views> { weights: <.. as DeviceVisible>::Views<'__views>, .. }`
    fn views_type(&self, what: &str) -> TokenStream {
        let associated = Ident::new(what, self.glue);
        let associated = quote_spanned!(self.glue=> #associated<'__views>);
        self.structure(what, &self.borrowing_generics(), &associated)
    }

    /// `struct __NetFacts { weights: <.. as DeviceVisible>::Facts, .. }`
    fn facts_type(&self) -> TokenStream {
        let (name, generics) = (self.name("Facts"), self.generics());
        let (params, arguments, conditions) = generics.split_for_impl();
        let structure = self.structure("Facts", &generics, &quote_spanned!(self.glue=> Facts));
        quote_spanned! {self.glue=>
            #structure

            #[automatically_derived]
            impl #params ::core::clone::Clone for #name #arguments #conditions {
                fn clone(&self) -> Self {
                    *self
                }
            }

            #[automatically_derived]
            impl #params ::core::marker::Copy for #name #arguments #conditions {}
        }
    }

    /// A struct like the user's, in which each field has the associated type of the field.
    fn structure(
        &self,
        suffix: &str,
        generics: &Generics,
        associated: &TokenStream,
    ) -> TokenStream {
        let (library, vis) = (&self.visible.library, &self.visible.vis);
        let name = self.name(suffix);
        let fields = self.visible.fields.iter().map(|field| {
            let (vis, ty) = (&field.vis, &field.ty);
            let ty = if suffix == "Facts" && has_length(field) {
                quote_spanned!(self.glue=> #library::Length)
            } else if field.is_skipped {
                quote_spanned!(self.glue=> #library::HostOnly)
            } else {
                quote_spanned!(self.glue=> <#ty as #library::DeviceVisible>::#associated)
            };
            match self.member(field) {
                Member::Named(member) => quote_spanned!(self.glue=> #vis #member: #ty),
                Member::Unnamed(_) => quote_spanned!(self.glue=> #vis #ty),
            }
        });
        let own = self.own();
        let lifetimes = generics.lifetimes();
        let marker = quote_spanned! {self.glue=>
            ::core::marker::PhantomData<(#(&#lifetimes (),)* fn() -> #own)>
        };
        let marker = self.needs_marker().then(|| match self.visible.shape {
            Shape::Named | Shape::Unit => quote_spanned!(self.glue=> __parameters: #marker),
            Shape::Tuple => marker,
        });
        let fields = fields.chain(marker);
        let (params, _, conditions) = generics.split_for_impl();
        match self.visible.shape {
            Shape::Named | Shape::Unit => quote_spanned! {self.glue=>
                #vis struct #name #params #conditions { #(#fields,)* }
            },
            Shape::Tuple => quote_spanned! {self.glue=>
                #vis struct #name #params (#(#fields,)*) #conditions;
            },
        }
    }

    /// The user's type.
    fn own(&self) -> TokenStream {
        let name = &self.visible.name;
        let (_, arguments, _) = self.visible.generics.split_for_impl();
        quote_spanned!(self.glue=> #name #arguments)
    }

    /// The name of a field with the user's location and the macro's hygiene.
    fn member(&self, field: &Field) -> Member {
        let mut member = field.member.clone();
        match &mut member {
            Member::Named(name) => name.set_span(self.glue.located_at(name.span())),
            Member::Unnamed(index) => index.span = self.glue.located_at(index.span),
        }
        member
    }
}

/// Whether a field that devices do not see is a collection of the standard library. No device changes its length.
fn has_length(field: &Field) -> bool {
    const COLLECTIONS: [&str; 8] = [
        "BTreeMap",
        "BTreeSet",
        "BinaryHeap",
        "HashMap",
        "HashSet",
        "String",
        "Vec",
        "VecDeque",
    ];
    let is_collection = matches!(field.ty, Type::Array(_))
        || COLLECTIONS.iter().any(|name| is_called(&field.ty, name));
    field.is_skipped && is_collection
}
