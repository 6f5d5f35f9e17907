//! The schedule as a value of the library's type.

use crate::model::{Model, Place, ResourceId, Right};
use crate::schedule::Summary;
use crate::syntax::{Mode, Pipeline};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::Ident;

/// `Schedule::new("name", &[...]).queues(&[...]).writes(&[...])`
pub fn schedule(pipeline: &Pipeline, model: &Model, summaries: &[Summary]) -> TokenStream {
    let glue = Span::mixed_site();
    let library = &pipeline.options.library;
    let name = pipeline.name.to_string();
    let stages = summaries.iter().map(|summary| {
        let stage = stage(model, summary);
        quote_spanned!(glue=> #library::Stage #stage)
    });
    let queues = model.queues.iter().map(ToString::to_string).collect();
    let queues = named("queues", queues);
    let declared = |mode: Mode| {
        let resources = model.resources.iter();
        let resources = resources.filter(|resource| resource.mode == mode);
        resources
            .map(|resource| resource.name.to_string())
            .collect()
    };
    let reads = named("reads", declared(Mode::Reads));
    let writes = named("writes", declared(Mode::Writes));
    let updates = named("updates", declared(Mode::Updates));
    let owns = named("owns", declared(Mode::Owns));
    quote_spanned! {glue=>
        #library::Schedule::new(#name, &[#(#stages),*]) #queues #reads #writes #updates #owns
    }
}

/// The schedule of a pipeline with errors: it has no stages.
pub fn unknown(pipeline: &Pipeline) -> TokenStream {
    let (library, name) = (&pipeline.options.library, pipeline.name.to_string());
    quote_spanned!(Span::mixed_site()=> #library::Schedule::new(#name, &[]))
}

/// `::new("name").on("queue").waits(&[...])`
fn stage(model: &Model, summary: &Summary) -> TokenStream {
    let glue = Span::mixed_site();
    let stage = &model.stages[summary.statement];
    let name = stage.name.as_deref().unwrap_or_default();
    let on = match stage.work.place {
        Place::Device(queue) => {
            let queue = model.queues[queue.0].to_string();
            quote_spanned!(glue=> .on(#queue))
        }
        Place::Host | Place::Plain => TokenStream::new(),
    };
    let opaque = flag("opaque", stage.work.is_opaque);
    let blocking = flag("blocking", stage.blocking.is_some());
    let reads = resources(model, "reads", stage.accessed(Right::Read));
    let writes = resources(model, "writes", stage.accessed(Right::Write));
    let waits = resources(model, "waits", summary.waits.iter().copied());
    let facts = resources(model, "facts", summary.facts.iter().copied());
    let earlier = resources(model, "earlier", summary.earlier.iter().copied());
    let after = after(model, summary);
    let barrier = flag("barrier", summary.barrier);
    let marker = flag("marker", summary.marker);
    let quiet = flag("quiet", summary.quiet);
    let ready = resources(model, "ready", summary.ready.iter().copied());
    let flush = flag("flush", summary.flush);
    quote_spanned! {glue=>
        ::new(#name) #on #opaque #blocking #reads #writes #waits #facts #earlier #after #barrier #marker #quiet #ready
            #flush
    }
}

/// `.after(&[(1, "x")])`
fn after(model: &Model, summary: &Summary) -> TokenStream {
    let pairs = summary.after.iter().map(|(earlier, resource)| {
        let earlier = Literal::usize_unsuffixed(*earlier);
        let resource = model.resources[resource.0].name.to_string();
        quote_spanned!(Span::mixed_site()=> (#earlier, #resource))
    });
    if summary.after.is_empty() {
        return TokenStream::new();
    }
    quote_spanned!(Span::mixed_site()=> .after(&[#(#pairs),*]))
}

fn resources(
    model: &Model,
    method: &str,
    resources: impl Iterator<Item = ResourceId>,
) -> TokenStream {
    let names = resources.map(|resource| model.resources[resource.0].name.to_string());
    named(method, names.collect())
}

/// `.method(&["a", "b"])`, unless there is nothing to list.
fn named(method: &str, names: Vec<String>) -> TokenStream {
    if names.is_empty() {
        return TokenStream::new();
    }
    let method = Ident::new(method, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> .#method(&[#(#names),*]))
}

fn flag(method: &str, is_set: bool) -> TokenStream {
    let method = Ident::new(method, Span::mixed_site());
    if is_set {
        quote_spanned!(Span::mixed_site()=> .#method())
    } else {
        TokenStream::new()
    }
}
