//! The body of the future: the steps of the plan around the user's statements.

use super::rewrite::{self, Rewritten, facts_name, place_name};
use super::spans::at_first;
use super::value::outcome;
use crate::model::{Access, Model, Names, Place, QueueId, ResourceId, Right, Stage, Take};
use crate::schedule::{Plan, Step};
use crate::syntax::{Mode, Pipeline, is_conditional, is_value, may_end, take_attributes};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, Stmt, Token, Type, parse_quote_spanned};

/// The steps of a plan as code.
pub struct Steps {
    /// The traits that they need.
    pub traits: TokenStream,
    pub steps: TokenStream,
}

/// All steps of `plan`. Methods of queues are called by path: a queue type may have methods of the same names.
pub fn body(
    pipeline: &Pipeline,
    model: &Model,
    names: &Names,
    plan: &Plan,
    output: &Type,
) -> Steps {
    let mut body = Body {
        pipeline,
        model,
        names,
        output,
        glue: Span::mixed_site(),
        writes_parts: false,
    };
    let steps = body.stages(plan);
    let library = &pipeline.options.library;
    let waits_together = plan.steps.iter().any(waits_together);
    let wait_device =
        waits_together.then(|| quote_spanned!(body.glue=> use #library::WaitDevice as _;));
    let part_mut =
        (body.writes_parts).then(|| quote_spanned!(body.glue=> use #library::rt::PartMut as _;));
    Steps {
        traits: quote!(#wait_device #part_mut),
        steps,
    }
}

/// Whether several resources are waited for together.
fn waits_together(step: &Step) -> bool {
    match step {
        Step::Wait {
            place: Place::Device(_),
            accesses,
            ..
        } => accesses.len() > 1,
        _ => false,
    }
}

pub struct Body<'a> {
    pub pipeline: &'a Pipeline,
    pub model: &'a Model,
    names: &'a Names,
    pub output: &'a Type,
    pub glue: Span,
    /// Whether a statement needs the trait `PartMut`.
    writes_parts: bool,
}

impl Body<'_> {
    pub fn step(&mut self, step: &Step) -> TokenStream {
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
    fn run(&mut self, index: usize) -> TokenStream {
        let stage = &self.model.stages[index];
        let Rewritten {
            mut stmt,
            writes_parts,
        } = rewrite::statement(
            &self.pipeline.statements[index].stmt,
            stage,
            self.model,
            self.names,
            self.pipeline,
            self.output,
        );
        self.writes_parts |= writes_parts;
        if let Some(blocking) = &stage.blocking {
            return self.run_blocking(stage, blocking, stmt);
        }
        let places = self.places(stage);
        if stage.work.is_last && (is_value(&stmt) || may_end(&stmt)) {
            let attrs = if is_value(&stmt) {
                take_attributes(&mut stmt)
            } else {
                Vec::new()
            };
            let value = outcome(self.glue, self.output, &attrs, &value_of(stmt));
            return quote!(#places #value);
        }
        // A tail without a value diverges: nothing follows it.
        let is_tail = matches!(&stmt, Stmt::Expr(_, None)) && stage.work.is_last;
        let ends = (!is_tail).then(|| self.ends(stage));
        // Where the configuration makes it diverge, the generated code after it is nothing to warn of.
        let quiet = (is_conditional(&stmt) && !is_tail).then(|| {
            quote_spanned! {self.glue=>
                #[allow(unreachable_code, clippy::unused_unit)]
                ();
            }
        });
        quote!(#places #stmt #quiet #ends)
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

/// The value of the last statement. Of a statement that may never come to its end, rustc knows whether it has one.
fn value_of(last: Stmt) -> Expr {
    match last {
        Stmt::Expr(value, None) => value,
        stmt => parse_quote_spanned!(at_first(&stmt)=> { #stmt }),
    }
}
