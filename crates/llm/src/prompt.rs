//! A request to a model in whichever shape: what it says, and how long it is.

use crate::{ChatRequest, EmbeddingsInput, Encoding, ImageUrl, image_tokens, prompt_tokens};
use serde_json::Value;

/// The shape of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// Chat completions.
    Chat,
    /// Legacy completions.
    Completion,
    /// Embeddings.
    Embeddings,
    /// Responses.
    Responses,
    /// Anthropic messages.
    Messages,
}

/// A request to a model.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Its shape.
    pub kind: PromptKind,
    /// The model or deployment that it names, if it does.
    pub model: Option<String>,
    /// Whether the answer comes as an event stream.
    pub streams: bool,
    /// What was said, in order.
    pub turns: Vec<Turn>,
    chat: Option<ChatRequest>,
    // Token numbers in place of texts say how many they are, and nothing else.
    numbers: u64,
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// `system`, `user` and so on.
    pub role: String,
    /// Its texts, joined by line breaks.
    pub text: String,
}

impl Turn {
    fn new(role: &str, text: String) -> Turn {
        Turn {
            role: role.to_owned(),
            text,
        }
    }

    /// Whether it tells the model how to behave.
    pub fn is_system(&self) -> bool {
        matches!(self.role.as_str(), "system" | "developer")
    }
}

impl Prompt {
    /// Reads the body of a request to `path`. `None` when it is no request to a model.
    pub fn read(body: &[u8], path: &str) -> Option<Prompt> {
        let json: Value = serde_json::from_slice(body).ok()?;
        let path = path.trim_end_matches('/').to_ascii_lowercase();
        let kind = match &json {
            _ if path.ends_with("/embeddings") && json.get("input").is_some() => PromptKind::Embeddings,
            it if it.get("messages").is_some_and(Value::is_array) => {
                let is_anthropic = path.ends_with("/messages") || it.get("system").is_some();
                if is_anthropic {
                    PromptKind::Messages
                } else {
                    PromptKind::Chat
                }
            }
            it if it.get("prompt").is_some() => PromptKind::Completion,
            it if it.get("input").is_some() => PromptKind::Responses,
            _ => return None,
        };
        Some(Prompt {
            kind,
            model: json.get("model").and_then(Value::as_str).map(str::to_owned),
            streams: json.get("stream") == Some(&Value::Bool(true)),
            turns: turns(kind, &json),
            numbers: match kind {
                PromptKind::Embeddings => numbers(json.get("input")),
                PromptKind::Completion => numbers(json.get("prompt")),
                _ => 0,
            },
            chat: match kind {
                PromptKind::Chat => serde_json::from_value(json).ok(),
                PromptKind::Responses => Some(ChatRequest::of_responses(&json)),
                _ => None,
            },
        })
    }

    /// The model whose tokens are counted: the one that it names, or else the deployment of its path.
    pub fn model_or<'a>(&'a self, deployment: Option<&'a str>) -> &'a str {
        self.model.as_deref().or(deployment).unwrap_or("gpt-4o")
    }

    /// How many tokens the prompt is, about.
    pub fn tokens(&self, deployment: Option<&str>) -> u64 {
        let model = self.model_or(deployment);
        if let Some(chat) = &self.chat {
            return prompt_tokens(model, chat) - shown(model, chat) + IMAGE * images(chat).count() as u64;
        }
        let encoding = Encoding::of_model(model);
        let text: u64 = self.turns.iter().map(|turn| encoding.count(&turn.text)).sum();
        match self.kind {
            PromptKind::Embeddings | PromptKind::Completion => text + self.numbers,
            // Framed like the messages of a chat.
            _ => text + 4 * self.turns.len() as u64 + 3,
        }
    }
}

// An image counts as much as any may at most: what it shows is not looked at (documented).
const IMAGE: u64 = 1_200;

