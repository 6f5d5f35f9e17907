//! The words and marks of an OpenCL program, and the names of its macros.

/// A word, or a mark of one character. Numbers are words; texts are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    Mark(char),
}

/// A program.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub tokens: Vec<Token<'a>>,
    macros: Vec<&'a str>,
}

impl<'a> Source<'a> {
    /// `None` where it is not certain what a compiler sees: other files that are included, lines that go on in the next
    /// one outside of macros, and other spellings of marks.
    pub fn read(text: &'a str) -> Option<Self> {
        if ["%:", "??", "<%", "<:"]
            .iter()
            .any(|other| text.contains(other))
        {
            return None;
        }
        let mut source = Source {
            tokens: Vec::new(),
            macros: Vec::new(),
        };
        let (mut rest, mut begins_line) = (text, true);
        while let Some(next) = rest.chars().next() {
            let length = if begins_line && next == '#' {
                source.directive(rest)?
            } else if rest.starts_with("//") {
                until(rest, "\n")
            } else if let Some(inside) = rest.strip_prefix("/*") {
                2 + inside.find("*/")? + 2
            } else if next == '"' || next == '\'' {
                quoted(rest, next)?
            } else if is_of_word(next) {
                let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                source.tokens.push(Token::Word(&rest[..end]));
                end
            } else if next == '\\' {
                return None;
            } else {
                if !next.is_whitespace() {
                    source.tokens.push(Token::Mark(next));
                }
                next.len_utf8()
            };
            begins_line = next == '\n' || begins_line && next.is_whitespace();
            rest = &rest[length..];
        }
        Some(source)
    }

    /// Reads a line of the preprocessor, with the lines in which it goes on; returns its length.
    fn directive(&mut self, text: &'a str) -> Option<usize> {
        let mut end = until(text, "\n");
        while text[..end].trim_end_matches('\r').ends_with('\\') {
            end += 1 + until(text.get(end + 1..)?, "\n");
        }
        let mut words = text[1..end].split(|c| !is_of_word(c));
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        match words.next() {
            Some("include" | "include_next" | "import") => return None,
            Some("define") => self.macros.push(words.next()?),
            _ => {}
        }
        Some(end)
    }

    /// The places of a word outside of all braces.
    pub fn outside_of_braces(&self, word: &str) -> impl Iterator<Item = usize> {
        let mut depth = 0_usize;
        let tokens = self.tokens.iter().enumerate();
        tokens.filter_map(move |(index, token)| {
            match token {
                Token::Mark('{') => depth += 1,
                Token::Mark('}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth == 0 && *token == Token::Word(word)).then_some(index)
        })
    }

    /// Whether there is a macro of this name, anywhere.
    pub fn is_macro_name(&self, name: &str) -> bool {
        self.macros.contains(&name)
    }

    /// Whether a macro may take the place of this token.
    pub fn is_macro(&self, token: &Token<'_>) -> bool {
        matches!(token, Token::Word(word) if self.is_macro_name(word))
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of `text` up to `end`, or of all of it.
fn until(text: &str, end: &str) -> usize {
    text.find(end).unwrap_or(text.len())
}

/// The length of a text or a character in quotes.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (index, c) in text.char_indices().skip(1) {
        match c {
            '\\' if !is_escaped => is_escaped = true,
            _ if c == quote && !is_escaped => return Some(index + 1),
            _ => is_escaped = false,
        }
    }
    None
}
