//! Plan to tokens. Makes no decisions.
//!
//! The user's tokens keep their spans. The generated tokens have the spans of the macro, so that lints ignore them.

mod acquire;
mod blocking;
mod body;
mod captures;
mod elision;
mod fallback;
mod placed;
mod rewrite;
mod schedule;
mod signature;
mod table;
mod value;

use crate::model::{Model, Names};
use crate::schedule::{Plan, Summary};
use crate::syntax::Pipeline;
use body::Steps;
use placed::{Placed, placed};
use proc_macro2::{Span, TokenStream};
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
    let arguments = &signature.arguments;
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

    quote_spanned! {glue=>
        #(#attrs)*
        #table
        #allow
        #vis #header {
            #inside
            #values
            let __call = #path.call();
            #held
            #queues
            __call.clone().run::<#output, _>(#until, async move {
                #traits
                #arguments
                #unpacked
                #steps
            })
        }

        #beside
    }
}
