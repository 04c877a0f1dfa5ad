//! Trees to text, as `JsonTextWriter` does.

use super::super::datetime::{DateTime, Kind};
use super::super::datetime_format::{self, Culture};
use super::super::number_buffer::{decimal_text, double_text};
use super::frozen::{Content, Frozen, Slot, Tree};
use super::node::{Body, Node};
use super::properties::Properties;
use super::scalar::Scalar;
use super::token::JToken;
use std::borrow::Cow;
use std::fmt::Write as _;

impl JToken {
    /// `ToString(Formatting.None)`.
    pub(crate) fn compact(&self) -> String {
        self.print(false)
    }

    /// `ToString(Formatting.Indented)`.
    pub(crate) fn indented(&self) -> String {
        self.print(true)
    }

    fn print(&self, indented: bool) -> String {
        let mut writer = Writer::new(indented);
        writer.token(self);
        writer.finish()
    }

    /// `ToString()`: a container indented, a value as its bare text in the gateway's culture.
    pub(crate) fn text(&self) -> String {
        match self.scalar() {
            Some(scalar) => scalar.text(Culture::EnUs),
            None => self.indented(),
        }
    }
}

/// Writes JSON piece by piece; commas, colons and indentation are its own business.
pub(crate) struct Writer {
    out: String,
    indented: bool,
    // One entry per open container: whether it has content yet.
    open: Vec<bool>,
    after_name: bool,
}

impl Writer {
    /// An empty writer.
    pub(crate) fn new(indented: bool) -> Writer {
        Writer {
            out: String::with_capacity(128),
            indented,
            open: Vec::new(),
            after_name: false,
        }
    }

    /// What has been written.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// `{`, `[` or `new Name(`.
    pub(crate) fn open(&mut self, bracket: &str) {
        self.before_item();
        self.out.push_str(bracket);
        self.open.push(false);
    }

    /// `}`, `]` or `)`.
    pub(crate) fn close(&mut self, bracket: char) {
        if self.open.pop() == Some(true) && self.indented {
            self.line();
        }
        self.out.push(bracket);
    }

    /// A property's name and its colon.
    pub(crate) fn name(&mut self, name: &str) {
        self.before_item();
        quote_into(name, &mut self.out);
        self.out.push_str(if self.indented { ": " } else { ":" });
        self.after_name = true;
    }

    /// A value.
    pub(crate) fn scalar(&mut self, scalar: &Scalar) {
        self.before_item();
        scalar_into(scalar, &mut self.out);
    }

    /// A whole tree.
    pub(crate) fn token(&mut self, token: &JToken) {
        self.node(&token.node);
    }

    // What nobody looked into is written as it was read. The locks of a node and of those above it are held meanwhile.
    fn node(&mut self, node: &Node) {
        node.glance(|body| match body {
            Body::Object(properties) => self.object(properties),
            Body::Array(items) => self.items("[", items, ']'),
            Body::Constructor(name, items) => self.items(&format!("new {name}("), items, ')'),
            Body::Property(name, value) => {
                self.name(name);
                self.slot(value);
            }
            Body::Value(scalar) => self.scalar(scalar),
            Body::Frozen(tree) => self.tree(tree),
        });
    }

    fn tree(&mut self, tree: &Tree) {
        let (open, values, close) = match tree.content() {
            Content::Object(names, values) => {
                self.open("{");
                for (name, value) in names.iter().zip(values) {
                    self.name(name);
                    self.frozen(value);
                }
                return self.close('}');
            }
            Content::Array(items) => (Cow::Borrowed("["), items, ']'),
            Content::Constructor(name, items) => (Cow::Owned(format!("new {name}(")), items, ')'),
        };
        self.open(&open);
        values.iter().for_each(|value| self.frozen(value));
        self.close(close);
    }

    fn object(&mut self, properties: &Properties) {
        self.open("{");
        for (name, slot) in properties.iter() {
            match slot {
                // The node of a property writes its name itself.
                Slot::Node(property) => self.node(property),
                Slot::Frozen(value) => {
                    self.name(name);
                    self.frozen(value);
                }
            }
        }
        self.close('}');
    }

    fn items(&mut self, open: &str, items: &[Slot], close: char) {
        self.open(open);
        items.iter().for_each(|slot| self.slot(slot));
        self.close(close);
    }

    fn slot(&mut self, slot: &Slot) {
        match slot {
            Slot::Node(node) => self.node(node),
            Slot::Frozen(value) => self.frozen(value),
        }
    }

    fn frozen(&mut self, value: &Frozen) {
        match value {
            Frozen::Scalar(scalar) => self.scalar(scalar),
            Frozen::Tree(tree) => self.tree(tree),
        }
    }

    fn before_item(&mut self) {
        if std::mem::take(&mut self.after_name) {
            return;
        }
        if let Some(filled) = self.open.last_mut() {
            if std::mem::replace(filled, true) {
                self.out.push(',');
            }
            if self.indented {
                self.line();
            }
        }
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.open.len()));
    }
}

