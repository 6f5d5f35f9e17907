//! The body of the future: the steps of the plan around the user's statements.

use super::rewrite::{self, facts_name, place_name};
use crate::model::{Access, Model, Names, Place, QueueId, ResourceId, Right, Stage, Take};
use crate::schedule::{Plan, Step};
use crate::syntax::{Mode, Pipeline, is_value, take_attributes};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Ident, Path, Stmt, Token, Type};

/// All steps of `plan`. Methods of queues are called by path: a queue type may have methods of the same names.
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

/// `use WaitDevice as _;` if several resources are waited for together, `use PartMut as _;` if parts are written.
pub fn traits(library: &Path, model: &Model, plan: &Plan) -> TokenStream {
    let is_together = |step: &Step| match step {
        Step::Wait {
            place: Place::Device(_),
            accesses,
            ..
        } => accesses.len() > 1,
        _ => false,
    };
    let together = plan.steps.iter().any(is_together);
    let together =
        together.then(|| quote_spanned!(Span::mixed_site()=> use #library::WaitDevice as _;));
    let mut taken = model.stages.iter().flat_map(|stage| &stage.taken);
    let parts = taken.any(|taken| taken.how == Take::ViewsMut);
    let parts = parts.then(|| quote_spanned!(Span::mixed_site()=> use #library::rt::PartMut as _;));
    quote!(#together #parts)
}

pub struct Body<'a> {
    pub pipeline: &'a Pipeline,
    pub model: &'a Model,
    names: &'a Names,
    pub output: &'a Type,
    pub glue: Span,
}

impl Body<'_> {
    fn step(&self, step: &Step) -> TokenStream {
        match step {
            Step::Enter { number } => {
                let number = Literal::usize_unsuffixed(*number);
                quote_spanned!(self.glue=> __call.enter(#number);)
            }
            Step::Wait {
                stage,
                place,
                accesses,
            } => match place {
                Place::Device(queue) => self.wait_on_device(*stage, *queue, accesses),
                Place::Host | Place::Plain => accesses
                    .iter()
                    .map(|access| self.wait_on_host(*stage, access))
                    .collect(),
            },
            Step::Facts { resource, is_held } => self.facts(*resource, *is_held),
            Step::Open { queue, accesses } => self.open(*queue, accesses),
            Step::Run { stage } => self.run(*stage),
            Step::Close => quote_spanned!(self.glue=> ::core::mem::drop(__opaque);),
            Step::Ready { place, resources } => self.ready(*place, resources),
            Step::Flush { queue } => {
                let (library, queue) = (&self.pipeline.options.library, self.queue(*queue));
                quote_spanned!(self.glue=> #library::CommandQueue::flush(&#queue);)
            }
        }
    }

    pub fn resource(&self, id: ResourceId) -> &Ident {
        &self.model.resources[id.0].name
    }

    fn queue(&self, id: QueueId) -> &Ident {
        &self.model.queues[id.0]
    }

    /// `mut x` where the guard is dereferenced mutably, else `x`.
    pub fn binding(&self, access: &Access) -> TokenStream {
        let name = self.resource(access.resource);
        match access.right {
            Right::Read => quote!(#name),
            Right::Write => quote_spanned!(self.glue=> mut #name),
        }
    }

    /// The name of a resource where `stage` mentions it: rustc reports type errors there.
    fn mention(&self, stage: usize, access: &Access) -> &Ident {
        let mut mentions = self.model.stages[stage].mentions.iter();
        let mention = mentions.find(|mention| mention.resource() == Some(access.resource));
        mention.map_or_else(|| self.resource(access.resource), |mention| &mention.ident)
    }

    /// Where `stage` mentions its queue.
    fn enqueues(&self, stage: usize) -> Span {
        let mut mentions = self.model.stages[stage].mentions.iter();
        let queue = mentions.find(|mention| mention.queue().is_some());
        queue.map_or(self.glue, |mention| mention.ident.span())
    }

    /// `?`, always at the attribute: rustc then reports an error that cannot be converted only once.
    fn question(&self) -> Token![?] {
        Token![?](self.glue)
    }

    fn wait_on_host(&self, stage: usize, access: &Access) -> TokenStream {
        let (binding, name) = (self.binding(access), self.mention(stage, access));
        let mode = self.model.resources[access.resource.0].mode;
        let wait = match (mode, access.right) {
            (Mode::Reads, _) | (_, Right::Write) => "wait_events",
            (_, Right::Read) => "wait_events_to_read",
        };
        let span = self.glue.located_at(name.span());
        let wait = Ident::new(wait, span);
        let question = self.question();
        quote_spanned!(span=> let #binding = #name.#wait().await #question;)
    }

    fn wait_on_device(&self, stage: usize, queue: QueueId, accesses: &[Access]) -> TokenStream {
        let queue = self.queue(queue);
        let bindings = accesses.iter().map(|access| self.binding(access));
        let names = accesses.iter().map(|access| self.mention(stage, access));
        if let [access] = accesses {
            let (binding, name) = (self.binding(access), self.mention(stage, access));
            // All tokens have the span of the mention, so that rustc reports a wrong type once.
            let span = self.glue.located_at(name.span());
            let question = self.question();
            return quote_spanned!(span=> let #binding = #name.wait_device(&#queue).await #question;);
        }
        let wait = Ident::new("wait_device", self.glue.located_at(self.enqueues(stage)));
        quote_spanned! {self.glue=>
            let (#(#bindings),*) = (#(#names),*).#wait(&#queue).await?;
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

    /// `let __opaque = CommandQueue::opaque(&queue, (&a, &mut b))?;`
    fn open(&self, queue: QueueId, accesses: &[Access]) -> TokenStream {
        let (library, queue) = (&self.pipeline.options.library, self.queue(queue));
        let guards = accesses.iter().map(|access| {
            let name = self.resource(access.resource);
            match access.right {
                Right::Read => quote_spanned!(self.glue=> &#name),
                Right::Write => quote_spanned!(self.glue=> &mut #name),
            }
        });
        quote_spanned! {self.glue=>
            let __opaque = #library::CommandQueue::opaque(&#queue, (#(#guards,)*))?;
        }
    }

    fn ready(&self, place: Place, resources: &[ResourceId]) -> TokenStream {
        let names = resources.iter().map(|resource| self.resource(*resource));
        match place {
            Place::Device(queue) => {
                let (library, queue) = (&self.pipeline.options.library, self.queue(queue));
                quote_spanned!(self.glue=> #library::CommandQueue::ready(&#queue, (#(#names,)*));)
            }
            Place::Host | Place::Plain => quote_spanned!(self.glue=> #(#names.ready();)*),
        }
    }

    /// The user's statement.
    fn run(&self, index: usize) -> TokenStream {
        let stage = &self.model.stages[index];
        let mut stmt = rewrite::statement(
            &self.pipeline.statements[index].stmt,
            stage,
            self.model,
            self.names,
            self.output,
        );
        if let Some(blocking) = &stage.blocking {
            return self.run_blocking(stage, blocking, stmt);
        }
        let places = self.places(stage);
        if stage.work.is_last && is_value(&stmt) {
            let attrs = take_attributes(&mut stmt);
            let value = self.value(&attrs, &stmt);
            return quote!(#places #value);
        }
        // A tail without a value diverges: nothing follows it.
        let is_tail = matches!(&stmt, Stmt::Expr(_, None)) && stage.work.is_last;
        let ends = (!is_tail).then(|| self.ends(stage));
        quote!(#places #stmt #ends)
    }

    /// `drop(__x);`: the views of a list borrow its guard until they are dropped.
    fn ends(&self, stage: &Stage) -> TokenStream {
        let views = stage.taken.iter().filter(|taken| taken.how != Take::Place);
        views
            .map(|taken| {
                let name = place_name(self.resource(taken.resource));
                quote_spanned! {self.glue=>
                    #[allow(clippy::drop_non_drop)]
                    ::core::mem::drop(#name);
                }
            })
            .collect()
    }

    /// The value of the body. It is bound so that its temporaries are dropped before the guards.
    pub fn value(&self, attrs: &[Attribute], value: impl ToTokens) -> TokenStream {
        let output = self.output;
        quote_spanned! {self.glue=>
            #(#attrs)*
            let __value = __call.returns::<#output>(#value);
            __value
        }
    }

    /// `let __x = &mut *x;` and the like, for resources that the statement reaches through a variable.
    pub fn places(&self, stage: &Stage) -> TokenStream {
        stage
            .taken
            .iter()
            .map(|taken| {
                let name = self.resource(taken.resource);
                let place = place_name(name);
                match taken.how {
                    Take::Place => quote_spanned!(self.glue=> let #place = &mut *#name;),
                    Take::Views => quote_spanned!(self.glue=> let #place = #name.views();),
                    Take::ViewsMut => {
                        quote_spanned!(self.glue=> let mut #place = #name.views_mut();)
                    }
                }
            })
            .collect()
    }
}
