//! Texts and times in the syntax of JSON.

use std::fmt::{self, Write};
use std::time::Duration;

/// A text as a JSON string.
pub(super) struct Text<'a>(pub &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                letter if u32::from(letter) < 0x20 => write!(f, "\\u{:04x}", u32::from(letter))?,
                letter => f.write_char(letter)?,
            }
        }
        f.write_char('"')
    }
}

/// A time in microseconds, to the nanosecond.
pub(super) struct Micros(pub Duration);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.as_nanos();
        write!(f, "{}.{:03}", nanoseconds / 1_000, nanoseconds % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_of_json_are_escaped() {
        let text = Text("a \"b\" \\ \n\u{1}\u{7f} é 木").to_string();
        assert_eq!(text, "\"a \\\"b\\\" \\\\ \\u000a\\u0001\u{7f} é 木\"");
    }

    #[test]
    fn times_are_exact() {
        assert_eq!(
            Micros(Duration::from_nanos(1_234_567)).to_string(),
            "1234.567"
        );
        assert_eq!(Micros(Duration::from_nanos(5)).to_string(), "0.005");
    }
}
