//! Plan to tokens. Makes no decisions.
//!
//! The user's tokens keep their spans. The generated tokens have the spans of the macro, so that lints ignore them.

mod acquire;
mod blocking;
mod body;
mod captures;
mod copies;
mod elision;
mod fallback;
mod parts;
mod placed;
mod rewrite;
mod schedule;
mod signature;
mod spans;
mod table;
mod value;

use crate::model::{Model, Names};
use crate::schedule::{Plan, Summary};
use crate::syntax::Pipeline;
use body::Steps;
use placed::{Placed, placed};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::quote_spanned;

pub use fallback::{fallback, unread};

/// The function that the pipeline becomes, and its schedule.
pub fn pipeline(
    pipeline: &Pipeline,
    model: &Model,
    names: &Names,
    plan: &Plan,
    summaries: &[Summary],
) -> TokenStream {
    let (attrs, vis) = (&pipeline.attrs, &pipeline.vis);
    let table = table::table(model, summaries);
    let signature = signature::signature(pipeline);
    let (header, output) = (&signature.tokens, &signature.output);
    let library = &pipeline.options.library;
    let glue = Span::mixed_site();

    let Placed {
        beside,
        inside,
        path,
    } = placed(pipeline, &schedule::schedule(pipeline, model, summaries));
    let values = acquire::declared_values(pipeline);
    let held = acquire::held(library, model, plan);
    let queues = acquire::queues(pipeline);
    let (taken_apart, arguments) = (&signature.taken_apart, &signature.arguments);
    let unpacked = acquire::unpacked(pipeline);
    let Steps { traits, steps } = body::body(pipeline, model, names, plan, output);
    let until = if pipeline.options.until_enqueued {
        quote_spanned!(glue=> #library::rt::Until::Enqueued)
    } else {
        quote_spanned!(glue=> #library::rt::Until::Complete)
    };

    // The parameters are those of the user's function.
    let allow = (pipeline.params.len() > 7)
        .then(|| quote_spanned!(glue=> #[allow(clippy::too_many_arguments)]));
    // As in an `async fn`, the attribute is about the future.
    let is_must_use = attrs.iter().any(|attr| attr.path().is_ident("must_use"));
    let must_use = is_must_use.then(|| quote_spanned!(glue=> #[allow(clippy::double_must_use)]));

    let content = quote_spanned! {glue=>
        #inside
        #taken_apart
        #values
        let __call = #path.call();
        #held
        #queues
        ::core::clone::Clone::clone(&__call).run::<#output, _>(#until, async move {
            #traits
            #arguments
            #unpacked
            #steps
        })
    };
    let mut function = Group::new(Delimiter::Brace, content);
    // With braces of the macro, rustc would not report an unused function.
    function.set_span(pipeline.braces);
    quote_spanned! {glue=>
        #(#attrs)*
        #table
        #allow
        #must_use
        #vis #header #function

        #beside
    }
}
