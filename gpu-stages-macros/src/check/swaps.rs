//! Views that change places: the exchange would end with the stage.

use crate::diagnostics::Errors;
use crate::model::{Model, Names, Place, Subject};
use crate::syntax::{Pipeline, bound, plain_name, root};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{
    Arm, Expr, ExprAssign, ExprCall, ExprClosure, ExprForLoop, ExprLet, ExprMatch, ExprMethodCall,
    Ident, Item, Local, Pat,
};

/// Functions that move values through `&mut`, and the number of their arguments.
const FUNCTIONS: [(&str, usize); 3] = [("replace", 2), ("swap", 2), ("take", 1)];

/// Methods of lists that move their elements.
const METHODS: [&str; 10] = [
    "reverse",
    "rotate_left",
    "rotate_right",
    "sort_by",
    "sort_by_cached_key",
    "sort_by_key",
    "sort_unstable_by",
    "sort_unstable_by_key",
    "swap",
    "swap_with_slice",
];

/// In a device stage, only references to views change places.
pub fn references_only(pipeline: &Pipeline, model: &Model, names: &Names, errors: &mut Errors) {
    for (statement, stage) in pipeline.statements.iter().zip(&model.stages) {
        if matches!(stage.work.place, Place::Device(_)) {
            let aliases = BTreeSet::new();
            let mut swaps = Swaps {
                names,
                aliases,
                errors,
            };
            swaps.visit_stmt(&statement.stmt);
        }
    }
}

struct Swaps<'a> {
    names: &'a Names,
    /// Names that may be bound to references into views.
    aliases: BTreeSet<Ident>,
    errors: &'a mut Errors,
}

impl Swaps<'_> {
    fn is_resource(&self, expr: &Expr) -> bool {
        let subject = plain_name(expr).and_then(|name| self.names.subject(name));
        matches!(subject, Some(Subject::Resource(_)))
    }

    fn is_alias(&self, expr: &Expr) -> bool {
        plain_name(expr).is_some_and(|name| self.aliases.contains(name))
    }

    /// Whether `expr` is a reference to the place of a view. A reference to a variable is not.
    fn is_place(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(paren) => self.is_place(&paren.expr),
            Expr::Reference(lent) if lent.mutability.is_some() => {
                let root = root(&lent.expr);
                self.is_resource(root) || (self.is_alias(root) && !self.is_alias(&lent.expr))
            }
            _ => self.is_alias(expr) || self.leads_to_views(expr),
        }
    }

    /// Whether `expr` is a chain of methods that begins with views.
    fn leads_to_views(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(paren) => self.leads_to_views(&paren.expr),
            // A collection of references is the user's own.
            Expr::MethodCall(call) if call.method == "collect" => false,
            Expr::MethodCall(call) => self.leads_to_views(&call.receiver),
            Expr::Try(question) => self.leads_to_views(&question.expr),
            Expr::Tuple(tuple) => tuple.elems.iter().any(|expr| self.leads_to_views(expr)),
            Expr::Array(array) => array.elems.iter().any(|expr| self.leads_to_views(expr)),
            Expr::Reference(lent) => {
                let root = root(&lent.expr);
                let is_view = self.is_resource(root) && lent.mutability.is_some();
                is_view || self.leads_to_views(&lent.expr)
            }
            Expr::Field(_) | Expr::Index(_) => self.is_alias(root(expr)),
            _ => self.is_alias(expr),
        }
    }

    /// The names in `pat` are bound to parts of `value`.
    fn bind(&mut self, pat: &Pat, value: &Expr) {
        if self.leads_to_views(value) {
            let names = bound(pat).into_iter().map(|(name, _)| name);
            self.aliases.extend(names);
        }
    }

    fn report(&mut self, at: impl ToTokens) {
        self.errors.report(
            at,
            "views cannot change places: the exchange would end with the stage",
            "swap references to them, `let (mut a, mut b) = (&mut x, &mut y); swap(&mut a, &mut b);`; or swap the values \
             in a statement that mentions no queue",
        );
    }
}

impl<'ast> Visit<'ast> for Swaps<'_> {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let function = match &*call.func {
            Expr::Path(path) => path.path.segments.last(),
            _ => None,
        };
        let moves = function.is_some_and(|function| {
            let is_it =
                |(name, args): &(&str, usize)| function.ident == name && call.args.len() == *args;
            FUNCTIONS.iter().any(is_it)
        });
        if moves && call.args.iter().any(|arg| self.is_place(arg)) {
            self.report(call);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let moves = METHODS.iter().any(|name| call.method == name);
        if moves && self.leads_to_views(&call.receiver) {
            self.report(call);
        }
        for arg in &call.args {
            if let Expr::Closure(closure) = arg {
                let inputs = closure.inputs.iter();
                inputs.for_each(|input| self.bind(input, &call.receiver));
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        if self.is_alias(root(&assign.left)) && !self.is_alias(&assign.left) {
            self.report(assign);
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init {
            self.bind(&local.pat, &init.expr);
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_let(&mut self, condition: &'ast ExprLet) {
        self.bind(&condition.pat, &condition.expr);
        visit::visit_expr_let(self, condition);
    }

    fn visit_expr_match(&mut self, choice: &'ast ExprMatch) {
        let arms = choice.arms.iter();
        arms.for_each(|arm: &Arm| self.bind(&arm.pat, &choice.expr));
        visit::visit_expr_match(self, choice);
    }

    fn visit_expr_for_loop(&mut self, repeat: &'ast ExprForLoop) {
        self.bind(&repeat.pat, &repeat.expr);
        visit::visit_expr_for_loop(self, repeat);
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        visit::visit_expr(self, &closure.body);
    }

    // An item cannot mention a parameter.
    fn visit_item(&mut self, _: &'ast Item) {}
}
