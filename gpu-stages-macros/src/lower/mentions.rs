//! Every mention of a declared name in a statement, and how it is used there.

use crate::macros::{Arguments, Position};
use crate::model::{Capture, Mention, Names, Subject, Usage};
use crate::syntax::{assigns, captures, is_fact, owner_name, plain_name};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Expr, ExprAssign, ExprAsync, ExprBinary, ExprCall, ExprClosure, ExprMethodCall, Ident, Item,
    Local, Macro, Pat, PatIdent, PointerMutability, Stmt, Type, UnOp,
};

/// The mentions in `stmt`, in the order of the source.
pub fn mentions(stmt: &Stmt, names: &Names) -> Vec<Mention> {
    let mut walk = Walk::new(names);
    walk.visit_stmt(stmt);
    walk.found
}

/// The mentions in `expr`.
pub fn of_expr(expr: &Expr, names: &Names) -> Vec<Mention> {
    let mut walk = Walk::new(names);
    walk.visit_expr(expr);
    walk.found
}

struct Walk<'a> {
    names: &'a Names,
    /// Whether a closure or an async block captures the mention.
    capture: Capture,
    /// Whether only a part of what is named here is used.
    in_part: bool,
    found: Vec<Mention>,
}

impl<'a> Walk<'a> {
    fn new(names: &'a Names) -> Self {
        Walk {
            names,
            capture: Capture::None,
            in_part: false,
            found: Vec::new(),
        }
    }

    fn record(&mut self, ident: &Ident, usage: Usage) {
        if let Some(subject) = self.names.subject(ident) {
            self.found.push(Mention {
                subject,
                ident: ident.clone(),
                usage,
                capture: self.capture,
                in_part: self.in_part,
                is_declared: false,
            });
        }
    }

    fn subject(&self, expr: &Expr) -> Option<Subject> {
        self.names.subject(plain_name(expr)?)
    }

    fn is_queue(&self, expr: &Expr) -> bool {
        matches!(self.subject(expr), Some(Subject::Queue(_)))
    }

    /// Visits an expression of which the place is used: `x`, `x.field`, `x[i]`, `*x`.
    fn place(&mut self, expr: &Expr, usage: Usage) {
        match expr {
            Expr::Paren(paren) => self.place(&paren.expr, usage),
            Expr::Field(field) => self.part(&field.base, usage),
            // A range of a buffer is a buffer.
            Expr::Index(index) if matches!(*index.index, Expr::Range(_)) => {
                self.place(&index.expr, self.of_part(&index.expr, usage));
                self.place(&index.index, Usage::Read);
            }
            Expr::Index(index) => {
                self.part(&index.expr, usage);
                self.place(&index.index, Usage::Read);
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
                self.place(&unary.expr, self.of_part(&unary.expr, usage));
            }
            Expr::Path(_) => match plain_name(expr) {
                Some(name) => self.record(name, usage),
                None => visit::visit_expr(self, expr),
            },
            _ => self.visit_expr(expr),
        }
    }

    /// Visits `base`, of which a part is used.
    fn part(&mut self, base: &Expr, usage: Usage) {
        let outer = std::mem::replace(&mut self.in_part, true);
        self.place(base, self.of_part(base, usage));
        self.in_part = outer;
    }

    /// The usage of `base` when a part of it has this usage. A queue has no parts that could be used.
    fn of_part(&self, base: &Expr, usage: Usage) -> Usage {
        if self.is_queue(base) {
            Usage::Read
        } else {
            usage
        }
    }

    /// Visits an argument of a call, which may be `&queue`.
    fn argument(&mut self, expr: &Expr) {
        match expr {
            Expr::Reference(lent) if lent.mutability.is_none() && self.is_queue(&lent.expr) => {
                self.place(&lent.expr, Usage::Lent);
            }
            _ => self.visit_expr(expr),
        }
    }

    /// Visits the left side of an assignment.
    fn target(&mut self, expr: &Expr) {
        match expr {
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|expr| self.target(expr)),
            Expr::Array(array) => array.elems.iter().for_each(|expr| self.target(expr)),
            _ => self.place(expr, Usage::Assigned),
        }
    }

    /// Visits an expression that a pattern destructures in place.
    fn scrutinee<'p>(&mut self, expr: &Expr, mut patterns: impl Iterator<Item = &'p Pat>) {
        let usage = if patterns.any(borrows_mutably) {
            Usage::Exclusive
        } else {
            Usage::Read
        };
        self.place(expr, usage);
    }

    fn within(&mut self, capture: Capture, visit: impl FnOnce(&mut Self)) {
        let outer = self.capture;
        self.capture = outer.max(capture);
        visit(self);
        self.capture = outer;
    }

    /// Records what an unknown macro may use: identifiers, and the captures of literals that may be format strings.
    fn hidden(&mut self, tokens: TokenStream, is_braced: bool) {
        let mut after_dot = false;
        // Whether an identifier would be a key, as `data` in `{ data: 1 }`.
        let mut may_be_key = is_braced;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match &token {
                TokenTree::Ident(ident) => {
                    let is_key =
                        may_be_key && matches!(tokens.peek(), Some(next) if is_colon(next));
                    if !after_dot && !is_key {
                        self.record(ident, Usage::Hidden);
                    }
                }
                TokenTree::Literal(literal) => {
                    for name in captures(&literal.to_string()) {
                        self.record(&Ident::new(&name, literal.span()), Usage::Hidden);
                    }
                }
                TokenTree::Group(group) => {
                    self.hidden(group.stream(), group.delimiter() == Delimiter::Brace);
                }
                TokenTree::Punct(_) => {}
            }
            let is_sign =
                |sign| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == sign);
            after_dot = is_sign('.');
            may_be_key = is_braced && is_sign(',');
        }
    }
}

