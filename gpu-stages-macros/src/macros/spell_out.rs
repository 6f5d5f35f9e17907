//! Makes the shorthands of macros explicit arguments.

use super::{Argument, Arguments, Family, Position};
use crate::model::Names;
use crate::syntax::{Pipeline, captures, plain_name};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Macro};

/// Makes every mention of a declared name in a known macro an explicit expression.
pub fn spell_out(pipeline: &mut Pipeline, names: &Names) {
    for statement in &mut pipeline.statements {
        SpellOut { names }.visit_stmt_mut(&mut statement.stmt);
    }
}

struct SpellOut<'a> {
    names: &'a Names,
}

impl VisitMut for SpellOut<'_> {
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let (Some(family), Some(mut arguments)) = (Family::of(mac), Arguments::of(mac)) else {
            return;
        };
        if family == Family::Tracing {
            arguments.name_fields(self.names);
        }
        arguments.name_captures(family, self.names);
        for argument in arguments.iter_mut() {
            visit_mut::visit_expr_mut(self, &mut argument.value);
        }
        mac.tokens = arguments.to_token_stream();
    }
}

impl Arguments {
    /// Gives the inline captures of declared names, `"{x}"`, an explicit argument: `"{x}", x = x`.
    fn name_captures(&mut self, family: Family, names: &Names) {
        let Some(format) = self.format_string(family) else {
            return;
        };
        for capture in captures(&format.value()) {
            let name = Ident::new(&capture, format.span());
            if names.subject(&name).is_some() && !self.gives(&name) {
                let value = identifier(&name);
                self.add(Argument {
                    prefix: quote!(#name =),
                    value: syn::parse_quote!(#value),
                    position: Position::Read,
                });
            }
        }
    }

    /// Gives the shorthand fields of declared names, `?x`, an explicit name: `x = ?x`.
    fn name_fields(&mut self, names: &Names) {
        let fields = self
            .iter_mut()
            .take_while(|argument| argument.literal().is_none());
        for field in fields {
            let Some(name) = plain_name(&field.value) else {
                continue;
            };
            if names.subject(name).is_some() && !field.is_named() {
                let sigil = &field.prefix;
                field.prefix = quote!(#name = #sigil);
            }
        }
    }

    /// Whether the format string has an argument of that name. The fields of `tracing` before it do not count.
    fn gives(&self, name: &Ident) -> bool {
        let mut given = self
            .iter()
            .skip_while(|argument| argument.literal().is_none());
        given.any(|argument| argument.is_called(name))
    }
}

/// The identifier that code writes for a name of a format string: `r#type` for `type`.
fn identifier(name: &Ident) -> Ident {
    let word = name.to_string();
    match syn::parse_str::<Ident>(&word) {
        Err(_) if word != "self" => Ident::new_raw(&word, name.span()),
        _ => name.clone(),
    }
}
