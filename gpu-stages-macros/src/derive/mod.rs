//! `#[derive(DeviceVisible)]`: the views of a struct are a struct of its fields' views.

mod expand;
mod model;
mod options;
mod read;

use crate::diagnostics::Errors;
use crate::syntax::without_invisible;
use proc_macro2::TokenStream;

/// The implementation for one struct, or its errors.
pub fn device_visible(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let visible = read::item(without_invisible(item), &mut errors);
    match (errors.into_tokens(), visible) {
        (None, Some(visible)) => expand::implementation(&visible),
        (errors, _) => errors.unwrap_or_default(),
    }
}