/// A `:` that is not the first one of `::`.
fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Alone)
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Path(_) => self.place(expr, Usage::Moved),
            Expr::Field(_) | Expr::Index(_) => self.place(expr, Usage::Read),
            Expr::Unary(unary) => match unary.op {
                UnOp::Deref(_) => self.place(expr, Usage::Read),
                _ => self.place(&unary.expr, Usage::Read),
            },
            Expr::Reference(reference) => match reference.mutability {
                Some(_) => self.place(&reference.expr, Usage::Exclusive),
                None => self.place(&reference.expr, Usage::Shared),
            },
            Expr::RawAddr(raw) => match raw.mutability {
                PointerMutability::Mut(_) => self.place(&raw.expr, Usage::Exclusive),
                PointerMutability::Const(_) => self.place(&raw.expr, Usage::Shared),
            },
            Expr::Cast(cast) => self.place(&cast.expr, Usage::Read),
            Expr::Range(range) => {
                let ends = [&range.start, &range.end];
                ends.into_iter()
                    .flatten()
                    .for_each(|end| self.place(end, Usage::Read));
            }
            Expr::If(branch) => {
                self.place(&branch.cond, Usage::Read);
                self.visit_block(&branch.then_branch);
                if let Some((_, otherwise)) = &branch.else_branch {
                    self.visit_expr(otherwise);
                }
            }
            Expr::While(repeat) => {
                self.place(&repeat.cond, Usage::Read);
                self.visit_block(&repeat.body);
            }
            Expr::Let(condition) => {
                self.scrutinee(&condition.expr, std::iter::once(&*condition.pat));
            }
            Expr::Match(choice) => {
                self.scrutinee(&choice.expr, choice.arms.iter().map(|arm| &arm.pat));
                choice.arms.iter().for_each(|arm| self.visit_arm(arm));
            }
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let Some(init) = &local.init else { return };
        match plain_name(&init.expr) {
            Some(_) => self.visit_expr(&init.expr),
            None if is_place(&init.expr) => {
                self.scrutinee(&init.expr, std::iter::once(&local.pat));
            }
            None => self.visit_expr(&init.expr),
        }
        if let Some((_, diverge)) = &init.diverge {
            self.visit_expr(diverge);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let owner = owner_name(&call.receiver).and_then(|name| self.names.subject(name));
        match owner {
            Some(Subject::Resource(_)) if is_fact(call) => {
                self.place(&call.receiver, Usage::Facts);
            }
            _ => self.place(&call.receiver, Usage::Method(call.method.clone())),
        }
        call.args.iter().for_each(|arg| self.argument(arg));
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.place(&call.func, Usage::Called);
        call.args.iter().for_each(|arg| self.argument(arg));
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        self.target(&assign.left);
        self.visit_expr(&assign.right);
    }

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        let left = if assigns(&binary.op) {
            Usage::Assigned
        } else {
            Usage::Read
        };
        self.place(&binary.left, left);
        self.place(&binary.right, Usage::Read);
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        let capture = match closure.capture {
            Some(_) => Capture::Moved,
            None => Capture::Borrowed,
        };
        self.within(capture, |walk| walk.visit_expr(&closure.body));
    }

    fn visit_expr_async(&mut self, block: &'ast ExprAsync) {
        let capture = match block.capture {
            Some(_) => Capture::Moved,
            None => Capture::Borrowed,
        };
        self.within(capture, |walk| walk.visit_block(&block.block));
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let Some(arguments) = Arguments::of(mac) else {
            return self.hidden(mac.tokens.clone(), false);
        };
        for argument in arguments.iter() {
            match argument.position {
                Position::Read => self.place(&argument.value, Usage::Read),
                Position::Receiver => {
                    let method = Ident::new("write_fmt", mac.path.segments[0].ident.span());
                    self.place(&argument.value, Usage::Method(method));
                }
                Position::Value => self.visit_expr(&argument.value),
            }
        }
    }

    /// A pattern mentions no parameter, but its `if` does.
    fn visit_pat(&mut self, pat: &'ast Pat) {
        if let Pat::Guard(guarded) = pat {
            self.place(&guarded.guard, Usage::Read);
        }
    }

    // What follows cannot mention a parameter.
    fn visit_item(&mut self, _: &'ast Item) {}
    fn visit_type(&mut self, _: &'ast Type) {}
}

fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Field(_) | Expr::Index(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)),
        Expr::Paren(paren) => is_place(&paren.expr),
        _ => false,
    }
}

/// Whether a pattern has a `ref mut`.
fn borrows_mutably(pat: &Pat) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
            self.0 |= pat.by_ref.is_some() && pat.mutability.is_some();
            visit::visit_pat_ident(self, pat);
        }
    }
    let mut search = Search(false);
    search.visit_pat(pat);
    search.0
}
