//! Invisible groups: what the fragments of a `macro_rules!` become, such as `$x:expr`.
//!
//! Rustc does not see the invisible groups that a macro gives back, so they are made visible where they matter.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::{Expr, Type};

/// `tokens` without invisible groups: what would mean something else is in parentheses.
pub fn without_invisible(tokens: TokenStream) -> TokenStream {
    if !has_invisible(&tokens) {
        return tokens;
    }
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut visible = TokenStream::new();
    for (index, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => {
                let before = index.checked_sub(1).and_then(|before| trees.get(before));
                visible.extend(made_visible(group, before, trees.get(index + 1)));
            }
            other => visible.extend([other.clone()]),
        }
    }
    visible
}

fn has_invisible(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => {
            group.delimiter() == Delimiter::None || has_invisible(&group.stream())
        }
        _ => false,
    })
}

fn made_visible(
    group: &Group,
    before: Option<&TokenTree>,
    next: Option<&TokenTree>,
) -> TokenStream {
    let inner = without_invisible(group.stream());
    // The tokens are the macro's, located at the user's: lints ignore them.
    let span = Span::mixed_site().located_at(group.span());
    match group.delimiter() {
        Delimiter::None if needs_parentheses(&inner, before, next) => {
            delimited(Delimiter::Parenthesis, inner, span)
        }
        Delimiter::None => inner,
        delimiter => delimited(delimiter, inner, group.span()),
    }
}

fn delimited(delimiter: Delimiter, inner: TokenStream, span: Span) -> TokenStream {
    let mut group = Group::new(delimiter, inner);
    group.set_span(span);
    TokenTree::Group(group).into()
}

/// Whether `inner` would mean something else without its group.
fn needs_parentheses(
    inner: &TokenStream,
    before: Option<&TokenTree>,
    next: Option<&TokenTree>,
) -> bool {
    let is_alone =
        (before.is_none() || is_sign(before, ",;")) && (next.is_none() || is_sign(next, ",;"));
    if is_alone {
        return false;
    }
    match syn::parse2::<Expr>(inner.clone()) {
        Ok(Expr::Block(_)) => is_sign(next, ".?") && (before.is_none() || is_sign(before, ";")),
        Ok(expr) => !is_closed(&expr),
        Err(_) => is_pointed_at(before) && has_several_bounds(inner),
    }
}

/// Whether no operator beside an expression can take a part of it.
fn is_closed(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Array(_)
            | Expr::Async(_)
            | Expr::Await(_)
            | Expr::Call(_)
            | Expr::Const(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Infer(_)
            // A condition is an expression only where it stands.
            | Expr::Let(_)
            | Expr::Lit(_)
            | Expr::Macro(_)
            | Expr::MethodCall(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Repeat(_)
            | Expr::Try(_)
            | Expr::Tuple(_)
            | Expr::Unsafe(_)
            | Expr::Verbatim(_)
    )
}

/// Whether a type stands after a token of a reference or pointer.
fn is_pointed_at(before: Option<&TokenTree>) -> bool {
    let is_word = |ident: &Ident| ident == "mut" || ident == "const";
    is_sign(before, "&") || matches!(before, Some(TokenTree::Ident(ident)) if is_word(ident))
}

/// Whether a type is `dyn A + B` or the like.
fn has_several_bounds(inner: &TokenStream) -> bool {
    match syn::parse2::<Type>(inner.clone()) {
        Ok(Type::TraitObject(object)) => object.bounds.len() > 1,
        Ok(Type::ImplTrait(some)) => some.bounds.len() > 1,
        _ => false,
    }
}

fn is_sign(tree: Option<&TokenTree>, signs: &str) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if signs.contains(punct.as_char()))
}

#[cfg(test)]
mod tests {
    use super::without_invisible;
    use crate::syntax::text;
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

    /// `$(..)` in `code` is an invisible group.
    fn grouped(code: TokenStream) -> TokenStream {
        let mut found: Vec<TokenTree> = Vec::new();
        for tree in code {
            let after_dollar =
                matches!(found.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '$');
            let tree = match tree {
                TokenTree::Group(group) => {
                    let mut delimiter = group.delimiter();
                    if after_dollar {
                        found.pop();
                        delimiter = Delimiter::None;
                    }
                    Group::new(delimiter, grouped(group.stream())).into()
                }
                other => other,
            };
            found.push(tree);
        }
        found.into_iter().collect()
    }

    #[track_caller]
    fn check(code: &str, expected: &str) {
        let tokens = |code: &str| code.parse::<TokenStream>().expect("tokens");
        let visible = without_invisible(grouped(tokens(code)));
        assert_eq!(text(visible), text(tokens(expected)), "{code}");
    }

    #[test]
    fn expressions_keep_their_precedence() {
        check("h * $(1.0 + 1.0)", "h * (1.0 + 1.0)");
        check("-$(a + b)", "-(a + b)");
        check("$(-1).abs()", "(-1).abs()");
        check("$(a as u8) < b", "(a as u8) < b");
        check("$(&x)[0]", "(&x)[0]");
        check("$(a..b).len()", "(a..b).len()");
        check("$(|x| x)(1)", "(|x| x)(1)");
        check("if x == $(S { a: 1 }) {}", "if x == (S { a: 1 }) {}");
        check("2 * $(3 + $(4 - 5))", "2 * (3 + (4 - 5))");
        check(
            "f(2 * $(3 + 4), [$(5 + 6) * 7])",
            "f(2 * (3 + 4), [(5 + 6) * 7])",
        );
        check("matches!(x, 0 | $(1 | 2))", "matches!(x, 0 | (1 | 2))");
    }

    #[test]
    fn closed_expressions_stand_alone() {
        check("h * $(1.0)", "h * 1.0");
        check("$(x).push($(n + 1));", "x.push(n + 1);");
        check("f($(a + b), $(c))", "f(a + b, c)");
        check("$(x.len()) + $(v[0]) + $(f(1)?)", "x.len() + v[0] + f(1)?");
        check("$(let y = a + b); $(y)", "let y = a + b; y");
        check("x = 1; $(match n { _ => x })", "x = 1; match n { _ => x }");
    }

    #[test]
    fn blocks_stay_blocks() {
        check("async fn f() -> u8 $({ 1 })", "async fn f() -> u8 { 1 }");
        check("if a $({ 1 }) else $({ 2 })", "if a { 1 } else { 2 }");
        check("x; $({ 1 }).max(2)", "x; ({ 1 }).max(2)");
    }

    #[test]
    fn types_stay_types() {
        check("x: $(u64)", "x: u64");
        check("$(u64)::MAX", "u64::MAX");
        check("<$(Vec<u8>)>::new()", "<Vec<u8>>::new()");
        check("x: Box<$(dyn A + B)>", "x: Box<dyn A + B>");
        check("x: &$(dyn A + B)", "x: &(dyn A + B)");
        check("x: &mut $(dyn A + B)", "x: &mut (dyn A + B)");
        check("$(pub(crate)) fn f() {}", "pub(crate) fn f() {}");
        check("$() fn f() {}", "fn f() {}");
    }
}
