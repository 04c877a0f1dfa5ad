//! What a chat request costs in tokens, by the recipe of the OpenAI cookbook (foundry.md 5.2 to 5.4).

use crate::{ChatRequest, Encoding, ImageUrl, Message, Tool};
use serde_json::Value;

/// Tokens of the whole prompt: messages, tools and a strict answer schema.
pub fn prompt_tokens(model: &str, request: &ChatRequest) -> u64 {
    let encoding = Encoding::of_model(model);
    let messages: u64 = request
        .messages
        .iter()
        .map(|it| message_tokens(model, encoding, it))
        .sum();
    let schema = request
        .response_format
        .as_ref()
        .and_then(|it| it.json_schema.as_ref()?.schema.as_ref());
    let schema = schema.map_or(0, |schema| encoding.count(&schema.to_string()));
    messages + 3 + tools_tokens(model, &request.tools) + schema
}

fn message_tokens(model: &str, encoding: Encoding, message: &Message) -> u64 {
    let oldest = matches!(model, "gpt-3.5-turbo-0301" | "gpt-35-turbo-0301");
    let (per_message, per_name) = if oldest { (4, 0) } else { (3, 1) };
    // The oldest snapshot drops the role where a name stands: one token less than the name's own.
    let name = message.name.as_ref().map_or(0, |name| match oldest {
        true => encoding.count(name).saturating_sub(1),
        false => encoding.count(name) + per_name,
    });
    let texts: u64 = message.content.texts().map(|text| encoding.count(text)).sum();
    let images: u64 = message
        .content
        .images()
        .map(|image| image_tokens(model, image))
        .sum();
    let calls: u64 = message
        .tool_calls
        .iter()
        .map(|call| encoding.count(&call.function.name) + encoding.count(&call.function.arguments) + 3)
        .sum();
    per_message + encoding.count(&message.role) + name + texts + images + calls
}

/// Tokens of the tools of a request; 0 without any.
pub fn tools_tokens(model: &str, tools: &[Tool]) -> u64 {
    if tools.is_empty() {
        return 0;
    }
    let encoding = Encoding::of_model(model);
    let per_function = if encoding == Encoding::Cl100kBase { 10 } else { 7 };
    let functions: i64 = tools
        .iter()
        .map(|tool| per_function + function_tokens(encoding, tool))
        .sum();
    u64::try_from(functions + 12).unwrap_or(0)
}

fn function_tokens(encoding: Encoding, tool: &Tool) -> i64 {
    let count = |text: &str| i64::try_from(encoding.count(text)).unwrap_or(i64::MAX);
    let description = tool.function.description.as_deref().unwrap_or("");
    let mut tokens = count(&format!(
        "{}:{}",
        tool.function.name,
        description.trim_end_matches('.')
    ));
    let properties = tool
        .function
        .parameters
        .as_ref()
        .and_then(|it| it.get("properties")?.as_object());
    let Some(properties) = properties.filter(|it| !it.is_empty()) else {
        return tokens;
    };
    tokens += 3;
    for (name, property) in properties {
        let text = |member: &str| property.get(member).and_then(Value::as_str).unwrap_or("");
        tokens += 3;
        if let Some(values) = property.get("enum").and_then(Value::as_array) {
            tokens -= 3;
            for value in values {
                tokens += 3 + value.as_str().map_or_else(|| count(&value.to_string()), count);
            }
        }
        let line = format!(
            "{name}:{}:{}",
            text("type"),
            text("description").trim_end_matches('.')
        );
        tokens += count(&line);
    }
    tokens
}

/// Tokens of a picture that nobody has looked at: four tiles, unless its detail is low.
pub fn image_tokens(model: &str, image: &ImageUrl) -> u64 {
    let low = image.detail.as_deref() == Some("low");
    match (model.starts_with("gpt-4o-mini"), low) {
        (true, true) => 2_833,
        (true, false) => 2_833 + 4 * 5_667,
        (false, true) => 85,
        (false, false) => 765,
    }
}

/// Characters of a prompt as admission counts them: texts of messages and the JSON of tools, pictures aside.
pub fn text_length(request: &ChatRequest) -> u64 {
    let texts = request
        .messages
        .iter()
        .flat_map(|message| message.content.texts());
    let texts: usize = texts.map(|text| text.chars().count()).sum();
    let tools: usize = request
        .tools
        .iter()
        .map(|tool| serde_json::to_string(tool).map_or(0, |text| text.chars().count()))
        .sum();
    (texts + tools) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(json: Value) -> ChatRequest {
        serde_json::from_value(json).unwrap()
    }

    // Two messages of one-token words: 2 x (3 + role 1 + content 1) + 3.
    #[test]
    fn each_message_costs_its_words_and_a_frame() {
        let prompt = request(
            json!({"messages": [{"role": "system", "content": "hello"}, {"role": "user", "content": "world"}]}),
        );
        assert_eq!(prompt_tokens("gpt-4o", &prompt), 13);
        assert_eq!(prompt_tokens("gpt-35-turbo-0301", &prompt), 15);
        let named = request(json!({"messages": [{"role": "user", "content": "hello", "name": "world"}]}));
        assert_eq!(prompt_tokens("gpt-4o", &named), 3 + 1 + 1 + 1 + 1 + 3);
        assert_eq!(text_length(&prompt), 10);
    }

    #[test]
    fn tools_cost_their_names_and_properties() {
        let tools = json!([{"type": "function", "function": {"name": "weather", "description": "Tells the weather.",
            "parameters": {"type": "object", "properties": {"unit": {"type": "string", "description": "The unit.", "enum": ["c", "f"]}}}}}]);
        let tools: Vec<Tool> = serde_json::from_value(tools).unwrap();
        let encoding = Encoding::O200kBase;
        let expected = 7 + encoding.count("weather:Tells the weather") + 3 + 3 - 3
            + (3 + 1)
            + (3 + 1)
            + encoding.count("unit:string:The unit")
            + 12;
        assert_eq!(tools_tokens("gpt-4o", &tools), expected);
        assert_eq!(tools_tokens("gpt-4", &tools), expected + 3);
        assert_eq!(tools_tokens("gpt-4o", &[]), 0);
    }
}
