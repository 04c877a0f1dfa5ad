//! Text to tree, as lenient as `JsonTextReader` and with its messages.
//!
//! The states are Json.NET's, because its messages give the path and the place as those states see them.

use super::super::error::{DotnetError, Result};
use super::frozen::{Content, Frozen, Slot, Tree};
use super::iso_date;
use super::lexemes::is_name_char;
use super::properties::Properties;
use super::scalar::Scalar;
use super::token::{JToken, push_name};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

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
    fn class(self) -> &'static str {
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
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
        state: State::Start,
        open: Vec::new(),
        names: HashSet::default(),
        model: None,
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
enum State {
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

enum Open {
    Object {
        properties: Properties,
        // The name whose value is being read, and the place of the last one that has its value.
        name: Option<Arc<str>>,
        last: usize,
    },
    Array {
        items: Vec<Slot>,
        begun: i64,
    },
    Constructor {
        name: Arc<str>,
        items: Vec<Slot>,
        begun: i64,
    },
}

impl Open {
    fn object(room: usize) -> Open {
        Open::Object {
            properties: Properties::with_capacity(room),
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
    state: State,
    open: Vec<Open>,
    // Names that were read: most come again.
    names: HashSet<Arc<str>, foldhash::fast::FixedState>,
    // The object that was read last: the next one mostly has the same names in the same order.
    model: Option<Arc<Tree>>,
    options: &'a ParseOptions,
    root: Root,
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
            '{' => self.open(Open::object(self.room()), "StartObject"),
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

    fn unexpected(&self, c: char) -> DotnetError {
        self.error(&format!(
            "Unexpected character encountered while parsing value: {c}."
        ))
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
        let name = self.interned(name);
        if let Some(Open::Object { name: pending, .. }) = self.open.last_mut() {
            *pending = Some(name);
        }
        self.state = State::Property;
        Ok(())
    }

    // The object that was read last, if it is one.
    fn model(&self) -> Option<&Properties> {
        match self.model.as_deref().map(Tree::content) {
            Some(Content::Object(properties)) => Some(properties),
            _ => None,
        }
    }

    // Room for the properties of the next object, so that it does not grow step by step.
    fn room(&self) -> usize {
        self.model().map_or(4, Properties::len).min(64)
    }

    fn interned(&mut self, name: Cow<'_, str>) -> Arc<str> {
        if let Some(Open::Object { properties, .. }) = self.open.last()
            && let Some(expected) = self.model().and_then(|it| it.name_at(properties.len()))
            && **expected == *name
        {
            return expected.clone();
        }
        if let Some(known) = self.names.get(&*name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.insert(name.clone());
        name
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
            (Some(Open::Object { properties, .. }), '}') => Content::Object(properties),
            (Some(Open::Array { items, .. }), ']') => Content::Array(items),
            (Some(Open::Constructor { name, items, .. }), ')') => Content::Constructor(name, items),
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
        let tree = Arc::new(Tree::new(content));
        if bracket == '}' {
            self.model = Some(tree.clone());
        }
        self.finish_value(Frozen::Tree(tree))
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
                properties,
                name,
                last,
            }) => {
                if let Some(name) = name.take() {
                    // A name that comes again replaces the value and keeps the place.
                    *last = properties.put_interned(name, Slot::Frozen(value));
                }
            }
            Some(Open::Array { items, .. } | Open::Constructor { items, .. }) => {
                items.push(Slot::Frozen(value))
            }
        }
        Ok(())
    }

    fn count_item(&mut self) {
        if let Some(Open::Array { begun, .. } | Open::Constructor { begun, .. }) = self.open.last_mut() {
            *begun += 1;
        }
    }

    fn ended(&self) -> DotnetError {
        match self.open.first() {
            None => self.error(&format!("Error reading {} from JsonReader.", self.root.class())),
            Some(first) => {
                let class = match first {
                    Open::Object { .. } => "JObject",
                    Open::Array { .. } => "JArray",
                    Open::Constructor { .. } => "JConstructor",
                };
                self.error(&format!("Unexpected end of content while loading {class}."))
            }
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

    /// The message with the path and the place, as `JsonReaderException` gives them.
    pub(super) fn error(&self, message: &str) -> DotnetError {
        let before = &self.text[..self.at.min(self.text.len())];
        let line_start = before.rfind(['\n', '\r']).map_or(0, |it| it + 1);
        let position = before[line_start..].encode_utf16().count();
        let breaks = before.matches('\n').count() + before.replace("\r\n", "\n").matches('\r').count();
        let line = if self.state == State::Start && position == 0 {
            0
        } else {
            breaks + 1
        };
        let path = self.path();
        DotnetError::new(
            "Newtonsoft.Json.JsonReaderException",
            format!("{message} Path '{path}', line {line}, position {position}."),
        )
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for (at, open) in self.open.iter().enumerate() {
            // Right after its bracket, the innermost container is not yet entered.
            if at + 1 == self.open.len() && self.state == State::Opened {
                break;
            }
            match open {
                Open::Object {
                    properties,
                    name,
                    last,
                } => {
                    if let Some(name) = name.as_ref().or_else(|| properties.name_at(*last)) {
                        push_name(&mut path, name);
                    }
                }
                Open::Array { begun, .. } | Open::Constructor { begun, .. } => {
                    path.push_str(&format!("[{begun}]"));
                }
            }
        }
        path
    }
}
