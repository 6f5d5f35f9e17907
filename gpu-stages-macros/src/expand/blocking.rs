//! Blocking stages.

use super::body::Body;
use super::spans::at;
use super::value::outcome;
use crate::model::{Blocking, ResourceId, Stage};
use crate::syntax::{Mode, is_value, take_attributes};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Ident, Local, Stmt, parse_quote_spanned};

impl Body<'_> {
    /// The statement on a thread that may block. Its guards and locals move there and back.
    ///
    /// The inner closure catches `?`, so that guards also move back from a failed stage.
    pub fn run_blocking(&self, stage: &Stage, blocking: &Blocking, mut stmt: Stmt) -> TokenStream {
        let library = &self.pipeline.options.library;
        let output = self.output;
        let guards = stage.work.accesses.iter();
        let names: Vec<&Ident> = guards
            .map(|access| self.resource(access.resource))
            .chain(blocking.locals.iter().map(|(name, _)| name))
            .collect();
        let attrs = take_attributes(&mut stmt);
        let places = self.places(stage);
        let value = value(&stmt);
        let back = self.back(stage, blocking);
        let after = self.after(stage, &attrs, &stmt);
        // Rustc reports values that are not `Send` at `blocking`.
        let span = self.glue.located_at(blocking.declared_at);
        let library = at(span, library.to_token_stream());
        quote_spanned! {span=>
            #(#attrs)*
            let (__result, __moved) = #library::blocking(move || {
                let __result = (|| -> ::core::result::Result<
                    _,
                    <#output as #library::rt::PipelineResult>::Err,
                > {
                    #places
                    ::core::result::Result::Ok(#value)
                })();
                (__result, (#(#names,)*))
            })
            .await?;
            #back
            #after
        }
    }

    /// Binds the moved names again, unless this is the last statement.
    fn back(&self, stage: &Stage, blocking: &Blocking) -> TokenStream {
        let guards = stage.work.accesses.iter();
        let guards = guards.map(|access| {
            if self.is_over(stage, access.resource) {
                quote_spanned!(self.glue=> _)
            } else {
                self.binding(access)
            }
        });
        let locals = blocking.locals.iter().map(|(name, is_mut)| {
            let mutability = is_mut.then(|| quote_spanned!(self.glue=> mut));
            quote!(#mutability #name)
        });
        let bindings: Vec<TokenStream> = guards.chain(locals).collect();
        if stage.work.is_last || bindings.is_empty() {
            return TokenStream::new();
        }
        quote_spanned!(self.glue=> let (#(#bindings,)*) = __moved;)
    }

    /// Whether `resource` is not used after the stage and has no next call: an owned value is not released.
    fn is_over(&self, stage: &Stage, resource: ResourceId) -> bool {
        let later = self.model.stages.iter().rev();
        let mut later = later.take_while(|it| !std::ptr::eq(*it, stage));
        let is_own = self.model.resources[resource.0].mode == Mode::Owns;
        is_own
            && !later.any(|it| it.access(resource).is_some() || it.work.facts.contains(&resource))
    }

    /// The code that uses the value of the statement.
    fn after(&self, stage: &Stage, attrs: &[Attribute], stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Local(local) => {
                let pat = &local.pat;
                let diverge = local.init.as_ref().and_then(|init| init.diverge.as_ref());
                let diverge = diverge.map(|(token, block)| quote!(#token #block));
                quote_spanned!(self.glue=> #(#attrs)* let #pat = __result? #diverge;)
            }
            stmt if stage.work.is_last && is_value(stmt) => outcome(
                self.glue,
                self.output,
                &[],
                &parse_quote_spanned!(self.glue=> __result?),
            ),
            _ => quote_spanned!(self.glue=> __result?;),
        }
    }
}

/// The part of the statement that runs on the other thread.
fn value(stmt: &Stmt) -> TokenStream {
    match stmt {
        Stmt::Local(Local {
            init: Some(init), ..
        }) => init.expr.to_token_stream(),
        Stmt::Expr(expr, None) => expr.to_token_stream(),
        stmt => quote_spanned!(Span::mixed_site()=> { #stmt }),
    }
}
