//! Text to tree, as lenient as `JsonTextReader`.
//!
//! The states are Json.NET's, because its messages give the path and the place as those states see them.

use super::super::error::Result;
use super::frozen::{Content, Frozen, Tree};
use super::iso_date;
use super::lexemes::is_name_char;
use super::properties::Names;
use super::read::{ParseOptions, Root};
use super::scalar::Scalar;
use std::borrow::Cow;
use std::sync::Arc;

/// Reads one document.
pub(super) fn read(text: &str, root: Root, options: &ParseOptions) -> Result<Frozen> {
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
        state: State::Start,
        open: Vec::new(),
        options,
        root,
        rooted: false,
        done: None,
    };
    while parser.done.is_none() {
        parser.step()?;
    }
    parser.skip_blank()?;
    if let Some(c) = parser.peek_char() {
        parser.state = State::Finished;
        let message = format!("Additional text encountered after finished reading JSON content: {c}.");
        return Err(parser.error(&message));
    }
    match parser.done {
        Some(value) => Ok(value),
        None => Err(parser.error("Error reading JToken from JsonReader.")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Start,
    /// Right after the opening bracket.
    Opened,
    /// After a comma.
    Next,
    /// After a name and its colon.
    Property,
    /// After a value.
    PostValue,
    Finished,
}

/// A container whose end has not come.
pub(super) enum Open {
    Object {
        names: Names,
        values: Vec<Frozen>,
        // The name whose value is being read, and the place of the last one that has its value.
        name: Option<Arc<str>>,
        last: usize,
    },
    Array {
        items: Vec<Frozen>,
        begun: i64,
    },
    Constructor {
        name: Arc<str>,
        items: Vec<Frozen>,
        begun: i64,
    },
}

impl Open {
    fn object() -> Open {
        Open::Object {
            names: Names::default(),
            values: Vec::new(),
            name: None,
            last: 0,
        }
    }

    fn array() -> Open {
        Open::Array {
            items: Vec::new(),
            begun: -1,
        }
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) state: State,
    pub(super) open: Vec<Open>,
    options: &'a ParseOptions,
    pub(super) root: Root,
    rooted: bool,
    done: Option<Frozen>,
}

impl<'a> Parser<'a> {
    fn step(&mut self) -> Result<()> {
        let in_object = matches!(self.open.last(), Some(Open::Object { .. }));
        match self.state {
            State::PostValue => self.after_value(),
            State::Opened | State::Next if in_object => self.name_or_end(),
            _ => self.value(),
        }
    }

    fn value(&mut self) -> Result<()> {
        self.skip_blank()?;
        let Some(c) = self.peek_char() else {
            return Err(self.ended());
        };
        match c {
            '"' | '\'' => {
                let text = self.string(c)?;
                self.string_value(text)
            }
            '{' => self.open(Open::object(), "StartObject"),
            '[' => self.open(Open::array(), "StartArray"),
            ']' | ')' if !matches!(self.state, State::Start | State::Property) => self.close(c),
            ',' if self.state != State::Start => {
                // An empty place between commas is the value `undefined`; the comma is read again.
                self.scalar(Scalar::Undefined, "Undefined")
            }
            '-' if self.bytes.get(self.at + 1) == Some(&b'I') => self.word("-Infinity"),
            '0'..='9' | '-' | '.' => self.number(),
            't' => self.word("true"),
            'f' => self.word("false"),
            'u' => self.word("undefined"),
            'N' => self.word("NaN"),
            'I' => self.word("Infinity"),
            'n' => match self.bytes.get(self.at + 1) {
                Some(b'u') => self.word("null"),
                Some(b'e') => self.constructor(),
                _ => {
                    self.at += 1;
                    let c = self.peek_char().unwrap_or('\0');
                    Err(self.unexpected(c))
                }
            },
            _ => Err(self.unexpected(c)),
        }
    }

    /// A word that only a separator may follow.
    fn word(&mut self, word: &str) -> Result<()> {
        let (scalar, what, token) = match word {
            "true" | "false" => (Scalar::Boolean(word == "true"), "boolean", "Boolean"),
            "null" => (Scalar::Null, "null", "Null"),
            "NaN" => (Scalar::Float(f64::NAN), "NaN", "Float"),
            "Infinity" => (Scalar::Float(f64::INFINITY), "positive infinity", "Float"),
            "-Infinity" => (Scalar::Float(f64::NEG_INFINITY), "negative infinity", "Float"),
            _ => (Scalar::Undefined, "undefined", "Undefined"),
        };
        let same = word
            .bytes()
            .zip(&self.bytes[self.at..])
            .take_while(|(a, b)| a == *b)
            .count();
        self.at += same;
        let separated = match self.peek_char() {
            None | Some('}' | ']' | ')' | ',' | '/') => true,
            Some(c) => c.is_whitespace(),
        };
        if same < word.len() || !separated {
            return Err(self.error(&format!("Error parsing {what} value.")));
        }
        self.scalar(scalar, token)
    }

    fn string_value(&mut self, text: Cow<'_, str>) -> Result<()> {
        if self.options.dates
            && let Some(date) = iso_date::parse(&text)
        {
            return self.scalar(Scalar::Date(date), "Date");
        }
        self.scalar(Scalar::String(text.into()), "String")
    }

    fn scalar(&mut self, scalar: Scalar, token: &str) -> Result<()> {
        self.count_item();
        self.check_root(token)?;
        self.finish_value(Frozen::Scalar(scalar))
    }

    fn open(&mut self, open: Open, token: &str) -> Result<()> {
        self.count_item();
        self.at += 1;
        self.push(open, token)
    }

    fn push(&mut self, open: Open, token: &str) -> Result<()> {
        self.state = State::Opened;
        self.open.push(open);
        if self.open.len() > self.options.max_depth {
            let message = format!(
                "The reader's MaxDepth of {} has been exceeded.",
                self.options.max_depth
            );
            return Err(self.error(&message));
        }
        self.check_root(token)
    }

    fn constructor(&mut self) -> Result<()> {
        if !self.text[self.at..].starts_with("new") {
            return Err(self.error("Unexpected content while parsing JSON."));
        }
        self.at += 3;
        self.skip_blank()?;
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_')
            .unwrap_or(rest.len());
        let name: Arc<str> = rest[..end].into();
        self.at += end;
        self.skip_blank()?;
        match self.peek_char() {
            Some('(') => {
                self.count_item();
                self.at += 1;
                self.push(
                    Open::Constructor {
                        name,
                        items: Vec::new(),
                        begun: -1,
                    },
                    "StartConstructor",
                )
            }
            Some(c) => Err(self.error(&format!("Unexpected character while parsing constructor: {c}."))),
            None => Err(self.error("Unexpected end while parsing constructor.")),
        }
    }

    /// The first token decides whether the document is what it must be.
    fn check_root(&mut self, token: &str) -> Result<()> {
        let kind = match self.root {
            _ if std::mem::replace(&mut self.rooted, true) => return Ok(()),
            Root::Object if token != "StartObject" => "an object",
            Root::Array if token != "StartArray" => "an array",
            _ => return Ok(()),
        };
        let class = self.root.class();
        Err(self.error(&format!(
            "Error reading {class} from JsonReader. Current JsonReader item is not {kind}: {token}."
        )))
    }

    fn name_or_end(&mut self) -> Result<()> {
        self.skip_blank()?;
        let Some(c) = self.peek_char() else {
            return Err(self.ended());
        };
        if c == '}' {
            return self.close(c);
        }
        let name = match c {
            '"' | '\'' => self.string(c)?,
            _ if is_name_char(c) => self.bare_name()?,
            _ => return Err(self.error(&format!("Invalid property identifier character: {c}."))),
        };
        self.skip_blank()?;
        if self.peek_char() != Some(':') {
            let c = self.peek_char().unwrap_or('\0');
            let message =
                format!("Invalid character after parsing property name. Expected ':' but got: {c}.");
            return Err(self.error(&message));
        }
        self.at += 1;
        if let Some(Open::Object { name: pending, .. }) = self.open.last_mut() {
            *pending = Some(name.into());
        }
        self.state = State::Property;
        Ok(())
    }

    fn after_value(&mut self) -> Result<()> {
        self.skip_blank()?;
        match self.peek_char() {
            None => Err(self.ended()),
            Some(',') => {
                self.at += 1;
                self.state = State::Next;
                Ok(())
            }
            Some(c @ ('}' | ']' | ')')) => self.close(c),
            Some(c) => Err(self.error(&format!(
                "After parsing a value an unexpected character was encountered: {c}."
            ))),
        }
    }

    fn close(&mut self, bracket: char) -> Result<()> {
        self.at += 1;
        let content = match (self.open.pop(), bracket) {
            (Some(Open::Object { names, values, .. }), '}') => Content::Object(names.into(), values.into()),
            (Some(Open::Array { items, .. }), ']') => Content::Array(items.into()),
            (Some(Open::Constructor { name, items, .. }), ')') => Content::Constructor(name, items.into()),
            (open, _) => {
                let token = match bracket {
                    '}' => "EndObject",
                    ']' => "EndArray",
                    _ => "EndConstructor",
                };
                let container = match open {
                    Some(Open::Object { .. }) => "Object",
                    Some(Open::Array { .. }) => "Array",
                    Some(Open::Constructor { .. }) => "Constructor",
                    None => "None",
                };
                let message = format!("JsonToken {token} is not valid for closing JsonType {container}.");
                return Err(self.error(&message));
            }
        };
        self.finish_value(Frozen::Tree(Arc::new(Tree::new(content))))
    }

    /// Puts a finished value where it belongs.
    fn finish_value(&mut self, value: Frozen) -> Result<()> {
        self.state = State::PostValue;
        match self.open.last_mut() {
            None => {
                self.state = State::Finished;
                self.done = Some(value);
            }
            Some(Open::Object {
                names,
                values,
                name,
                last,
            }) => {
                let Some(name) = name.take() else { return Ok(()) };
                // A name that comes again replaces the value and keeps the place.
                match names.position(&name) {
                    Some(at) => {
                        values[at] = value;
                        *last = at;
                    }
                    None => {
                        *last = values.len();
                        names.push(name);
                        values.push(value);
                    }
                }
            }
            Some(Open::Array { items, .. } | Open::Constructor { items, .. }) => items.push(value),
        }
        Ok(())
    }

    fn count_item(&mut self) {
        if let Some(Open::Array { begun, .. } | Open::Constructor { begun, .. }) = self.open.last_mut() {
            *begun += 1;
        }
    }

    pub(super) fn peek_char(&self) -> Option<char> {
        match *self.bytes.get(self.at)? {
            ascii @ 0..0x80 => Some(char::from(ascii)),
            _ => self.text[self.at..].chars().next(),
        }
    }

    pub(super) fn number_done(&mut self, scalar: Scalar) -> Result<()> {
        let token = if matches!(scalar, Scalar::Float(_) | Scalar::Decimal(_)) {
            "Float"
        } else {
            "Integer"
        };
        self.scalar(scalar, token)
    }
}
