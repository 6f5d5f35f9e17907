//! Format strings.

use syn::Ident;
use syn::ext::IdentExt;
use syn::parse::Parser;

/// The names that a format string captures: `"{name}"`, and those of a width or precision, `"{:width$}"`.
pub fn captures(format: &str) -> Vec<String> {
    let unescaped = format.replace("{{", "");
    let arguments = unescaped.split('{').skip(1);
    let mut found = Vec::new();
    for argument in arguments.filter_map(|argument| argument.split('}').next()) {
        let (name, spec) = argument.split_once(':').unwrap_or((argument, ""));
        let counts = spec.split('$');
        // What follows the last `$` is no name.
        let counts = counts.clone().take(counts.count() - 1).map(last_word);
        let names = std::iter::once(name.trim()).chain(counts);
        found.extend(names.filter(|name| is_name(name)).map(str::to_owned));
    }
    found
}

/// The letters at the end of a part of a format specification: `width` of `^+#width`.
fn last_word(part: &str) -> &str {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let start = part.trim_end_matches(is_letter).len();
    // The flag `0` is no part of the name.
    part[start..].trim_start_matches('0')
}

/// Whether it is an identifier, perhaps one that code writes as `r#name`.
fn is_name(name: &str) -> bool {
    Ident::parse_any.parse_str(name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::captures;

    #[test]
    fn names_are_found() {
        let check = |format: &str, expected: &[&str]| {
            assert_eq!(captures(format), expected, "{format}");
        };
        check("no names", &[]);
        check("{x}", &["x"]);
        check("{x:?} and {y:#?}", &["x", "y"]);
        check("{{x}} {y}", &["y"]);
        check("{} {0} {1:?} {:>8} {:.*}", &[]);
        check("{type} {self}", &["type", "self"]);
        check("{x:>width$}", &["x", "width"]);
        check("{x:-^+#width$.precision$e}", &["x", "width", "precision"]);
        check("{:0width$}", &["width"]);
        check("{:1$} {:.2$}", &[]);
        check("{x:.*} {x :?}", &["x", "x"]);
        check("\"json\": { \"a\": 1 }", &[]);
        check("{", &[]);
        check("{é}", &["é"]);
    }
}