fn images(chat: &ChatRequest) -> impl Iterator<Item = &ImageUrl> {
    chat.messages.iter().flat_map(|it| it.content.images())
}

// What the images count for the model.
fn shown(model: &str, chat: &ChatRequest) -> u64 {
    images(chat).map(|it| image_tokens(model, it)).sum()
}

fn turns(kind: PromptKind, json: &Value) -> Vec<Turn> {
    let mut turns = Vec::new();
    match kind {
        PromptKind::Chat | PromptKind::Messages => {
            if let Some(system) = json.get("system") {
                turns.push(Turn::new("system", text(system)));
            }
            turns.extend(items(json.get("messages")));
        }
        PromptKind::Completion => turns.extend(strings("user", json.get("prompt"))),
        PromptKind::Embeddings => turns.extend(strings("user", json.get("input"))),
        PromptKind::Responses => {
            if let Some(instructions) = json.get("instructions").and_then(Value::as_str) {
                turns.push(Turn::new("system", instructions.to_owned()));
            }
            match json.get("input") {
                Some(Value::String(input)) => turns.push(Turn::new("user", input.clone())),
                input => turns.extend(items(input)),
            }
        }
    }
    turns
}

fn items(value: Option<&Value>) -> impl Iterator<Item = Turn> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().map(|item| {
        let role = item.get("role").and_then(Value::as_str).unwrap_or("user");
        Turn::new(role, item.get("content").map_or_else(String::new, text))
    })
}

// How many tokens stand there as numbers.
fn numbers(value: Option<&Value>) -> u64 {
    match value.and_then(EmbeddingsInput::read) {
        Some(EmbeddingsInput::Tokens(lists)) => lists.iter().map(|list| list.len() as u64).sum(),
        _ => 0,
    }
}

// Lists of texts are several prompts; lists of numbers are tokens, which say nothing here.
fn strings(role: &str, value: Option<&Value>) -> Vec<Turn> {
    match value {
        Some(Value::String(text)) => vec![Turn::new(role, text.clone())],
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(|text| Turn::new(role, text.to_owned()))
            .collect(),
        _ => Vec::new(),
    }
}

// A string, or the texts of parts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .collect();
            texts.join("\n")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, body: &str) -> Prompt {
        Prompt::read(body.as_bytes(), path).unwrap()
    }

    #[test]
    fn every_shape_is_known_by_its_members_and_path() {
        let chat = read(
            "/chat/completions",
            r#"{"messages":[{"role":"user","content":"hello"}],"stream":true}"#,
        );
        assert_eq!(
            (chat.kind, chat.streams, chat.tokens(Some("gpt-4o"))),
            (PromptKind::Chat, true, 8)
        );
        let messages = read(
            "/v1/messages",
            r#"{"system":"be kind","messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}"#,
        );
        assert_eq!(messages.kind, PromptKind::Messages);
        assert_eq!(
            messages.turns,
            [
                Turn::new("system", "be kind".into()),
                Turn::new("user", "a".into())
            ]
        );
        let embeddings = read("/x/embeddings", r#"{"input":["hello","world"]}"#);
        assert_eq!(
            (embeddings.kind, embeddings.tokens(None)),
            (PromptKind::Embeddings, 2)
        );
        let numbers = read("/x/embeddings", r#"{"input":[[1,2,3],[4]]}"#);
        assert_eq!((numbers.turns.len(), numbers.tokens(None)), (0, 4));
        let responses = read(
            "/responses",
            r#"{"input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}],"instructions":"short"}"#,
        );
        assert_eq!(responses.kind, PromptKind::Responses);
        assert_eq!(responses.turns.len(), 2);
        assert_eq!(
            read("/completions", r#"{"prompt":"hello world"}"#).tokens(None),
            2
        );
        for other in ["[]", "{}", "hello", r#"{"messages":1}"#] {
            assert!(Prompt::read(other.as_bytes(), "/x").is_none(), "{other}");
        }
    }
}
