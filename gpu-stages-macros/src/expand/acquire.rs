//! What happens at the call: it acquires all resources, and clones the queues for the future.

use super::spans::{at, at_first};
use crate::model::{Model, Place};
use crate::schedule::Plan;
use crate::syntax::{Mode, Param, Pipeline, listed};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Ident, Path, Type};

/// The declarations that carry an expression, evaluated: `let x: &Readable<T> = &(self.x);`.
pub fn declared_values(pipeline: &Pipeline) -> TokenStream {
    let glue = Span::mixed_site();
    let mut values = TokenStream::new();
    for param in &pipeline.params {
        let Some(declaration) = param.declaration() else {
            continue;
        };
        let Some(value) = &declaration.value else {
            continue;
        };
        let name = &declaration.name;
        let passed = passed(&pipeline.options.library, param, &declaration.ty);
        values.extend(match param {
            Param::Resource(Mode::Owns, _) => quote_spanned!(glue=> let #name: #passed = #value;),
            _ => {
                let lent = quote_spanned!(at_first(value)=> &(#value));
                quote_spanned!(glue=> let #name: #passed = #lent;)
            }
        });
    }
    values
}

/// The type that the caller passes for a parameter declared with the type `ty`.
pub fn passed(library: &Path, param: &Param, ty: &Type) -> TokenStream {
    let glue = Span::mixed_site();
    match param {
        Param::Plain(_) | Param::Resource(Mode::Owns, _) => match listed(ty) {
            // An error already: it should not be one of sizes as well.
            Some(part) => quote_spanned!(glue=> &[#part]),
            None => ty.to_token_stream(),
        },
        Param::Queue(_) => quote_spanned!(glue=> &#ty),
        Param::Resource(mode, _) => {
            // Errors about the bounds of a resource are reported at the type.
            let span = at_first(ty);
            let library = at(span, library.to_token_stream());
            match (listed(ty), mode) {
                (Some(part), _) => quote_spanned!(span=> &[&#library::Resource<#part>]),
                // The caller may pass a version of a resource.
                (None, Mode::Reads | Mode::Updates) => {
                    quote_spanned!(span=> &#library::Readable<#ty>)
                }
                (None, _) => quote_spanned!(span=> &#library::Resource<#ty>),
            }
        }
    }
}

/// `let __held = __call.acquire((...));`, and `let x = __call.own("x", x);` for `#[owns]`.
pub fn held(library: &Path, model: &Model, plan: &Plan) -> TokenStream {
    let glue = Span::mixed_site();
    let mut requests = Vec::new();
    let mut owned = TokenStream::new();
    for (resource, first_use) in model.resources.iter().zip(&plan.first_use) {
        let name = &resource.name;
        let text = name.to_string();
        let method = match resource.mode {
            Mode::Reads => "reads",
            Mode::Writes => "writes",
            Mode::Updates => "updates",
            Mode::Owns => {
                owned.extend(quote_spanned!(glue=> let #name = __call.own(#text, #name);));
                continue;
            }
        };
        let method = Ident::new(method, glue.located_at(name.span()));
        let first_use = match first_use {
            Place::Device(queue) => {
                let queue = &model.queues[queue.0];
                quote_spanned!(glue=> on(#queue))
            }
            Place::Host | Place::Plain => quote_spanned!(glue=> on_host()),
        };
        let request = if resource.is_listed {
            quote_spanned!(glue=> #library::Requests::#method(#name))
        } else {
            quote_spanned!(glue=> #name.#method())
        };
        requests.push(quote_spanned!(glue=> #request.named(#text).#first_use));
    }
    if !requests.is_empty() {
        owned.extend(quote_spanned!(glue=> let __held = __call.acquire((#(#requests,)*));));
    }
    owned
}

/// The clones of the queues for the future.
pub fn queues(pipeline: &Pipeline) -> TokenStream {
    let names = pipeline.queues().map(|queue| &queue.name);
    quote_spanned! {Span::mixed_site()=>
        #(let #names = ::core::clone::Clone::clone(#names);)*
    }
}

/// `let (a, b) = __held?;`
pub fn unpacked(pipeline: &Pipeline) -> TokenStream {
    let acquired = pipeline
        .resources()
        .filter(|(mode, _)| *mode != Mode::Owns)
        .map(|(_, declaration)| &declaration.name);
    let names: Vec<&Ident> = acquired.collect();
    if names.is_empty() {
        return TokenStream::new();
    }
    quote_spanned!(Span::mixed_site()=> let (#(#names,)*) = __held?;)
}
