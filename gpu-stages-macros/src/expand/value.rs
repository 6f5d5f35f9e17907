//! Values that leave the pipeline.

use crate::syntax::is_result;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Attribute, Expr, Type};

/// The value of a body or a `return`, as the statements of a block. `span` is that of the generated code.
///
/// It is bound so that its temporaries are dropped before the guards, and so that rustc reports a wrong type at the
/// user's token.
pub fn outcome(span: Span, output: &Type, attrs: &[Attribute], value: &Expr) -> TokenStream {
    // What diverges has no value, which is nothing to warn of.
    let (diverging, unreachable) = if is_result(value) || matches!(value, Expr::Try(_)) {
        (None, None)
    } else {
        (
            Some(quote_spanned!(span=> #[allow(clippy::diverging_sub_expression)])),
            Some(quote_spanned!(span=> #[allow(unreachable_code)])),
        )
    };
    quote_spanned! {span=>
        #(#attrs)*
        #diverging
        let __value: #output = #value;
        #unreachable
        let __value = __call.returns(__value);
        __value
    }
}
