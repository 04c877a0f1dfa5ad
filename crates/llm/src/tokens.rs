//! What an answer used, and what it says, in whichever shape.

use crate::sse::Frame;
use serde_json::Value;
use std::borrow::Cow;

/// Tokens that a call used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Of the request.
    pub prompt: u64,
    /// Of the answer.
    pub completion: u64,
    /// Both, or what the model server says.
    pub total: u64,
    /// Of the prompt, read from the server's cache.
    pub cached: u64,
    /// Of the answer, thought and not shown.
    pub reasoning: u64,
}

impl Tokens {
    /// Tokens of a prompt and an answer.
    pub fn of(prompt: u64, completion: u64) -> Tokens {
        Tokens {
            prompt,
            completion,
            total: prompt.saturating_add(completion),
            ..Tokens::default()
        }
    }

    /// Reads the `usage` of a whole answer: of chat, completions, embeddings, responses or messages.
    pub fn read(body: &[u8]) -> Option<Tokens> {
        let json: Value = serde_json::from_slice(body).ok()?;
        Tokens::usage(json.get("usage")?)
    }

    /// Reads a `usage` object.
    pub fn usage(usage: &Value) -> Option<Tokens> {
        let number = |names: &[&str]| names.iter().find_map(|name| usage.get(name)?.as_u64());
        let detail = |names: [&str; 2], member: &str| {
            names
                .iter()
                .find_map(|name| usage.get(name)?.get(member)?.as_u64())
                .unwrap_or(0)
        };
        let prompt = number(&["prompt_tokens", "input_tokens"]);
        let completion = number(&["completion_tokens", "output_tokens"]);
        let total = number(&["total_tokens"]);
        prompt.or(completion).or(total)?;
        let (prompt, completion) = (prompt.unwrap_or(0), completion.unwrap_or(0));
        Some(Tokens {
            total: total.unwrap_or(prompt.saturating_add(completion)),
            cached: detail(["prompt_tokens_details", "input_tokens_details"], "cached_tokens"),
            reasoning: detail(
                ["completion_tokens_details", "output_tokens_details"],
                "reasoning_tokens",
            ),
            prompt,
            completion,
        })
    }
}

/// The texts that a frame of a streamed answer adds: of messages, refusals and calls.
pub fn delta_texts(frame: &Frame) -> Vec<String> {
    if frame.is_done() {
        return Vec::new();
    }
    match serde_json::from_str::<Value>(&frame.data) {
        Ok(json) => delta_texts_of(&json),
        Err(_) => Vec::new(),
    }
}

/// The same of the data of a frame.
pub fn delta_texts_of(json: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    let mut add = |value: Option<&Value>| texts.extend(value.and_then(Value::as_str).map(str::to_owned));
    match json
        .get("type")
        .and_then(Value::as_str)
        .map(Cow::Borrowed)
        .as_deref()
    {
        // Responses: an event for each kind of delta.
        Some(kind) if kind.starts_with("response.") => {
            if kind.ends_with(".delta") {
                add(json.get("delta"));
            }
        }
        // Messages.
        Some("content_block_delta") => {
            let delta = json.get("delta");
            for member in ["text", "partial_json", "thinking"] {
                add(delta.and_then(|it| it.get(member)));
            }
        }
        _ => {
            let choices = json.get("choices").and_then(Value::as_array);
            for choice in choices.map_or(&[][..], Vec::as_slice) {
                add(choice.get("text"));
                let Some(delta) = choice.get("delta") else {
                    continue;
                };
                add(delta.get("content"));
                add(delta.get("refusal"));
                let calls = delta.get("tool_calls").and_then(Value::as_array);
                for call in calls.map_or(&[][..], Vec::as_slice) {
                    let function = call.get("function");
                    add(function.and_then(|it| it.get("name")));
                    add(function.and_then(|it| it.get("arguments")));
                }
            }
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

/// The texts of a whole answer.
pub fn answer_texts(body: &[u8]) -> Vec<String> {
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let list = |name: &str| {
        json.get(name)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    let mut texts = Vec::new();
    let mut add = |value: Option<&Value>| match value {
        Some(Value::String(text)) => texts.push(text.clone()),
        Some(Value::Array(parts)) => texts.extend(
            parts
                .iter()
                .filter_map(|part| part.get("text").and_then(Value::as_str))
                .map(str::to_owned),
        ),
        _ => (),
    };
    for choice in list("choices") {
        add(choice.get("text"));
        add(choice.get("message").and_then(|it| it.get("content")));
    }
    for item in list("output") {
        add(item.get("content"));
    }
    add(json.get("content"));
    texts.retain(|text| !text.is_empty());
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_of_every_shape_is_read() {
        let read = |usage: &str| Tokens::read(format!(r#"{{"usage":{usage}}}"#).as_bytes());
        assert_eq!(
            read(
                r#"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":2}}"#
            ),
            Some(Tokens {
                cached: 2,
                ..Tokens::of(3, 4)
            })
        );
        assert_eq!(
            read(r#"{"prompt_tokens":3,"total_tokens":3}"#),
            Some(Tokens::of(3, 0))
        );
        assert_eq!(
            read(
                r#"{"input_tokens":3,"output_tokens":9,"total_tokens":12,"output_tokens_details":{"reasoning_tokens":5}}"#
            ),
            Some(Tokens {
                reasoning: 5,
                ..Tokens::of(3, 9)
            })
        );
        assert_eq!(
            read(r#"{"input_tokens":3,"output_tokens":9}"#),
            Some(Tokens::of(3, 9))
        );
        assert_eq!(read("{}"), None);
        assert_eq!(Tokens::read(b"no"), None);
    }

    #[test]
    fn texts_of_streams_and_answers_are_read() {
        let frame = |data: &str| Frame {
            event: None,
            data: data.to_owned(),
        };
        assert_eq!(
            delta_texts(&frame(
                r#"{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}"#
            )),
            ["a", "b"]
        );
        assert_eq!(
            delta_texts(&frame(
                r#"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":""}}]}}]}"#
            )),
            ["f"]
        );
        assert_eq!(
            delta_texts(&frame(r#"{"type":"response.output_text.delta","delta":"c"}"#)),
            ["c"]
        );
        assert_eq!(
            delta_texts(&frame(r#"{"type":"response.completed","response":{}}"#)),
            [""; 0]
        );
        assert_eq!(
            delta_texts(&frame(
                r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"d"}}"#
            )),
            ["d"]
        );
        assert_eq!(delta_texts(&frame("[DONE]")), [""; 0]);
        assert_eq!(
            answer_texts(br#"{"choices":[{"message":{"content":"x"}}]}"#),
            ["x"]
        );
        assert_eq!(
            answer_texts(br#"{"output":[{"content":[{"type":"output_text","text":"y"}]}]}"#),
            ["y"]
        );
        assert_eq!(
            answer_texts(br#"{"content":[{"type":"text","text":"z"}]}"#),
            ["z"]
        );
    }
}
