//! A responses request, as far as it is a conversation.

use crate::{
    ChatRequest, Content, Function, FunctionCall, ImageUrl, JsonSchema, Message, Part, ResponseFormat, Tool,
    ToolCall, ToolChoice,
};
use serde_json::Value;

impl ChatRequest {
    /// The same conversation as the body of a responses request holds it: `instructions`, `input`, `max_output_tokens`,
    /// `text.format`, functions. What has no counterpart is left out.
    pub fn of_responses(body: &Value) -> ChatRequest {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let mut messages: Vec<Message> = Vec::new();
        if let Some(instructions) = text("instructions") {
            messages.push(said("system", Content::Text(instructions.to_owned())));
        }
        match body.get("input") {
            Some(Value::String(input)) => messages.push(said("user", Content::Text(input.clone()))),
            Some(Value::Array(items)) => messages.extend(items.iter().filter_map(item)),
            _ => (),
        }
        let tools = body.get("tools").and_then(Value::as_array);
        ChatRequest {
            model: text("model").map(str::to_owned),
            messages,
            max_completion_tokens: body.get("max_output_tokens").and_then(Value::as_u64),
            stream: body.get("stream").and_then(Value::as_bool),
            tools: tools.into_iter().flatten().filter_map(function).collect(),
            tool_choice: body.get("tool_choice").and_then(choice),
            response_format: body.get("text").and_then(|it| it.get("format")).map(format),
            ..ChatRequest::default()
        }
    }
}

fn said(role: &str, content: Content) -> Message {
    Message {
        role: role.to_owned(),
        content,
        ..Message::default()
    }
}

// A message, a call that was made, or what came of it.
fn item(item: &Value) -> Option<Message> {
    let text = |name: &str| {
        item.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match item.get("type").and_then(Value::as_str) {
        None | Some("message") => {
            let role = item.get("role").and_then(Value::as_str)?;
            Some(said(role, content(item.get("content"))))
        }
        Some("function_call") => {
            let call = ToolCall {
                function: FunctionCall {
                    arguments: text("arguments"),
                    name: text("name"),
                },
                id: text("call_id"),
                kind: "function".to_owned(),
            };
            Some(Message {
                tool_calls: vec![call],
                ..said("assistant", Content::None)
            })
        }
        Some("function_call_output") => Some(Message {
            tool_call_id: Some(text("call_id")),
            ..said("tool", content(item.get("output")))
        }),
        Some(_) => None,
    }
}

fn content(value: Option<&Value>) -> Content {
    match value {
        Some(Value::String(text)) => Content::Text(text.clone()),
        Some(Value::Array(parts)) => Content::Parts(parts.iter().map(part).collect()),
        _ => Content::None,
    }
}

fn part(part: &Value) -> Part {
    let text = |name: &str| part.get(name).and_then(Value::as_str).map(str::to_owned);
    let url = text("image_url");
    Part {
        kind: if url.is_some() { "image_url" } else { "text" }.to_owned(),
        text: text("text").or_else(|| text("refusal")),
        image_url: url.map(|url| ImageUrl {
            url,
            detail: text("detail"),
        }),
    }
}

// Functions stand flat here, not inside a member of their own.
fn function(tool: &Value) -> Option<Tool> {
    if tool.get("type").and_then(Value::as_str) != Some("function") {
        return None;
    }
    let text = |name: &str| tool.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Tool {
        kind: "function".to_owned(),
        function: Function {
            name: text("name").unwrap_or_default(),
            description: text("description"),
            parameters: tool.get("parameters").filter(|it| !it.is_null()).cloned(),
            strict: tool.get("strict").and_then(Value::as_bool),
        },
    })
}

fn choice(choice: &Value) -> Option<ToolChoice> {
    if let Some(mode) = choice.as_str() {
        return Some(ToolChoice::Mode(mode.to_owned()));
    }
    let name = choice.get("name").and_then(Value::as_str)?.to_owned();
    let function = Function {
        name,
        ..Function::default()
    };
    Some(ToolChoice::Named { function })
}

fn format(format: &Value) -> ResponseFormat {
    let text = |name: &str| format.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = text("type").to_owned();
    let json_schema = (kind == "json_schema").then(|| JsonSchema {
        name: text("name").to_owned(),
        strict: format.get("strict").and_then(Value::as_bool),
        schema: format.get("schema").cloned(),
    });
    ResponseFormat { kind, json_schema }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_kind_of_input_becomes_a_message() {
        let chat = ChatRequest::of_responses(&json!({
            "model": "gpt", "instructions": "be short", "max_output_tokens": 20, "stream": true,
            "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}},
            "tools": [{"type": "function", "name": "weather"}, {"type": "web_search"}],
            "tool_choice": {"type": "function", "name": "weather"},
            "input": [
                {"role": "user", "content": "a"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "b"},
                    {"type": "input_image", "image_url": "data:,", "detail": "low"}]},
                {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "rain"},
                {"type": "reasoning", "summary": []},
            ],
        }));
        let roles: Vec<&str> = chat.messages.iter().map(|it| it.role.as_str()).collect();
        assert_eq!(roles, ["system", "user", "user", "assistant", "tool"]);
        assert_eq!(chat.messages[2].content.images().count(), 1);
        assert_eq!(
            (chat.max_output(), chat.streams(), chat.tools.len()),
            (Some(20), true, 1)
        );
        assert!(
            matches!(&chat.tool_choice, Some(ToolChoice::Named { function }) if function.name == "weather")
        );
        let format = chat.response_format.unwrap();
        assert_eq!(
            format.json_schema.unwrap().schema,
            Some(json!({"type": "object"}))
        );
        let plain = ChatRequest::of_responses(&json!({"input": "hello"}));
        assert_eq!(plain.messages.len(), 1);
    }
}
