//! The implementation itself.

use super::{Expand, has_length};
use crate::derive::model::Shape;
use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::{Ident, Member, Type, parse_quote_spanned};

impl Expand<'_> {
    /// SAFETY: the struct has only its fields, and the type of each field keeps the promises of the trait. `hold` and
    /// `facts` call the fields. `facts` also reads the lengths of skipped collections, by safe methods and under the same
    /// grant: no device can reach them. Nothing else of the value is read. The result of `hold` has every visible field
    /// once. A skipped field is in no holder, so that no command and no device stage can reach it. The host uses it under
    /// the same grant as the other fields, and the whole value outlives the commands. All calls for visible fields are by
    /// path, to the traits of their types, so that no other method can be called.
    pub fn implementation(&self) -> TokenStream {
        let (library, own) = (&self.visible.library, self.own());
        let mut generics = self.generics();
        let condition = parse_quote_spanned! {self.glue=>
            for<'__any> #own: ::core::marker::Send + ::core::marker::Sync + 'static
        };
        generics.make_where_clause().predicates.push(condition);
        let borrowing = self.borrowing_generics();
        let (params, arguments, conditions) = generics.split_for_impl();
        let (_, view_arguments, _) = borrowing.split_for_impl();
        let holders = self.seen().map(|(_, field)| {
            let ty = &field.ty;
            quote_spanned!(self.glue=> <#ty as #library::DeviceVisible>::Holder)
        });
        let held = self.seen().map(|(_, field)| {
            // The type is that of the field itself: named, it could mean another type here, which the field derefs to.
            let member = self.member(field);
            quote_spanned! {self.glue=>
                <_ as #library::DeviceVisible>::hold(&self.#member, __pass)
            }
        });
        let held: Vec<TokenStream> = held.collect();
        let held = (!held.is_empty()).then(|| quote_spanned!(self.glue=> (#(#held,)*)));
        let (views, views_mut, facts) = (
            self.name("Views"),
            self.name("ViewsMut"),
            self.name("Facts"),
        );
        let seen = self.value(&views, |place, ty, _| {
            quote_spanned!(self.glue=> <#ty as #library::DeviceVisible>::views(&__holder.#place))
        });
        let seen_mut = self.value(&views_mut, |place, ty, _| {
            quote_spanned! {self.glue=>
                <#ty as #library::DeviceVisible>::views_mut(&mut __holder.#place)
            }
        });
        let known = self.value(&facts, |_, _, member| {
            quote_spanned!(self.glue=> <_ as #library::DeviceVisible>::facts(&self.#member))
        });
        let garbage = self.garbage();
        quote_spanned! {self.glue=>
            #[automatically_derived]
            unsafe impl #params #library::DeviceVisible for #own #conditions {
                type Holder = (#(#holders,)*);
                type Views<'__views> = #views #view_arguments;
                type ViewsMut<'__views> = #views_mut #view_arguments;
                type Facts = #facts #arguments;

                fn hold(&self, __pass: &#library::rt::Pass) -> Self::Holder {
                    #held
                }

                fn views(__holder: &Self::Holder) -> Self::Views<'_> {
                    #seen
                }

                fn views_mut(__holder: &mut Self::Holder) -> Self::ViewsMut<'_> {
                    #seen_mut
                }

                fn facts(&self) -> Self::Facts {
                    #known
                }

                #garbage
            }
        }
    }

    /// The debug fill of new versions: it fills each field that devices see.
    fn garbage(&self) -> Option<TokenStream> {
        let library = &self.visible.library;
        let of = |ty: &Type| quote_spanned!(self.glue=> <#ty as #library::DeviceVisible>);
        let types: Vec<TokenStream> = self.seen().map(|(_, field)| of(&field.ty)).collect();
        let members = self.seen().map(|(_, field)| self.member(field));
        let places = self.seen().map(|(place, _)| place);
        (!types.is_empty()).then(|| {
            quote_spanned! {self.glue=>
                const ON_HOST: bool = #(#types::ON_HOST)||*;

                fn fill_on_host(&mut self) {
                    #(<_ as #library::DeviceVisible>::fill_on_host(&mut self.#members);)*
                }

                fn fill_on_device(
                    __holder: &mut Self::Holder,
                    __queue: &dyn ::core::any::Any,
                ) -> #library::Result<()> {
                    #(#types::fill_on_device(&mut __holder.#places, __queue)?;)*
                    ::core::result::Result::Ok(())
                }
            }
        })
    }

    /// A value of a generated type, with `part` of every field that devices see.
    fn value(
        &self,
        name: &Ident,
        part: impl Fn(&Literal, &Type, &Member) -> TokenStream,
    ) -> TokenStream {
        let library = &self.visible.library;
        let mut places = self.seen().map(|(place, _)| place);
        let parts = self.visible.fields.iter().map(|field| {
            let member = self.member(field);
            let place = (!field.is_skipped).then(|| places.next()).flatten();
            let value = match place {
                Some(place) => part(&place, &field.ty, &member),
                None if *name == self.name("Facts") && has_length(field) => {
                    quote_spanned!(self.glue=> #library::rt::length(self.#member.len()))
                }
                None => quote_spanned!(self.glue=> #library::HostOnly),
            };
            match member {
                Member::Named(member) => quote_spanned!(self.glue=> #member: #value),
                Member::Unnamed(_) => value,
            }
        });
        let marker = quote_spanned!(self.glue=> ::core::marker::PhantomData);
        let marker = self.needs_marker().then(|| match self.visible.shape {
            Shape::Named | Shape::Unit => quote_spanned!(self.glue=> __parameters: #marker),
            Shape::Tuple => marker,
        });
        let parts = parts.chain(marker);
        match self.visible.shape {
            Shape::Named | Shape::Unit => quote_spanned!(self.glue=> #name { #(#parts,)* }),
            Shape::Tuple => quote_spanned!(self.glue=> #name(#(#parts,)*)),
        }
    }
}
