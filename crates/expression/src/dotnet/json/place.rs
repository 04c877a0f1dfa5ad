//! What the parser says about mistakes: Json.NET's messages, each with the path and the place.

use super::super::error::DotnetError;
use super::parser::{Open, Parser, State};
use super::token::push_name;

impl Parser<'_> {
    pub(super) fn unexpected(&self, c: char) -> DotnetError {
        self.error(&format!(
            "Unexpected character encountered while parsing value: {c}."
        ))
    }

    /// The text is over too soon.
    pub(super) fn ended(&self) -> DotnetError {
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
                    names, name, last, ..
                } => {
                    if let Some(name) = name.as_ref().or_else(|| names.get(*last)) {
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
