//! The phases, in order.

use crate::diagnostics::Errors;
use crate::model::Names;
use crate::parse::Unread;
use crate::syntax::without_invisible;
use crate::{check, expand, lower, macros, parse, schedule};
use proc_macro2::TokenStream;
use quote::ToTokens;

/// Compiles one function under `#[gpu_pipeline(options)]`.
pub fn gpu_pipeline(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = parse::options(without_invisible(options), &mut errors);
    let item = without_invisible(item);
    let mut pipeline = match parse::function(options, item, &mut errors) {
        Ok(pipeline) => pipeline,
        Err(Unread::Item(item)) => return expand::unread(item, errors.into_tokens()),
        Err(Unread::Body(pipeline, body)) => {
            let body = body.into_token_stream();
            return expand::fallback(&pipeline, &body, errors.into_tokens());
        }
    };
    let names = Names::of(&pipeline);
    macros::spell_out(&mut pipeline, &names);
    let model = lower::lower(&pipeline, &names);
    check::check(&pipeline, &model, &names, &mut errors);
    if let Some(errors) = errors.into_tokens() {
        return expand::fallback(&pipeline, &pipeline.body(), Some(errors));
    }
    let plan = schedule::plan(&model.owned(), &model.work());
    let summaries = schedule::summaries(&model.owned(), &model.work(), &plan);
    let mut errors = Errors::default();
    check::max_barriers(&pipeline, &model, &summaries, &mut errors);
    let mut expansion = expand::pipeline(&pipeline, &model, &names, &plan, &summaries);
    expansion.extend(errors.into_tokens());
    expansion
}
