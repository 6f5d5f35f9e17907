//! The body of the future: the steps of the plan around the user's statements.

use super::rewrite::{self, facts_name, place_name};
use crate::model::{Access, Blocking, Model, Names, Place, QueueId, ResourceId, Right, Stage};
use crate::schedule::{Plan, Step};
use crate::syntax::{Mode, Pipeline, is_value};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Local, Path, Stmt, Type};

/// All steps of `plan`.
pub fn body(
    pipeline: &Pipeline,
    model: &Model,
    names: &Names,
    plan: &Plan,
    output: &Type,
) -> TokenStream {
    let body = Body {
        pipeline,
        model,
        names,
        output,
        glue: Span::mixed_site(),
    };
    plan.steps.iter().map(|step| body.step(step)).collect()
}

/// The traits whose methods the steps call.
pub fn traits(library: &Path, plan: &Plan) -> TokenStream {
    let on_device = |place: &Place| matches!(place, Place::Device(_));
    let waits = plan.steps.iter().any(|step| match step {
        Step::Wait { place, accesses } => on_device(place) && accesses.len() > 1,
        _ => false,
    });
    let hands_on = plan.steps.iter().any(|step| match step {
        Step::Ready { place, .. } => on_device(place),
        Step::Flush { .. } => true,
        _ => false,
    });
    let glue = Span::mixed_site();
    let hand_on = hands_on.then(|| quote_spanned!(glue=> use #library::CommandQueue as _;));
    let wait = waits.then(|| quote_spanned!(glue=> use #library::WaitDevice as _;));
    quote!(#hand_on #wait)
}

struct Body<'a> {
    pipeline: &'a Pipeline,
    model: &'a Model,
    names: &'a Names,
    output: &'a Type,
    glue: Span,
}

impl Body<'_> {
    fn step(&self, step: &Step) -> TokenStream {
        match step {
            Step::Enter { number } => quote_spanned!(self.glue=> __call.enter(#number);),
            Step::Wait { place, accesses } => match place {
                Place::Device(queue) => self.wait_on_device(*queue, accesses),
                Place::Host | Place::Plain => accesses
                    .iter()
                    .map(|access| self.wait_on_host(access))
                    .collect(),
            },
            Step::Facts { resource, is_held } => self.facts(*resource, *is_held),
            Step::Run { stage } => self.run(*stage),
            Step::Ready { place, resources } => self.ready(*place, resources),
            Step::Flush { queue } => {
                let queue = self.queue(*queue);
                quote_spanned!(self.glue=> #queue.flush();)
            }
        }
    }

    fn resource(&self, id: ResourceId) -> &Ident {
        &self.model.resources[id.0].name
    }

    fn queue(&self, id: QueueId) -> &Ident {
        &self.model.queues[id.0]
    }

    /// `mut x` where the guard is dereferenced mutably, else `x`.
    fn binding(&self, access: &Access) -> TokenStream {
        let name = self.resource(access.resource);
        match access.right {
            Right::Read => quote!(#name),
            Right::Write => quote_spanned!(self.glue=> mut #name),
        }
    }

    fn wait_on_host(&self, access: &Access) -> TokenStream {
        let (binding, name) = (self.binding(access), self.resource(access.resource));
        let mode = self.model.resources[access.resource.0].mode;
        let wait = match (mode, access.right) {
            (Mode::Reads, _) | (_, Right::Write) => "wait_events",
            (_, Right::Read) => "wait_events_to_read",
        };
        let wait = Ident::new(wait, self.glue);
        quote_spanned!(self.glue=> let #binding = #name.#wait().await?;)
    }

    fn wait_on_device(&self, queue: QueueId, accesses: &[Access]) -> TokenStream {
        let queue = self.queue(queue);
        let bindings = accesses.iter().map(|access| self.binding(access));
        let names = accesses.iter().map(|access| self.resource(access.resource));
        if let [access] = accesses {
            let (binding, name) = (self.binding(access), self.resource(access.resource));
            return quote_spanned!(self.glue=> let #binding = #name.wait_device(&#queue).await?;);
        }
        quote_spanned! {self.glue=>
            let (#(#bindings),*) = (#(#names),*).wait_device(&#queue).await?;
        }
    }

    fn facts(&self, resource: ResourceId, is_held: bool) -> TokenStream {
        let name = self.resource(resource);
        let facts = facts_name(name);
        if is_held {
            quote_spanned!(self.glue=> let #facts = #name.facts();)
        } else {
            quote_spanned! {self.glue=>
                let mut #name = #name;
                let #facts = #name.wait_facts().await?;
            }
        }
    }

    fn ready(&self, place: Place, resources: &[ResourceId]) -> TokenStream {
        let names = resources.iter().map(|resource| self.resource(*resource));
        match place {
            Place::Device(queue) => {
                let queue = self.queue(queue);
                quote_spanned!(self.glue=> #queue.ready((#(#names,)*));)
            }
            Place::Host | Place::Plain => quote_spanned!(self.glue=> #(#names.ready();)*),
        }
    }

    /// The user's statement.
    fn run(&self, index: usize) -> TokenStream {
        let stage = &self.model.stages[index];
        let stmt = rewrite::statement(
            &self.pipeline.statements[index].stmt,
            stage,
            self.model,
            self.names,
        );
        let places = self.places(stage);
        match &stage.blocking {
            Some(blocking) => self.run_blocking(stage, blocking, &stmt),
            None if stage.work.is_last && is_value(&stmt) => {
                let value = self.value(&stmt);
                quote!(#places #value)
            }
            None => quote!(#places #stmt),
        }
    }

    /// The value of the body. It is bound so that its temporaries go before the guards.
    fn value(&self, value: impl ToTokens) -> TokenStream {
        let output = self.output;
        quote_spanned! {self.glue=>
            let __value: #output = __call.returns(#value);
            __value
        }
    }

    /// `let __x = &mut *x;` for what the statement mentions more than once.
    fn places(&self, stage: &Stage) -> TokenStream {
        let names = stage
            .borrowed_once
            .iter()
            .map(|resource| self.resource(*resource));
        names
            .map(|name| {
                let place = place_name(name);
                quote_spanned!(self.glue=> let #place = &mut *#name;)
            })
            .collect()
    }

    /// The statement on a thread that may block: what it uses moves there and comes back.
    fn run_blocking(&self, stage: &Stage, blocking: &Blocking, stmt: &Stmt) -> TokenStream {
        let library = &self.pipeline.options.library;
        let output = self.output;
        let guards = stage.work.accesses.iter();
        let names: Vec<&Ident> = guards
            .map(|access| self.resource(access.resource))
            .chain(blocking.locals.iter().map(|(name, _)| name))
            .collect();
        let places = self.places(stage);
        let value = blocking_value(stmt);
        let back = self.back(stage, blocking);
        let after = self.after_blocking(stage, stmt);
        quote_spanned! {self.glue=>
            let (__result, __moved) = #library::blocking(move || {
                let __result = (|| -> ::core::result::Result<
                    _,
                    <#output as #library::PipelineResult>::Err,
                > {
                    #places
                    ::core::result::Result::Ok(#value)
                })();
                (__result, (#(#names,)*))
            })
            .await;
            #back
            #after
        }
    }

    /// Binds again what moved, unless nothing comes after.
    fn back(&self, stage: &Stage, blocking: &Blocking) -> TokenStream {
        let guards = stage
            .work
            .accesses
            .iter()
            .map(|access| self.binding(access));
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

    /// What becomes of the value that a blocking statement gives.
    fn after_blocking(&self, stage: &Stage, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Local(local) => {
                let (attrs, pat) = (&local.attrs, &local.pat);
                let diverge = local.init.as_ref().and_then(|init| init.diverge.as_ref());
                let diverge = diverge.map(|(token, block)| quote!(#token #block));
                quote_spanned!(self.glue=> #(#attrs)* let #pat = __result? #diverge;)
            }
            stmt if stage.work.is_last && is_value(stmt) => {
                self.value(quote_spanned!(self.glue=> __result?))
            }
            _ => quote_spanned!(self.glue=> __result?;),
        }
    }
}

/// The part of a blocking statement that runs on the other thread.
fn blocking_value(stmt: &Stmt) -> TokenStream {
    match stmt {
        Stmt::Local(Local {
            init: Some(init), ..
        }) => init.expr.to_token_stream(),
        Stmt::Expr(expr, None) => expr.to_token_stream(),
        stmt => quote_spanned!(Span::mixed_site()=> { #stmt }),
    }
}
