//! The user's statements, with resources reached through their guards.

use super::copies::{copy_bound, copy_given};
use super::spans::glue;
use super::value::outcome;
use crate::macros::Arguments;
use crate::model::{Model, Names, Place, ResourceId, Stage, Subject, Take};
use crate::syntax::{Pipeline, is_fact, owner_name, plain_name, root};
use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Expr, ExprAsync, ExprClosure, ExprIndex, ExprMethodCall, ExprReference, FieldValue, Ident,
    Item, Local, Macro, Path, Stmt, Type, parse_quote_spanned, token,
};

/// The name of the copy of a resource's metadata.
pub fn facts_name(resource: &Ident) -> Ident {
    format_ident!("__{}_facts", resource, span = glue(resource.span()))
}

/// The name of the place that a guard is dereferenced to.
pub fn place_name(resource: &Ident) -> Ident {
    format_ident!("__{}", resource, span = glue(resource.span()))
}

/// A statement as it runs within its stage.
pub struct Rewritten {
    pub stmt: Stmt,
    /// Whether it needs the trait `PartMut`.
    pub writes_parts: bool,
}

/// `stmt` as it runs within `stage`.
pub fn statement(
    stmt: &Stmt,
    stage: &Stage,
    model: &Model,
    names: &Names,
    pipeline: &Pipeline,
    output: &Type,
) -> Rewritten {
    let mut rewrite = Rewrite {
        stage,
        library: &pipeline.options.library,
        model,
        names,
        output,
        is_inner: false,
        writes_parts: false,
    };
    let mut stmt = stmt.clone();
    rewrite.visit_stmt_mut(&mut stmt);
    let writes_parts = rewrite.writes_parts;
    Rewritten { stmt, writes_parts }
}

struct Rewrite<'a> {
    stage: &'a Stage,
    library: &'a Path,
    model: &'a Model,
    names: &'a Names,
    output: &'a Type,
    /// Inside a closure or async block: a `return` does not leave the pipeline.
    is_inner: bool,
    writes_parts: bool,
}

