//! The parameters of a kernel as its source declares them, for drivers that do not tell.
//!
//! This is no compiler: it reads plain declarations, and says of all others that they are unknown. What a macro may
//! change is unknown, too.

mod declaration;
mod tokens;

use declaration::Types;
pub(super) use declaration::{Declared, Space};
use tokens::{Source, Token};

/// The parameters of the kernel `name` in `source`; `None` in place of each that is unknown. `None` for all if the
/// kernel is not found, or is declared in different ways.
pub(super) fn parameters(source: &str, name: &str) -> Option<Vec<Option<Declared>>> {
    let source = Source::read(source)?;
    let types = Types::defined_in(&source);
    let mut found: Option<Vec<Option<Declared>>> = None;
    for list in parameter_lists(&source, name) {
        let is_changed = list.iter().any(|token| source.is_macro(token));
        if is_changed || source.is_macro_name(name) || source.is_macro_name("kernel") {
            return None;
        }
        let parameters: Vec<_> = split(list).map(|it| Declared::parse(it, &types)).collect();
        if found.as_ref().is_some_and(|found| *found != parameters) {
            return None;
        }
        found = Some(parameters);
    }
    found
}

/// What stands between the parentheses of each declaration and definition of the kernel `name`.
fn parameter_lists<'s, 'a>(source: &'s Source<'a>, name: &str) -> Vec<&'s [Token<'a>]> {
    let is_end = |token: &Token<'_>| matches!(token, Token::Mark(';' | '}'));
    let is_kernel = |token: &Token<'_>| matches!(token, Token::Word("kernel" | "__kernel"));
    let tokens = &source.tokens;
    let named = source.outside_of_braces(name).filter(|&index| {
        let before = tokens[..index].iter().rev();
        before.take_while(|token| !is_end(token)).any(is_kernel)
    });
    named
        .filter_map(|index| in_parentheses(&tokens[index + 1..]))
        .collect()
}

/// The tokens inside of the parentheses that `tokens` begin with.
fn in_parentheses<'s, 'a>(tokens: &'s [Token<'a>]) -> Option<&'s [Token<'a>]> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (index > 0).then(|| &tokens[1..index]);
        }
    }
    None
}

