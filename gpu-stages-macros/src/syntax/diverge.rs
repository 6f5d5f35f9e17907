//! Whether control reaches the end of an expression, as far as its form tells.

use super::attributes::is_conditional;
use super::query::mentions;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAsync, ExprBlock, ExprBreak, ExprClosure, ExprForLoop, ExprLoop, ExprTry,
    ExprWhile, Item, Lifetime, Macro, Stmt,
};

/// Whether the last statement of a body gives its value.
pub fn is_value(last: &Stmt) -> bool {
    match last {
        Stmt::Expr(expr, None) => !diverges(expr, &panics),
        Stmt::Macro(mac) => mac.semi_token.is_none() && !panics(&mac.mac),
        _ => false,
    }
}

/// Whether the last statement of a body has no value, and yet may never come to its end: functions and macros can
/// diverge.
pub fn may_end(last: &Stmt) -> bool {
    match last {
        Stmt::Expr(expr, Some(_)) => !diverges(expr, &panics),
        Stmt::Macro(mac) => mac.semi_token.is_some() && !panics(&mac.mac),
        _ => false,
    }
}

/// Whether control never comes to the end of `stmt`.
pub fn is_exit(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(expr, _) => diverges(expr, &panics),
        Stmt::Macro(mac) => panics(&mac.mac),
        Stmt::Local(_) | Stmt::Item(_) => false,
    }
}

/// Whether a macro is known to panic whenever it is reached.
pub fn panics(mac: &Macro) -> bool {
    let names = ["panic", "unreachable", "todo", "unimplemented"];
    let name = mac.path.segments.last();
    name.is_some_and(|name| names.iter().any(|it| name.ident == it))
}

/// Whether control never reaches the end of `expr`. `macro_diverges` decides this for the macro calls in it.
pub fn diverges(expr: &Expr, macro_diverges: &dyn Fn(&Macro) -> bool) -> bool {
    let diverges = |expr: &Expr| diverges(expr, macro_diverges);
    let block_diverges = |block: &Block| block_diverges(block, macro_diverges);
    match expr {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Paren(paren) => diverges(&paren.expr),
        Expr::Block(block) => !is_left(block) && block_diverges(&block.block),
        Expr::Unsafe(block) => block_diverges(&block.block),
        Expr::If(choice) => {
            let otherwise = choice.else_branch.as_ref();
            block_diverges(&choice.then_branch)
                && otherwise.is_some_and(|(_, otherwise)| diverges(otherwise))
        }
        Expr::Match(choice) => choice.arms.iter().all(|arm| diverges(&arm.body)),
        Expr::Loop(repeat) => !is_ended(repeat),
        Expr::Macro(mac) => macro_diverges(&mac.mac),
        Expr::Try(question) => is_error(question) || diverges(&question.expr),
        _ => false,
    }
}

/// The same of a block.
pub fn block_diverges(block: &Block, macro_diverges: &dyn Fn(&Macro) -> bool) -> bool {
    let diverges = |stmt: &&Stmt| match stmt {
        Stmt::Expr(expr, _) => diverges(expr, macro_diverges),
        Stmt::Macro(mac) => macro_diverges(&mac.mac),
        Stmt::Local(_) | Stmt::Item(_) => false,
    };
    // In another configuration the statement is not there.
    let mut diverging = block.stmts.iter().filter(diverges);
    diverging.any(|stmt| !is_conditional(stmt))
}

/// `Err(e)?`
fn is_error(question: &ExprTry) -> bool {
    let Expr::Call(call) = &*question.expr else {
        return false;
    };
    match &*call.func {
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|it| it.ident == "Err"),
        _ => false,
    }
}

/// Whether a `break` ends the loop.
fn is_ended(repeat: &ExprLoop) -> bool {
    let mut breaks = Breaks {
        label: repeat.label.as_ref().map(|label| &label.name),
        is_nested: false,
        found: false,
    };
    breaks.visit_block(&repeat.body);
    breaks.found
}

/// Whether a `break` with the label of the block leaves it.
fn is_left(block: &ExprBlock) -> bool {
    let Some(label) = &block.label else {
        return false;
    };
    let mut breaks = Breaks {
        label: Some(&label.name),
        is_nested: true,
        found: false,
    };
    breaks.visit_block(&block.block);
    breaks.found
}

/// Looks for a `break` that ends a loop or a labelled block.
struct Breaks<'a> {
    label: Option<&'a Lifetime>,
    /// Where a `break` without a label ends something else.
    is_nested: bool,
    found: bool,
}

impl Breaks<'_> {
    fn nested(&mut self, body: &Block) {
        let around = std::mem::replace(&mut self.is_nested, true);
        self.visit_block(body);
        self.is_nested = around;
    }
}

impl<'ast> Visit<'ast> for Breaks<'_> {
    fn visit_expr_break(&mut self, exit: &'ast ExprBreak) {
        self.found |= match &exit.label {
            Some(label) => Some(label) == self.label,
            None => !self.is_nested,
        };
        visit::visit_expr_break(self, exit);
    }

    fn visit_expr_loop(&mut self, repeat: &'ast ExprLoop) {
        self.nested(&repeat.body);
    }

    fn visit_expr_while(&mut self, repeat: &'ast ExprWhile) {
        // A `break` in the condition ends the inner loop.
        self.nested(&repeat.body);
    }

    fn visit_expr_for_loop(&mut self, repeat: &'ast ExprForLoop) {
        self.visit_expr(&repeat.expr);
        self.nested(&repeat.body);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.found |= mentions(mac.tokens.clone(), "break");
    }

    // A `break` cannot leave these.
    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}
    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}
    fn visit_item(&mut self, _: &'ast Item) {}
}

#[cfg(test)]
mod tests {
    use super::{diverges, panics};
    use syn::Expr;

    #[track_caller]
    fn check(code: &str, expected: bool) {
        let expr: Expr = syn::parse_str(code).expect("an expression");
        assert_eq!(diverges(&expr, &panics), expected, "{code}");
    }

    #[test]
    fn control_does_not_reach_the_end() {
        for code in [
            "return x",
            "{ return x; }",
            "unsafe { return x }",
            "(return x)",
            "if a { return x } else { return y }",
            "match a { 0 => return x, _ => panic!() }",
            "Err(e)?",
            "{ todo!() }",
            // Without a `break`, a loop has no end, whatever its body does.
            "loop { wait()?; }",
            "loop { if a { return x; } }",
            "loop { for i in list { break; } }",
            "loop { while a { break } }",
            "'a: { break 'b; }",
            "loop { run(|| loop { break }); }",
            "{ #[allow(unused)] return x; }",
        ] {
            check(code, true);
        }
    }

    #[test]
    fn control_reaches_the_end() {
        for code in [
            "x",
            "if a { return x }",
            "match a { 0 => return x, _ => {} }",
            "Ok(x)?",
            "unknown!()",
            "while a { return x }",
            "for i in list { return x }",
            // A `break` ends the loop, though no statement comes after it.
            "loop { break; }",
            "loop { if a { break; } return x; }",
            "'a: loop { loop { break 'a; } }",
            "'a: { if b { break 'a; } return x }",
            "loop { select!(break); }",
            "{ #[cfg(a)] return x; y }",
            "{ #[cfg(a)] { return x } #[cfg(b)] { y } }",
        ] {
            check(code, false);
        }
    }
}
