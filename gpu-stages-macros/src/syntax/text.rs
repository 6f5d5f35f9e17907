//! Tokens as text.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The signs of several characters, the longer ones first.
const SIGNS: [&str; 12] = [
    "..=", "...", "..", "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||",
];

/// `tokens` as a programmer writes them: `Vec<u8>`, `&x[a..b]`, `n + 1`.
pub fn text(tokens: impl ToTokens) -> String {
    let mut text = Text::default();
    text.stream(tokens.to_token_stream());
    text.written
}

#[derive(Default)]
struct Text {
    written: String,
    last: Last,
}

/// What was written last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    /// Nothing, an opening bracket, or a sign that touches what follows it.
    #[default]
    Open,
    /// A name or a literal.
    Word,
    /// A closing bracket.
    Close,
    /// A sign with a blank after it.
    Apart,
}

impl Text {
    fn stream(&mut self, tokens: TokenStream) {
        // Characters that touch each other.
        let mut run = String::new();
        for token in tokens {
            match token {
                TokenTree::Punct(punct) => {
                    run.push(punct.as_char());
                    if punct.spacing() == Spacing::Alone {
                        self.signs(&std::mem::take(&mut run));
                    }
                }
                TokenTree::Group(group) => {
                    self.signs(&std::mem::take(&mut run));
                    self.group(group.delimiter(), group.stream());
                }
                word => {
                    self.signs(&std::mem::take(&mut run));
                    self.blank_if(matches!(self.last, Last::Word | Last::Close | Last::Apart));
                    self.written.push_str(&word.to_string());
                    self.last = Last::Word;
                }
            }
        }
        self.signs(&run);
    }

    fn group(&mut self, delimiter: Delimiter, tokens: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => return self.stream(tokens),
        };
        self.blank_if(self.last == Last::Apart || delimiter == Delimiter::Brace);
        self.written.push_str(open);
        self.last = Last::Open;
        self.stream(tokens);
        self.written.push_str(close);
        self.last = Last::Close;
    }

    fn signs(&mut self, mut run: &str) {
        while let Some(first) = run.chars().next() {
            let long = SIGNS.iter().find(|sign| run.starts_with(**sign));
            let (sign, rest) = run.split_at(long.map_or(first.len_utf8(), |sign| sign.len()));
            self.sign(sign);
            run = rest;
        }
    }

    fn sign(&mut self, sign: &str) {
        let is_after_operand = matches!(self.last, Last::Word | Last::Close);
        let (before, after) = match sign {
            "," | ";" | ":" => (false, true),
            // Of `<`, types have more than comparisons.
            "." | ".." | "..=" | "::" | "<" | ">" | "?" | "!" | "'" | "&" | "#" => (false, false),
            _ => (is_after_operand, is_after_operand),
        };
        self.blank_if(before || self.last == Last::Apart);
        self.written.push_str(sign);
        self.last = if after {
            Last::Apart
        } else if sign == ">" {
            Last::Close
        } else {
            Last::Open
        };
    }

    fn blank_if(&mut self, is_apart: bool) {
        if is_apart && !self.written.is_empty() {
            self.written.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use proc_macro2::TokenStream;

    #[test]
    fn blanks_stand_where_programmers_put_them() {
        for written in [
            "Vec<Vec<u8>>",
            "HashMap<String, &'static str>",
            "&mut x[a + 1..b]",
            "<T as Trait>::Item<'a>",
            "self.queues[-1].first",
            "f(&x, (a, b))?",
            "Box<dyn Fn(u8) -> u8 + Send>",
            "impl Iterator<Item = [u8; 4]>",
            "a && !b == c",
            "x: u8",
        ] {
            let tokens: TokenStream = written.parse().expect("tokens");
            // The tokens alone, as the compiler's may come.
            assert_eq!(text(tokens), written);
        }
    }
}
