//! The constant of the schedule, and its place.

use super::captures::is_method;
use crate::syntax::{Pipeline, ScheduleAt};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The constant with the schedule.
pub struct Placed {
    /// The items beside the function.
    pub beside: TokenStream,
    /// The items in its body.
    pub inside: TokenStream,
    /// The path of the constant in the body.
    pub path: TokenStream,
}

/// The constant for the schedule `value` of `pipeline`.
pub fn placed(pipeline: &Pipeline, value: &TokenStream) -> Placed {
    let (vis, name) = (&pipeline.vis, &pipeline.name);
    // A conflict of names is reported at the function's name.
    let glue = Span::mixed_site().located_at(name.span());
    let library = &pipeline.options.library;
    let doc = format!(" The stages of `{name}` and their synchronisation.");
    let mut inside = TokenStream::new();
    let (beside, path) = match at(pipeline) {
        ScheduleAt::Namespace => (
            // An enum and not a module: its paths are those of the function.
            quote_spanned! {glue=>
                #[doc = #doc]
                #[allow(non_camel_case_types)]
                #vis enum #name {}

                impl #name {
                    #[doc = #doc]
                    #vis const SCHEDULE: #library::Schedule = #value;
                }
            },
            quote_spanned!(glue=> #name::SCHEDULE),
        ),
        ScheduleAt::Associated(constant) | ScheduleAt::Beside(constant) => {
            let of_self = is_method(pipeline).then(|| quote_spanned!(glue=> Self::));
            let beside = quote_spanned! {glue=>
                #[doc = #doc]
                #[allow(dead_code)]
                #vis const #constant: #library::Schedule = #value;
            };
            (beside, quote!(#of_self #constant))
        }
        ScheduleAt::Inside => {
            inside = quote_spanned!(glue=> const __SCHEDULE: #library::Schedule = #value;);
            (TokenStream::new(), quote_spanned!(glue=> __SCHEDULE))
        }
    };
    Placed {
        beside,
        inside,
        path,
    }
}

/// The place that the user names, or else the default.
fn at(pipeline: &Pipeline) -> ScheduleAt {
    if let Some(at) = &pipeline.options.schedule {
        return at.clone();
    }
    if is_method(pipeline) {
        let name = pipeline.name.to_string().to_uppercase();
        let name = name.trim_start_matches("R#");
        ScheduleAt::Associated(format_ident!(
            "{name}_SCHEDULE",
            span = pipeline.name.span()
        ))
    } else {
        ScheduleAt::Namespace
    }
}
