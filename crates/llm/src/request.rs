//! A chat completion request. Members that are not listed are ignored, `null` is the same as absent.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Body of `POST .../chat/completions`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The deployment on `/openai/v1`; ignored where the path names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The conversation so far.
    #[serde(default, deserialize_with = "null_is_default")]
    pub messages: Vec<Message>,
    /// Longest answer in tokens; refused by reasoning models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Longest answer in tokens, thought included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u64>,
    /// How freely tokens are chosen, 0 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// From how much of the likelihood they are chosen, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// How new tokens are preferred, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// How rare tokens are preferred, -2 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// Whether the answer tells how likely its tokens were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<bool>,
    /// And of how many others at the same place, at most 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_logprobs: Option<u64>,
    /// Number of choices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Where the answer ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Whether the answer comes as an event stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// What the stream holds besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// What the model may call.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tools: Vec<Tool>,
    /// What it has to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Text, a JSON object, or JSON by a schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
}

impl ChatRequest {
    /// The cap on the answer's length, under its new or its old name.
    pub fn max_output(&self) -> Option<u64> {
        self.max_completion_tokens.or(self.max_tokens)
    }

    /// Number of choices, 1 when not given.
    pub fn choices(&self) -> u64 {
        self.n.unwrap_or(1)
    }

    /// Whether the answer comes as an event stream.
    pub fn streams(&self) -> bool {
        self.stream == Some(true)
    }

    /// Whether the stream ends with a frame of usage.
    pub fn includes_usage(&self) -> bool {
        self.stream_options
            .is_some_and(|options| options.include_usage == Some(true))
    }
}

/// One message of the conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `developer`, `user`, `assistant`, `tool`.
    pub role: String,
    /// What was said.
    #[serde(default)]
    pub content: Content,
    /// Who said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the assistant called.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tool_calls: Vec<ToolCall>,
    /// Which call a `tool` message answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

/// `content` of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// A string.
    Text(String),
    /// Text, pictures and sound, in order.
    Parts(Vec<Part>),
    /// `null`, beside tool calls.
    #[default]
    None,
}

impl Content {
    /// Its texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (whole, parts): (Option<&str>, &[Part]) = match self {
            Content::Text(text) => (Some(text), &[]),
            Content::Parts(parts) => (None, parts),
            Content::None => (None, &[]),
        };
        whole
            .into_iter()
            .chain(parts.iter().filter_map(|part| part.text.as_deref()))
    }

    /// Its pictures.
    pub fn images(&self) -> impl Iterator<Item = &ImageUrl> {
        let parts: &[Part] = match self {
            Content::Parts(parts) => parts,
            _ => &[],
        };
        parts.iter().filter_map(|part| part.image_url.as_ref())
    }
}

/// A part of a message's content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `text`, `image_url`, `input_audio`, ...
    #[serde(rename = "type", default)]
    pub kind: String,
    /// For `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For `image_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<ImageUrl>,
}

/// A picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ImageUrl {
    /// Address or `data:` text.
    #[serde(default)]
    pub url: String,
    /// `low`, `high` or `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A call that the assistant made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The function and its arguments.
    #[serde(default)]
    pub function: FunctionCall,
    /// `call_...`
    #[serde(default)]
    pub id: String,
    /// `function`.
    #[serde(rename = "type", default)]
    pub kind: String,
}

/// A function and its arguments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionCall {
    /// JSON text.
    #[serde(default)]
    pub arguments: String,
    /// Name of the function.
    #[serde(default)]
    pub name: String,
}

/// Something that the model may call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `function`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The function, unless the tool is of another kind.
    #[serde(default)]
    pub function: Function,
}

/// A function that the model may call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Name.
    #[serde(default)]
    pub name: String,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON schema of its arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    /// Whether arguments follow the schema exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

/// `tool_choice`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ToolChoice {
    /// `auto`, `none`, `required`.
    Mode(String),
    /// One function.
    Named {
        /// The function; only its name counts.
        function: Function,
    },
}

/// `stop`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Stop {
    /// One text.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Stop {
    /// The texts.
    pub fn texts(&self) -> &[String] {
        match self {
            Stop::One(text) => std::slice::from_ref(text),
            Stop::Many(texts) => texts,
        }
    }
}

/// `stream_options`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamOptions {
    /// Whether the stream ends with a frame of usage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_usage: Option<bool>,
}

/// `response_format`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponseFormat {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// For `json_schema`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_schema: Option<JsonSchema>,
}

/// `json_schema` of a response format.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JsonSchema {
    /// Name.
    #[serde(default)]
    pub name: String,
    /// Whether the answer follows the schema exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// The schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
}

fn null_is_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_and_nulls_do_not_disturb() {
        let request: ChatRequest = serde_json::from_str(
            r#"{"messages":[{"role":"user","content":[{"type":"text","text":"hi"},
                {"type":"image_url","image_url":{"url":"data:,","detail":"low"}},{"type":"novel","novel":1}]},
                {"role":"assistant","content":null,"tool_calls":null}],"tools":null,"stop":["a"],"n":null,"temperature":0.2,
                "tool_choice":{"type":"function","function":{"name":"f"}},"new":{}}"#,
        )
        .unwrap();
        assert_eq!(request.messages[0].content.texts().collect::<Vec<_>>(), ["hi"]);
        assert_eq!(request.messages[0].content.images().count(), 1);
        assert_eq!(request.choices(), 1);
        assert!(matches!(&request.tool_choice, Some(ToolChoice::Named { function }) if function.name == "f"));
    }
}