impl Rewrite<'_> {
    fn is_device(&self) -> bool {
        matches!(self.stage.work.place, Place::Device(_))
    }

    fn resource(&self, expr: &Expr) -> Option<ResourceId> {
        match self.names.subject(plain_name(expr)?)? {
            Subject::Resource(id) => Some(id),
            Subject::Queue(_) => None,
        }
    }

    /// The span of the resource that `expr` consists of.
    fn named_at(&self, expr: &Expr) -> Option<Span> {
        self.resource(expr)?;
        plain_name(expr).map(Ident::span)
    }

    /// `x` becomes `(*x)`, or the variable taken from it. The parentheses are the macro's, located at `x`: errors point
    /// at the user's token, and lints ignore them.
    fn mention(&self, expr: &Expr, resource: ResourceId) -> Expr {
        let name = plain_name(expr).unwrap_or(&self.model.resources[resource.0].name);
        let span = glue(name.span());
        let place = place_name(name);
        match self.stage.taken(resource) {
            None => parse_quote_spanned!(span=> (*#name)),
            Some(Take::Place) => parse_quote_spanned!(span=> (*#place)),
            // Several views are a tuple, an array or a list of references already.
            Some(Take::Views | Take::ViewsMut) => parse_quote_spanned!(span=> #place),
        }
    }

    /// `x.len()` becomes `__x_facts.len()` or, of a device guard, `x.facts().len()`; so does `x.part.len()`.
    fn fact(&self, call: &ExprMethodCall) -> Option<Expr> {
        let Subject::Resource(resource) = self.names.subject(owner_name(&call.receiver)?)? else {
            return None;
        };
        if !is_fact(call) {
            return None;
        }
        let (name, method) = (owner_name(&call.receiver)?, &call.method);
        let span = glue(method.span());
        let facts: Expr = if self.stage.work.facts.contains(&resource) {
            let facts = facts_name(name);
            parse_quote_spanned!(span=> #facts)
        } else if self.is_device() {
            parse_quote_spanned!(span=> #name.facts())
        } else {
            return None;
        };
        let facts = with_owner(&call.receiver, facts);
        Some(parse_quote_spanned!(span=> #facts.#method()))
    }

    /// On a device, `&x[a..b]` becomes `&(*x).slice(a..b)`, and `&mut x[a..b]` `&mut (*x).slice_mut(a..b)`.
    fn slice(&mut self, reference: &ExprReference) -> Option<Expr> {
        let index = self.is_device().then(|| self.range_of(&reference.expr))??;
        self.resource(root(&index.expr))?;
        let (mut base, mut range) = (index.expr.clone(), index.index.clone());
        self.visit_expr_mut(&mut base);
        self.visit_expr_mut(&mut range);
        let span = glue(index.bracket_token.span.join());
        let and = &reference.and_token;
        Some(match &reference.mutability {
            Some(mutability) => {
                parse_quote_spanned!(span=> #and #mutability #base.slice_mut(#range))
            }
            None => parse_quote_spanned!(span=> #and #base.slice(#range)),
        })
    }

    /// `base[a..b]`, in parentheses or not. Of a buffer the index may be a range by another name.
    fn range_of<'e>(&self, expr: &'e Expr) -> Option<&'e ExprIndex> {
        match expr {
            Expr::Paren(paren) => self.range_of(&paren.expr),
            Expr::Index(index) => {
                let is_range = matches!(*index.index, Expr::Range(_));
                (is_range || self.names.names_buffer(&index.expr)).then_some(index)
            }
            _ => None,
        }
    }

    /// On a device, `&mut x.part` becomes `x.part.part_mut()`: the view itself, which is unsized, so that no function can
    /// exchange it with another.
    fn part(&mut self, reference: &ExprReference) -> Option<Expr> {
        let mutability = reference.mutability.as_ref()?;
        let resource = self.resource(root(&reference.expr))?;
        let is_part = self.resource(&reference.expr).is_none();
        if !is_part || self.stage.taken(resource) != Some(Take::ViewsMut) {
            return None;
        }
        let mut place = reference.expr.clone();
        self.visit_expr_mut(&mut place);
        self.writes_parts = true;
        let span = glue(mutability.span);
        Some(parse_quote_spanned!(span=> #place.part_mut()))
    }

    /// `return e` becomes `return { let __value: Result = e; .. }`.
    fn exit(&self, expr: &mut Expr) {
        let Expr::Return(exit) = expr else { return };
        if let Some(value) = &mut exit.expr {
            let span = glue(exit.return_token.span);
            let outcome = outcome(span, self.output, &[], value);
            **value = parse_quote_spanned!(span=> { #outcome });
        }
    }
}

impl VisitMut for Rewrite<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if !self.is_device() {
            copy_given(expr, self.library, self.model, self.names);
        }
        let named = operands(expr).map(|operand| self.named_at(root(operand?)));
        let replacement = match &*expr {
            Expr::Path(_) => self
                .resource(expr)
                .map(|resource| self.mention(expr, resource)),
            Expr::MethodCall(call) => self.fact(call),
            Expr::Reference(reference) => self.slice(reference).or_else(|| self.part(reference)),
            _ => None,
        };
        match replacement {
            Some(replacement) => *expr = replacement,
            None => visit_mut::visit_expr_mut(self, expr),
        }
        for (operand, span) in operands(expr).into_iter().zip(named) {
            if let (Some(operand), Some(span)) = (operand, span) {
                place_at(span, operand);
            }
        }
        if !self.is_inner {
            self.exit(expr);
        }
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        if !self.is_device() {
            copy_bound(local, self.library, self.model, self.names);
        }
        visit_mut::visit_local_mut(self, local);
    }

    /// `Part { x }` becomes `Part { x: (*x) }`.
    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        if field.colon_token.is_none() && self.resource(&field.expr).is_some() {
            field.colon_token.get_or_insert_with(Default::default);
        }
        visit_mut::visit_field_value_mut(self, field);
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut ExprClosure) {
        let outer = std::mem::replace(&mut self.is_inner, true);
        self.visit_expr_mut(&mut closure.body);
        self.is_inner = outer;
    }

    fn visit_expr_async_mut(&mut self, block: &mut ExprAsync) {
        let outer = std::mem::replace(&mut self.is_inner, true);
        self.visit_block_mut(&mut block.block);
        self.is_inner = outer;
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(mut arguments) = Arguments::of(mac) {
            for argument in arguments.iter_mut() {
                self.visit_expr_mut(&mut argument.value);
            }
            mac.tokens = arguments.to_token_stream();
        }
    }

    // Neither can mention a parameter.
    fn visit_item_mut(&mut self, _: &mut Item) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
}

/// The first and the last operand of `expr`.
///
/// The `(*x)` in them gets the span of the user's `x`. If only one end of an expression had a span of the user, rustc
/// would report its errors at the attribute.
fn operands(expr: &mut Expr) -> [Option<&mut Expr>; 2] {
    match expr {
        Expr::Reference(lent) => [Some(&mut lent.expr), None],
        Expr::Field(field) => [Some(&mut field.base), None],
        Expr::Index(index) => [Some(&mut index.expr), None],
        Expr::Binary(binary) => [Some(&mut binary.left), Some(&mut binary.right)],
        // Without this, clippy would tell the user to copy where only the pipeline cannot move.
        Expr::MethodCall(call) if call.method != "clone" => [Some(&mut call.receiver), None],
        _ => [None, None],
    }
}

/// Gives the `(*x)` in a place the `span` of the user's token.
fn place_at(span: Span, place: &mut Expr) {
    match place {
        Expr::Paren(paren) if matches!(*paren.expr, Expr::Unary(_)) => {
            paren.paren_token = token::Paren(span);
        }
        Expr::Paren(paren) => place_at(span, &mut paren.expr),
        Expr::Field(field) => place_at(span, &mut field.base),
        Expr::Index(index) => place_at(span, &mut index.expr),
        _ => {}
    }
}

/// `expr`, a name or a field of one, with the name replaced by `owner`.
fn with_owner(expr: &Expr, owner: Expr) -> Expr {
    match expr {
        Expr::Field(field) => {
            let mut field = field.clone();
            *field.base = with_owner(&field.base, owner);
            Expr::Field(field)
        }
        Expr::Paren(paren) => with_owner(&paren.expr, owner),
        _ => owner,
    }
}