/// The parameters in a list.
fn split<'s, 'a>(list: &'s [Token<'a>]) -> impl Iterator<Item = &'s [Token<'a>]> {
    let is_empty = matches!(list, [] | [Token::Word("void")]);
    let mut depth = 0_i32;
    let parts = list.split(move |token| {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth -= 1,
            _ => {}
        }
        depth == 0 && *token == Token::Mark(',')
    });
    parts.filter(move |_| !is_empty)
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// The parameters of the kernel `k`, each as text; `?` for one that is unknown.
    fn read(source: &str) -> Option<String> {
        let parameters = parameters(source, "k")?;
        let shown = parameters.iter().map(|parameter| match parameter {
            None => "?".to_owned(),
            Some(Declared {
                space,
                is_const,
                text,
            }) => format!("{space:?}{} {text}", if *is_const { " const" } else { "" }),
        });
        Some(shown.collect::<Vec<_>>().join(", "))
    }

    fn one(parameter: &str) -> String {
        read(&format!("kernel void k({parameter}) {{}}")).unwrap()
    }

    #[test]
    fn buffers_and_values_are_told_apart() {
        for (declared, read) in [
            ("global float *x", "Global float*"),
            ("__global float* restrict x", "Global float*"),
            ("global const float *x", "Global const float*"),
            ("const __global float4 *x", "Global const float4*"),
            ("global float * const x", "Global float*"),
            ("constant uint *x", "Constant uint*"),
            ("local float *x", "Local float*"),
            ("global float x[]", "Global float*"),
            ("float x", "Private float"),
            ("const unsigned x", "Private unsigned int"),
            ("unsigned long int x", "Private unsigned long"),
            ("signed char x", "Private char"),
            ("struct point x", "Private struct point"),
            ("read_only image2d_t x", "Private image2d_t"),
            ("global struct point *x", "Global struct point*"),
            ("global unsigned char *", "Global unsigned char*"),
        ] {
            assert_eq!(one(declared), read, "{declared}");
        }
    }

    #[test]
    fn what_is_not_plain_is_unknown() {
        for declared in [
            "pointer x",
            "global pointer x",
            "global float **x",
            "float *x",
            "global float (*x)[4]",
        ] {
            assert_eq!(one(declared), "?", "{declared}");
        }
    }

    #[test]
    fn all_parameters_are_read_in_order() {
        let source = "
            // kernel void k(int no) {}
            float helper(float x) { if (x > 0) { return k(x); } return x; }
            /* kernel void k(int no) {} */
            kernel void other(global float *a, int b) {}
            __attribute__((reqd_work_group_size(8, 1, 1)))
            kernel __attribute__((vec_type_hint(float4))) void k(
                __global const float *a __attribute__((unused)), // kernel void k(
                const int b, local float *c) { printf(\"kernel void k(int no)\\\"{\"); }";
        let expected = "Global const float*, Private int, Local float*";
        assert_eq!(read(source).unwrap(), expected);
        assert_eq!(read("kernel void k(void);").unwrap(), "");
        assert_eq!(read("kernel void k() {}").unwrap(), "");
    }

    #[test]
    fn types_of_the_program_are_values_or_unknown() {
        for (defined, expected) in [
            ("typedef struct { float x; } t;", "Private t"),
            (
                "void f() { int x; } typedef struct { float x; } t;",
                "Private t",
            ),
            ("typedef struct point { float x[3]; } t;", "Private t"),
            ("typedef unsigned int t;", "Private unsigned int"),
            ("typedef float4 t;", "Private float4"),
            ("typedef global float *t;", "?"),
            ("typedef float u; typedef u t;", "?"),
            ("typedef float t[4];", "?"),
            ("typedef struct { global float *x; } *t;", "?"),
        ] {
            let source = format!("{defined} kernel void k(t x) {{}}");
            assert_eq!(read(&source).unwrap(), expected, "{defined}");
        }
        let source = "typedef float t; kernel void k(global t *x) {}";
        assert_eq!(read(source).unwrap(), "Global float*");
    }

    #[test]
    fn a_macro_that_may_change_the_parameters_makes_them_unknown() {
        for source in [
            "#define T global float*\nkernel void k(T x) {}",
            "#define x *x\nkernel void k(global float x) {}",
            "  #  define float int\nkernel void k(float x) {}",
            "#define \\\n float int\nkernel void k(float x) {}",
            "#define K(name) kernel void name(int x)\nK(k) {}",
            "#define k other\nkernel void k(int x) {}",
            "#include \"types.h\"\nkernel void k(int x) {}",
            "%:define float int\nkernel void k(float x) {}",
            "??=define float int\nkernel void k(float x) {}",
        ] {
            assert_eq!(read(source), None, "{source}");
        }
        let source = "#define N 4\n#pragma unroll\nkernel void k(float x) { x *= N; }";
        assert_eq!(read(source).unwrap(), "Private float");
    }

    #[test]
    fn a_kernel_that_is_declared_in_two_ways_is_unknown() {
        let source =
            "#ifdef A\nkernel void k(int x) {}\n#else\nkernel void k(global int *x) {}\n#endif";
        assert_eq!(read(source), None);
        let source = "kernel void k(int x); kernel void k(int y) {}";
        assert_eq!(read(source).unwrap(), "Private int");
    }

    #[test]
    fn a_source_that_breaks_off_is_unknown() {
        for source in [
            "",
            "kernel void k",
            "kernel void k(int",
            "/* kernel void k(int x) {}",
            "\"k",
        ] {
            assert_eq!(read(source), None, "{source}");
        }
    }
}