fn scalar_into(scalar: &Scalar, out: &mut String) {
    match scalar {
        Scalar::Null => out.push_str("null"),
        Scalar::Undefined => out.push_str("undefined"),
        Scalar::Boolean(it) => out.push_str(if *it { "true" } else { "false" }),
        Scalar::Integer(it) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{it}");
        }
        Scalar::BigInteger(it) | Scalar::Raw(it) => out.push_str(it),
        Scalar::Float(it) => out.push_str(&float_text(*it)),
        Scalar::Decimal(it) => out.push_str(&with_point(decimal_text(*it))),
        Scalar::String(it) | Scalar::Uri(it) => quote_into(it, out),
        Scalar::Comment(it) => {
            out.push_str("/*");
            out.push_str(it);
            out.push_str("*/");
        }
        Scalar::Date(_) | Scalar::DateOffset(_) => {
            out.push('"');
            out.push_str(&date_text(scalar));
            out.push('"');
        }
        Scalar::Bytes(it) => {
            out.push('"');
            out.push_str(&Scalar::base64(it));
            out.push('"');
        }
        Scalar::Guid(_) | Scalar::TimeSpan(_) => quote_into(&scalar.text(Culture::Invariant), out),
    }
}

/// ISO 8601, with the fraction's trailing zeros cut off.
fn date_text(scalar: &Scalar) -> String {
    let (local, zone) = match scalar {
        Scalar::Date(it) => {
            let zone = match it.kind {
                Kind::Utc => "Z".to_owned(),
                Kind::Local => "+00:00".to_owned(),
                Kind::Unspecified => String::new(),
            };
            (*it, zone)
        }
        Scalar::DateOffset(it) => {
            let sign = if it.offset_minutes < 0 { '-' } else { '+' };
            let size = it.offset_minutes.abs();
            (it.local, format!("{sign}{:02}:{:02}", size / 60, size % 60))
        }
        _ => (DateTime::MIN, String::new()),
    };
    let pattern = "yyyy-MM-ddTHH:mm:ss.FFFFFFF";
    datetime_format::format(local, pattern, Culture::Invariant).unwrap_or_default() + &zone
}

/// A double as JSON: shortest, with `.0` where it is integral; NaN and the infinities as strings.
pub(crate) fn float_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 {
            "\"Infinity\""
        } else {
            "\"-Infinity\""
        }
        .to_owned();
    }
    if value.is_nan() {
        return "\"NaN\"".to_owned();
    }
    with_point(double_text(value))
}

fn with_point(text: String) -> String {
    if text.contains(['.', 'E', 'e']) {
        text
    } else {
        text + ".0"
    }
}

fn quote_into(text: &str, out: &mut String) {
    out.push('"');
    escape_into(text, '"', out);
    out.push('"');
}

/// Escapes the delimiter, the backslash, control characters and the line ends of Unicode; nothing else.
pub(crate) fn escape_into(text: &str, delimiter: char, out: &mut String) {
    // Mostly there is nothing to escape. U+0085, U+2028 and U+2029 begin with these two bytes.
    let special = |it: u8| it < 0x20 || it == b'\\' || it == delimiter as u8 || matches!(it, 0xc2 | 0xe2);
    let mut rest = text;
    while let Some(at) = rest.bytes().position(special) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = from.chars();
        if let Some(c) = chars.next() {
            escape_char(c, delimiter, out);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

fn escape_char(c: char, delimiter: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\0'..='\u{1f}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", c as u32)),
        _ if c == delimiter => {
            out.push('\\');
            out.push(c);
        }
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ParseOptions, Root, parse};
    use super::*;

    fn read(text: &str) -> JToken {
        parse(text, Root::Any, &ParseOptions::default()).unwrap()
    }

    #[test]
    fn containers_are_indented_and_values_bare() {
        assert_eq!(read("{'a':1}").text(), "{\n  \"a\": 1\n}");
        assert_eq!(
            read("{'a':[1,{}],'b':[]}").text(),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"
        );
        let rows = [
            ("'x'", "x"),
            ("true", "True"),
            ("null", ""),
            ("1.0", "1"),
            ("-5", "-5"),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text).text(), expected);
        }
        assert_eq!(read("'x'").compact(), "\"x\"");
        assert_eq!(read("{'a':1}").property_named("a").unwrap().text(), "\"a\": 1");
    }

    #[test]
    fn numbers_and_escapes() {
        let rows = [
            ("[1.0, 1e20, 1.5, NaN]", r#"[1.0,1E+20,1.5,"NaN"]"#),
            ("12345678901234567890123", "12345678901234567890123"),
            (
                r#"'a"\\\n\u0001é</>&\u2028\u007f'"#,
                "\"a\\\"\\\\\\n\\u0001é</>&\\u2028\u{7f}\"",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text).compact(), expected);
        }
    }

    #[test]
    fn dates_come_back_as_iso() {
        let rows = [
            (
                "'2024-03-05T07:08:09Z'",
                "\"2024-03-05T07:08:09Z\"",
                "3/5/2024 7:08:09 AM",
            ),
            (
                "'2024-03-05T09:08:09.1230+02:00'",
                "\"2024-03-05T07:08:09.123+00:00\"",
                "3/5/2024 7:08:09 AM",
            ),
            ("'2024-03-05'", "\"2024-03-05\"", "2024-03-05"),
            (
                "'2024-03-05T07:08:09'",
                "\"2024-03-05T07:08:09\"",
                "3/5/2024 7:08:09 AM",
            ),
        ];
        for (text, compact, shown) in rows {
            assert_eq!(read(text).compact(), compact);
            assert_eq!(read(text).text(), shown);
        }
    }
}
