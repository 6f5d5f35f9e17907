//! Macro calls whose arguments are known: those of the standard library and of `tracing`.

mod spell_out;

pub use spell_out::spell_out;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit::Visit;
use syn::{Expr, ExprLit, Ident, Lit, Macro, Pat, Token};

/// The arguments of a macro call, and the tokens between them.
pub struct Arguments {
    pieces: Vec<Piece>,
}

enum Piece {
    Tokens(TokenStream),
    Argument(Box<Argument>),
}

/// One argument: `value`, `name = value`, `?value`.
pub struct Argument {
    prefix: TokenStream,
    pub value: Expr,
    pub position: Position,
}

/// What the macro does with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Looks at it by reference.
    Read,
    /// Calls a method on it.
    Receiver,
    /// Takes it.
    Value,
}

/// The families of macros, by what their arguments mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// This number of arguments, then a format string and its arguments.
    Format(usize),
    /// The destination, a format string and its arguments.
    Write,
    /// Fields, a format string and its arguments.
    Tracing,
    /// Values.
    Values,
    /// A value and a pattern, with or without an `if`.
    Matches,
}

impl Family {
    fn of(mac: &Macro) -> Option<Self> {
        let name = mac.path.segments.last()?.ident.to_string();
        Some(match name.as_str() {
            "print" | "println" | "eprint" | "eprintln" | "format" | "format_args" | "panic"
            | "unreachable" | "todo" | "unimplemented" => Family::Format(0),
            "assert" | "debug_assert" => Family::Format(1),
            "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Family::Format(2),
            "write" | "writeln" => Family::Write,
            "trace" | "debug" | "info" | "warn" | "error" | "event" => Family::Tracing,
            "vec" | "dbg" => Family::Values,
            "matches" => Family::Matches,
            _ => return None,
        })
    }

    fn position(self, index: usize) -> Position {
        match self {
            Family::Write if index == 0 => Position::Receiver,
            Family::Values => Position::Value,
            _ => Position::Read,
        }
    }
}

impl Arguments {
    /// The arguments of `mac`, if it is a known macro and they can be read.
    pub fn of(mac: &Macro) -> Option<Self> {
        let family = Family::of(mac)?;
        let parser = |input: ParseStream<'_>| Arguments::parse(family, input);
        parser.parse2(mac.tokens.clone()).ok()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Argument(argument) => Some(&**argument),
            Piece::Tokens(_) => None,
        })
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Argument> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Argument(argument) => Some(&mut **argument),
            Piece::Tokens(_) => None,
        })
    }

    fn parse(family: Family, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut pieces = Vec::new();
        while !input.is_empty() {
            let position = family.position(pieces.len() / 2);
            pieces.push(Piece::Argument(Box::new(Argument::parse(position, input)?)));
            if input.is_empty() {
                break;
            }
            let separator = if input.peek(Token![;]) {
                input.parse::<Token![;]>()?.into_token_stream()
            } else {
                input.parse::<Token![,]>()?.into_token_stream()
            };
            pieces.push(Piece::Tokens(separator));
            if family == Family::Matches {
                let pattern = Pat::parse_multi_with_leading_vert(input)?;
                pieces.push(Piece::Tokens(pattern.into_token_stream()));
                if input.peek(Token![if]) {
                    let token = input.parse::<Token![if]>()?;
                    pieces.push(Piece::Tokens(token.into_token_stream()));
                    let guard = Argument::parse(Position::Read, input)?;
                    pieces.push(Piece::Argument(Box::new(guard)));
                }
                pieces.push(Piece::Tokens(input.parse()?));
            }
        }
        Ok(Arguments { pieces })
    }

    fn format_string(&self, family: Family) -> Option<syn::LitStr> {
        let literal = match family {
            Family::Format(index) => self.iter().nth(index)?.literal(),
            Family::Write => self.iter().nth(1)?.literal(),
            Family::Tracing => self.iter().find_map(Argument::literal),
            Family::Values | Family::Matches => None,
        };
        literal.cloned()
    }

    fn add(&mut self, argument: Argument) {
        if matches!(self.pieces.last(), Some(Piece::Argument(_))) {
            self.pieces.push(Piece::Tokens(quote!(,)));
        }
        self.pieces.push(Piece::Argument(Box::new(argument)));
    }
}

impl Argument {
    fn parse(position: Position, input: ParseStream<'_>) -> syn::Result<Self> {
        let mut prefix = TokenStream::new();
        if FieldName::may_follow(input) && FieldName::parse(&input.fork()).is_ok() {
            input.call(FieldName::parse)?.to_tokens(&mut prefix);
        }
        if input.peek(Token![?]) {
            input.parse::<Token![?]>()?.to_tokens(&mut prefix);
        } else if input.peek(Token![%]) {
            input.parse::<Token![%]>()?.to_tokens(&mut prefix);
        }
        Ok(Argument {
            prefix,
            value: input.parse()?,
            position,
        })
    }

    fn is_called(&self, name: &Ident) -> bool {
        let first = self.prefix.clone().into_iter().next();
        matches!(first, Some(TokenTree::Ident(first)) if first.unraw() == name.unraw())
    }

    /// Whether it is more than a value with a sigil.
    fn is_named(&self) -> bool {
        let first = self.prefix.clone().into_iter().next();
        matches!(first, Some(TokenTree::Ident(_)))
    }

    /// The string literal this argument is, if it has no name.
    fn literal(&self) -> Option<&syn::LitStr> {
        match &self.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if self.prefix.is_empty() => Some(text),
            _ => None,
        }
    }
}

/// `name =`, `some.name =` or `target:` before an argument.
struct FieldName {
    tokens: TokenStream,
}

impl FieldName {
    /// A cheap test before parsing: this runs for every argument in every pass, and most arguments have no name.
    fn may_follow(input: ParseStream<'_>) -> bool {
        let ends_name = input.peek2(Token![=]) && !input.peek2(Token![==])
            || input.peek2(Token![:]) && !input.peek2(Token![::])
            || input.peek2(Token![.]);
        input.peek(Ident::peek_any) && ends_name
    }
}

impl Parse for FieldName {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut tokens = TokenStream::new();
        Ident::parse_any(input)?.to_tokens(&mut tokens);
        while input.peek(Token![.]) {
            input.parse::<Token![.]>()?.to_tokens(&mut tokens);
            Ident::parse_any(input)?.to_tokens(&mut tokens);
        }
        if input.peek(Token![=]) && !input.peek(Token![==]) {
            input.parse::<Token![=]>()?.to_tokens(&mut tokens);
        } else if input.peek(Token![:]) && !input.peek(Token![::]) {
            input.parse::<Token![:]>()?.to_tokens(&mut tokens);
        } else {
            return Err(input.error("expected `=`"));
        }
        Ok(FieldName { tokens })
    }
}

impl ToTokens for FieldName {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

impl ToTokens for Arguments {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for piece in &self.pieces {
            match piece {
                Piece::Tokens(between) => between.to_tokens(tokens),
                Piece::Argument(argument) => {
                    argument.prefix.to_tokens(tokens);
                    argument.value.to_tokens(tokens);
                }
            }
        }
    }
}

/// Visits the arguments of a known macro.
pub fn visit_arguments<V: for<'ast> Visit<'ast> + ?Sized>(visitor: &mut V, mac: &Macro) {
    if let Some(arguments) = Arguments::of(mac) {
        for argument in arguments.iter() {
            visitor.visit_expr(&argument.value);
        }
    }
}
