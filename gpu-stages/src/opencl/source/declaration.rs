//! The declaration of one parameter.

use super::tokens::{Source, Token};
use crate::opencl::types::BuiltIn;

/// A parameter as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::opencl) struct Declared {
    pub space: Space,
    /// Whether what a pointer leads to is `const`.
    pub is_const: bool,
    /// The type, as drivers print it.
    pub text: String,
}

/// The address space that a pointer leads to; that of a value is private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::opencl) enum Space {
    Global,
    Constant,
    Local,
    Private,
}

/// The types that a program defines, each with its meaning; `None` for one that may be a pointer.
#[derive(Debug)]
pub(super) struct Types<'a>(Vec<(&'a str, Option<String>)>);

impl<'a> Types<'a> {
    pub fn defined_in(source: &Source<'a>) -> Self {
        let mut types = Vec::new();
        for index in source.outside_of_braces("typedef") {
            let definition = &source.tokens[index + 1..];
            let plain = first_statement(definition);
            let Some(Token::Word(name)) = plain.last().copied() else {
                continue;
            };
            let is_changed = plain.iter().any(|token| source.is_macro(token));
            let meaning = (!is_changed).then(|| meaning(&plain, name)).flatten();
            types.push((name, meaning));
        }
        Types(types)
    }

    /// What the type `name` is, unless it may be a pointer or has several definitions.
    fn meaning(&self, name: &str) -> Option<&str> {
        let mut definitions = self.0.iter().filter(|(defined, _)| *defined == name);
        let (_, meaning) = definitions.next()?;
        meaning.as_deref().filter(|_| definitions.next().is_none())
    }
}

/// What a type is that is defined by `words`, the last of which is its name.
fn meaning(words: &[Token<'_>], name: &str) -> Option<String> {
    let (_, words) = words.split_last()?;
    let words = words.iter().map(|token| match token {
        Token::Word(word) => Some(*word),
        Token::Mark(_) => None,
    });
    let words: Vec<&str> = words.collect::<Option<_>>()?;
    match words.first() {
        Some(&("struct" | "union" | "enum")) => Some(name.to_owned()),
        _ => built_in(&words),
    }
}

/// The statement that `tokens` begin with, without what is in braces.
fn first_statement<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut depth = 0_i32;
    let mut statement = Vec::new();
    for token in tokens {
        match token {
            Token::Mark('{') => depth += 1,
            Token::Mark('}') => depth -= 1,
            Token::Mark(';') if depth == 0 => break,
            token if depth == 0 => statement.push(*token),
            _ => {}
        }
    }
    statement
}

/// The built-in type that is spelled like this.
fn built_in(words: &[&str]) -> Option<String> {
    let is_unsigned = words.contains(&"unsigned");
    let is_spelled_out = is_unsigned || words.contains(&"signed");
    let bases = words
        .iter()
        .filter(|word| !matches!(**word, "unsigned" | "signed" | "int"));
    let bases: Vec<&str> = bases.copied().collect();
    let base = match bases.as_slice() {
        [] if !words.is_empty() => "int",
        [base @ ("char" | "short" | "long")] => base,
        [base] if !is_spelled_out && words.len() == 1 => base,
        _ => return None,
    };
    BuiltIn::named(base)?;
    Some(if is_unsigned {
        format!("unsigned {base}")
    } else {
        base.to_owned()
    })
}

/// What a declaration is made of.
#[derive(Default)]
struct Parts<'a> {
    space: Option<Space>,
    is_const: bool,
    pointers: usize,
    words: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(tokens: &[Token<'a>]) -> Option<Self> {
        let mut parts = Parts::default();
        let mut tokens = tokens.iter();
        while let Some(token) = tokens.next() {
            match *token {
                Token::Word("const") => parts.is_const |= parts.pointers == 0,
                Token::Word("volatile" | "restrict" | "__restrict" | "__restrict__") => {}
                Token::Word("read_only" | "write_only" | "read_write") => {}
                Token::Word("__read_only" | "__write_only" | "__read_write") => {}
                Token::Word("__attribute__") => skip_parentheses(&mut tokens)?,
                Token::Word(word) => match space(word) {
                    Some(_) if parts.pointers > 0 || parts.space.is_some() => return None,
                    Some(space) => parts.space = Some(space),
                    None => parts.words.push(word),
                },
                Token::Mark('*') => parts.pointers += 1,
                Token::Mark('[') => {
                    parts.pointers += 1;
                    tokens.find(|token| **token == Token::Mark(']'))?;
                }
                Token::Mark(_) => return None,
            }
        }
        Some(parts)
    }

    /// The type without pointers. The last word is the parameter's name, unless it belongs to the type.
    fn element(&self, types: &Types<'_>) -> Option<String> {
        if self.words.is_empty() {
            return None;
        }
        let (last, before) = self.words.split_last()?;
        match before {
            _ if built_in(&self.words).is_some() => built_in(&self.words),
            [] => None,
            [tag @ ("struct" | "union" | "enum"), name] => Some(format!("{tag} {name}")),
            _ if matches!(*last, "int" | "unsigned" | "signed") => None,
            words => built_in(words).or_else(|| match words {
                [own] => types
                    .meaning(own)
                    .map(str::to_owned)
                    .or_else(|| handle(own)),
                _ => None,
            }),
        }
    }
}

/// A type of handles, which is no pointer.
fn handle(name: &str) -> Option<String> {
    let is_handle = name.starts_with("image") && name.ends_with("_t") || name == "sampler_t";
    is_handle.then(|| name.to_owned())
}

fn space(word: &str) -> Option<Space> {
    match word.trim_start_matches('_') {
        "global" => Some(Space::Global),
        "constant" => Some(Space::Constant),
        "local" => Some(Space::Local),
        "private" => Some(Space::Private),
        _ => None,
    }
}

fn skip_parentheses<'t, 'a: 't>(tokens: &mut impl Iterator<Item = &'t Token<'a>>) -> Option<()> {
    let mut depth = 0_i32;
    loop {
        match tokens.next()? {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(());
        }
    }
}

impl Declared {
    /// The parameter that is declared by `tokens`, if that is plain.
    pub(super) fn parse(tokens: &[Token<'_>], types: &Types<'_>) -> Option<Self> {
        let parts = Parts::of(tokens)?;
        let element = parts.element(types);
        let (space, text) = match (parts.pointers, parts.space) {
            (0, None | Some(Space::Private)) => (Space::Private, element?),
            // A type that is unknown is one of the program's own: which, does not matter behind a pointer.
            (1, Some(space)) if space != Space::Private => {
                let name = || parts.words.first().map(|&word| word.to_owned());
                (space, element.or_else(name)? + "*")
            }
            _ => return None,
        };
        Some(Declared {
            space,
            is_const: parts.is_const && parts.pointers == 1,
            text,
        })
    }
}
