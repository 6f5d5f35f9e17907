//! The rules: one function each. All of them run, and all errors are reported.
//!
//! An error that rustc reports well is left to rustc.

mod barriers;
mod blocking;
mod borrows;
mod conflicts;
mod declarations;
mod device;
mod flow;
mod foreign;
mod host;
mod lent;
mod names;
mod nested;
mod opaque;
mod queues;
mod stages;
mod swaps;
mod tasks;
mod values;
mod writes;

pub use barriers::at_most as max_barriers;

use crate::diagnostics::Errors;
use crate::model::{Model, Names};
use crate::syntax::Pipeline;

/// Looks for breaches of every rule.
pub fn check(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    declarations::has_resource(pipeline, model, errors);
    declarations::has_stage(pipeline, model, errors);
    declarations::all_fit(model, errors);
    declarations::no_references(pipeline, errors);
    declarations::no_resources(pipeline, errors);
    declarations::lists_are_acquired(pipeline, errors);
    declarations::all_used(model, errors);
    names::not_reserved(pipeline, errors);
    stages::not_inside(pipeline, errors);
    stages::exits_seen(pipeline, errors);
    values::in_returns(pipeline, errors);
    values::at_the_end(pipeline, names, errors);
    nested::no_declarations(pipeline, errors);
    opaque::names_fit(pipeline, model, errors);
    opaque::uses_something(pipeline, model, errors);
    blocking::not_on_device(pipeline, model, errors);
    blocking::no_exit(pipeline, errors);
    blocking::nothing_borrowed(pipeline, errors);
    // The other rules would have to guess what a hidden name means.
    if names::not_hidden(pipeline, model, errors) {
        uses(pipeline, model, names, errors);
    }
}

/// The rules on how resources and queues are used.
fn uses(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    queues::one_per_stage(model, errors);
    queues::only_enqueue(model, errors);
    device::no_await(pipeline, model, names, errors);
    device::views_only(pipeline, model, errors);
    swaps::references_only(pipeline, model, names, errors);
    conflicts::not_read_and_written(pipeline, model, names, errors);
    foreign::all_enqueued_in_stages(pipeline, model, errors);
    foreign::buffers_declared(pipeline, model, errors);
    foreign::queues_declared(pipeline, model, names, errors);
    host::not_moved(model, errors);
    host::not_captured(model, errors);
    host::not_in_unknown_macro(model, errors);
    opaque::reads_stay(pipeline, model, errors);
    tasks::borrow_nothing(pipeline, model, names, errors);
    borrows::end_with_stage(pipeline, model, names, errors);
    writes::reads_stay(pipeline, model, errors);
    let mut explained = lent::to_destinations(pipeline, names, errors);
    explained.extend(lent::to_pipelines(pipeline, model, names, errors));
    writes::writes_write(model, &explained, errors);
    writes::updates_write(model, &explained, errors);
    flow::written_before_read(pipeline, model, names, errors);
}
