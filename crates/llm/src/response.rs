//! A chat completion answer, whole or in chunks. Members stand in alphabetical order, as Azure writes them (obs).

use crate::{ToolCall, Usage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A whole answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatResponse {
    /// Answers, `n` of them.
    pub choices: Vec<ChatChoice>,
    /// Seconds since 1970.
    pub created: i64,
    /// `chatcmpl-...`
    pub id: String,
    /// The model with its version, never the deployment (obs).
    pub model: String,
    /// `chat.completion`.
    pub object: String,
    /// What the content filter thinks of the prompt.
    pub prompt_filter_results: Vec<PromptFilter>,
    /// Tier that served it.
    pub service_tier: Option<String>,
    /// Build of the model.
    pub system_fingerprint: Option<String>,
    /// Tokens that were used.
    pub usage: Usage,
}

/// One answer of several.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatChoice {
    /// What the content filter thinks of it.
    pub content_filter_results: ContentFilter,
    /// `stop`, `length`, `tool_calls`, `content_filter`.
    pub finish_reason: Option<String>,
    /// Its place, from 0.
    pub index: u64,
    /// How likely its tokens were: `null` unless that was asked for.
    pub logprobs: Value,
    /// The answer.
    pub message: ChatMessage,
}

/// What the assistant says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatMessage {
    /// Citations.
    pub annotations: Vec<Value>,
    /// Text; `null` beside tool calls.
    pub content: Option<String>,
    /// Why it refuses.
    pub refusal: Option<String>,
    /// `assistant`.
    pub role: String,
    /// What it calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
}

/// One frame of a streamed answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatChunk {
    /// Parts of answers; empty in the first frame and in the frame of usage.
    pub choices: Vec<ChunkChoice>,
    /// Seconds since 1970.
    pub created: i64,
    /// `chatcmpl-...`, the same in all frames but the first.
    pub id: String,
    /// The model with its version.
    pub model: String,
    /// `chat.completion.chunk`.
    pub object: String,
    /// In the first frame only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_filter_results: Option<Vec<PromptFilter>>,
    /// Build of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_fingerprint: Option<String>,
    /// Absent, or `null` before the last frame when usage was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Option<Usage>>,
}

/// A part of one answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChunkChoice {
    /// What the content filter thinks of it; empty in the first and last part.
    pub content_filter_results: ContentFilter,
    /// What is new.
    pub delta: Delta,
    /// Set in the last part.
    pub finish_reason: Option<String>,
    /// Which answer it belongs to.
    pub index: u64,
    /// How likely its tokens were: `null` unless that was asked for.
    pub logprobs: Value,
}

/// What is new in a part of an answer. `Some(None)` is written as `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delta {
    /// More text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Option<String>>,
    /// Why it refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Option<String>>,
    /// `assistant`, in the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// More of its calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<DeltaToolCall>,
}

/// A part of a call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeltaToolCall {
    /// More of the function's name or arguments.
    pub function: DeltaFunction,
    /// In the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which call it belongs to.
    pub index: u64,
    /// `function`, in the first part.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A part of a function call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeltaFunction {
    /// More of the arguments.
    pub arguments: String,
    /// In the first part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `prompt_filter_results[]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptFilter {
    /// Which prompt, from 0.
    pub prompt_index: u64,
    /// The verdicts.
    pub content_filter_results: ContentFilter,
}

/// `content_filter_results`: verdicts by category.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentFilter(pub Map<String, Value>);

const SEVERITIES: [&str; 4] = ["hate", "self_harm", "sexual", "violence"];

impl ContentFilter {
    /// Nothing found in a prompt.
    pub fn clean_prompt() -> ContentFilter {
        ContentFilter::clean(&["jailbreak"])
    }

    /// Nothing found in a whole answer.
    pub fn clean_answer() -> ContentFilter {
        ContentFilter::clean(&["protected_material_code", "protected_material_text"])
    }

    /// Nothing found in a part of an answer.
    pub fn clean_part() -> ContentFilter {
        ContentFilter::clean(&[])
    }

    fn clean(detections: &[&str]) -> ContentFilter {
        let severities = SEVERITIES.map(|it| (it.to_owned(), json!({"filtered": false, "severity": "safe"})));
        let detections = detections
            .iter()
            .map(|it| ((*it).to_owned(), json!({"filtered": false, "detected": false})));
        let mut verdicts: Vec<(String, Value)> = severities.into_iter().chain(detections).collect();
        verdicts.sort_by(|a, b| a.0.cmp(&b.0));
        ContentFilter(verdicts.into_iter().collect())
    }
}
