//! Text to tree. What is JSON to the letter, as nearly every document, is read by [`strict`](super::strict) in one go; the rest,
//! and whatever is wrong, by [`parser`](super::parser), which does as Json.NET does.

use super::super::error::Result;
use super::frozen::Frozen;
use super::token::JToken;
use super::{parser, strict};

/// How text is read.
#[derive(Debug, Clone)]
pub(crate) struct ParseOptions {
    /// Whether strings that look like dates become `Date` tokens: `DateParseHandling.DateTime`.
    pub(crate) dates: bool,
    /// Open containers at most: `JsonReader.MaxDepth`, 64 by default since Json.NET 13.
    pub(crate) max_depth: usize,
}

impl Default for ParseOptions {
    fn default() -> ParseOptions {
        ParseOptions {
            dates: true,
            max_depth: 64,
        }
    }
}

/// What the document must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// `JToken.Parse`.
    Any,
    /// `JObject.Parse`.
    Object,
    /// `JArray.Parse`.
    Array,
}

impl Root {
    pub(super) fn class(self) -> &'static str {
        match self {
            Root::Any => "JToken",
            Root::Object => "JObject",
            Root::Array => "JArray",
        }
    }
}

/// Reads one document; nothing but white space and comments may follow it.
pub(crate) fn parse(text: &str, root: Root, options: &ParseOptions) -> Result<JToken> {
    read(text, root, options).map(|it| it.thaw())
}

/// The same as data, from which any number of trees can be made.
pub(crate) fn read(text: &str, root: Root, options: &ParseOptions) -> Result<Frozen> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match strict::read(text, options).filter(|it| it.is(root)) {
        Some(read) => Ok(read),
        None => parser::read(text, root, options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Both readers must give the same wherever the strict one gives anything.
    #[test]
    fn the_strict_reader_reads_as_the_lenient_one_does() {
        let long: String = (0..30).map(|it| format!("\"n{it}\":{it},")).collect();
        let long = format!("{{{long}\"last\":null}}");
        let rows = [
            r#"{"a":1,"b":[true,false,null],"c":{"d":"e"}}"#,
            "  [ 1 , -2 , 0 , -0 , 1.5 , -1e3 , 1E+2 , 0.0 , 123456789012345678 , 9223372036854775808 ] ",
            r#"["","\"\\\/\b\f\n\r\t","\u00e9\ud83d\ude00","\ud83d","\ude00x","é😀","a	b"]"#,
            r#"["2024-03-05T07:08:09Z","2024-03-05","2024-03-05T07:08:09.123+02:00","/Date(0)/"]"#,
            r#"[{"a":1,"b":2},{"a":3,"b":4},{"a":5},{"b":6,"a":7},{"a":8,"b":9,"c":10},{},[]]"#,
            "\"text\"",
            "7",
            &long,
        ];
        for text in rows {
            for dates in [true, false] {
                let options = ParseOptions {
                    dates,
                    ..ParseOptions::default()
                };
                let strict = strict::read(text, &options).unwrap_or_else(|| panic!("{text}"));
                let lenient = parser::read(text, Root::Any, &options).unwrap();
                assert_eq!(strict.thaw().indented(), lenient.thaw().indented(), "{text}");
                assert!(
                    super::super::deep_equals(&strict.thaw(), &lenient.thaw()),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_json_to_the_letter_is_left_to_the_lenient_reader() {
        for text in [
            "{'a':1}",
            "{a:1}",
            "[1,]",
            "[01]",
            "[0x1]",
            "[.5]",
            "[1.]",
            "[1e]",
            "[+1]",
            "/**/1",
            "[1]//",
            "nul",
            "[NaN]",
            "{\"a\":1,\"a\":2}",
            "\"\\x\"",
            "\"\\u12\"",
            "\"a",
            "",
            " ",
            "[1 2]",
            "{\"a\" 1}",
            "1 2",
            "[",
            "{\"a\":",
            "-",
            "new Date(1)",
            "\u{a0}1",
            "[1}",
            "truefalse",
            "[1e400]",
        ] {
            assert!(strict::read(text, &ParseOptions::default()).is_none(), "{text}");
        }
        assert!(strict::read(&("[".repeat(65) + &"]".repeat(65)), &ParseOptions::default()).is_none());
        assert!(strict::read(&("[".repeat(64) + &"]".repeat(64)), &ParseOptions::default()).is_some());
    }
}
