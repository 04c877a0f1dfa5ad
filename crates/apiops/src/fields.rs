use serde_json::Value;
use source::{Diagnostic, Finding, Source, Span};

/// Typed access to the members of one JSON object. A member of the wrong type is noted with its place and read as absent.
pub(crate) struct Fields<'a> {
    value: &'a Value,
    origin: &'a Origin<'a>,
    pointer: String,
}

/// Where the values of a resource were written.
pub(crate) struct Origin<'a> {
    /// The information file.
    pub(crate) source: &'a Source,
    /// The publisher's override for it: its file, where it stands there, and its members.
    pub(crate) over: Option<(&'a Source, String, &'a Value)>,
}

impl Origin<'_> {
    /// The text and the place that a JSON pointer of the resource leads to.
    pub(crate) fn place(&self, pointer: &str) -> (&Source, Span) {
        match &self.over {
            Some((source, root, value)) if value.pointer(pointer).is_some() => {
                (source, model::locate(source.text(), &format!("{root}{pointer}")))
            }
            _ => (self.source, model::locate(self.source.text(), pointer)),
        }
    }

    /// An error at a JSON pointer of the resource.
    pub(crate) fn error(&self, pointer: &str, code: &'static str, message: impl Into<String>) -> Finding {
        let (source, span) = self.place(pointer);
        Diagnostic::error(code, message, span).found_in(source)
    }
}

impl<'a> Fields<'a> {
    /// The whole of a document.
    pub(crate) fn new(value: &'a Value, origin: &'a Origin<'a>, pointer: impl Into<String>) -> Fields<'a> {
        Fields {
            value,
            origin,
            pointer: pointer.into(),
        }
    }

    /// The object itself.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// Where the object was written.
    pub(crate) fn origin(&self) -> &'a Origin<'a> {
        self.origin
    }

    /// The JSON pointer of a member, or with an empty name of the object.
    pub(crate) fn pointer(&self, name: &str) -> String {
        match name.is_empty() {
            true => self.pointer.clone(),
            false => format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1")),
        }
    }

    /// The member, unless it is absent or null. ARM compares names without case; extracts keep the contract's spelling.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        let object = self.value.as_object()?;
        let exact = object.get(name);
        let value = exact.or_else(|| {
            object
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        });
        value.filter(|value| !value.is_null())
    }

    fn wrong<T>(&self, name: &str, wanted: &str, findings: &mut Vec<Finding>) -> Option<T> {
        findings.push(self.origin.error(
            &self.pointer(name),
            "invalid-value",
            format!("`{name}` must be {wanted}"),
        ));
        None
    }

    /// A text.
    pub(crate) fn text(&self, name: &str, findings: &mut Vec<Finding>) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => self.wrong(name, "a text", findings),
        }
    }

    /// A text that is not empty.
    pub(crate) fn word(&self, name: &str, findings: &mut Vec<Finding>) -> Option<String> {
        self.text(name, findings).filter(|text| !text.trim().is_empty())
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str, findings: &mut Vec<Finding>) -> Option<String> {
        if self.get(name).is_none() {
            findings.push(self.origin.error(
                &self.pointer(name),
                "missing-value",
                format!("`{name}` is missing"),
            ));
        }
        self.text(name, findings)
    }

    /// True or false; ARM also takes them as texts.
    pub(crate) fn flag(&self, name: &str, findings: &mut Vec<Finding>) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => self.wrong(name, "true or false", findings),
        }
    }

    /// A whole number, also as a text.
    pub(crate) fn number(&self, name: &str, findings: &mut Vec<Finding>) -> Option<u64> {
        let number = match self.get(name)? {
            Value::Number(number) => number.as_u64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.or_else(|| self.wrong(name, "a whole number", findings))
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str, findings: &mut Vec<Finding>) -> Vec<String> {
        let Some(value) = self.get(name) else {
            return Vec::new();
        };
        let texts = value
            .as_array()
            .and_then(|list| list.iter().map(|it| it.as_str().map(str::to_owned)).collect());
        texts
            .or_else(|| self.wrong(name, "a list of texts", findings))
            .unwrap_or_default()
    }

    /// An object below this one.
    pub(crate) fn object(&self, name: &str, findings: &mut Vec<Finding>) -> Option<Fields<'a>> {
        let value = self.get(name)?;
        match value.is_object() {
            true => Some(Fields {
                value,
                origin: self.origin,
                pointer: self.pointer(name),
            }),
            false => self.wrong(name, "an object", findings),
        }
    }
}

/// The JSON of a text, or what is wrong with it.
pub(crate) fn parse_json(source: &Source) -> Result<Value, Finding> {
    serde_json::from_str(source.text()).map_err(|error| {
        let text = error.to_string();
        let message = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(message, _)| message);
        let span = place_of(source.text(), error.line(), error.column());
        Diagnostic::error("invalid-json", lower(message), span).found_in(source)
    })
}

/// The YAML of a text as JSON, or what is wrong with it.
pub(crate) fn parse_yaml(source: &Source) -> Result<Value, Finding> {
    serde_saphyr::from_str(source.text()).map_err(|error| {
        let error = error.without_snippet();
        let place = error
            .location()
            .map(|it| (it.line() as usize, it.column() as usize));
        let span = place.map_or(Span::default(), |(line, column)| {
            place_of(source.text(), line, column)
        });
        let text = error.to_string();
        // The library puts the place in front of or behind the sentence; the finding shows it already.
        let message = text.lines().next().unwrap_or_default();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(message)
            .trim_start_matches("error: ");
        Diagnostic::error("invalid-yaml", lower(message), span).found_in(source)
    })
}

// A line and a column, both from 1, as an offset in the text.
fn place_of(text: &str, line: usize, column: usize) -> Span {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[start.min(text.len())..];
    let width = rest.lines().next().unwrap_or_default().len();
    let mut at = start + column.saturating_sub(1).min(width);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    Span::new(
        at,
        at + text[at..]
            .chars()
            .next()
            .filter(|c| *c != '\n')
            .map_or(0, char::len_utf8),
    )
}

/// A sentence of a library in the form of ours.
pub(crate) fn lower(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
