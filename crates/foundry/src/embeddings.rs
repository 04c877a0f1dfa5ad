//! Embeddings: what is wrong with a request, and the list of vectors (foundry.md 2.4).

use crate::catalog::Facts;
use crate::errors::{Failure, invalid};
use crate::vectors;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use llm::{ChatRequest, Content, EmbeddingsInput, Encoding, Message};
use serde_json::{Value, json};

/// Most texts of one request, and most tokens of one text (doc).
const MOST_INPUTS: usize = 2_048;
const MOST_TOKENS: u64 = 8_192;

/// A request for vectors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EmbeddingsRequest {
    input: EmbeddingsInput,
    dimensions: Option<u64>,
    base64: bool,
}

/// Reads the body of a request.
pub(crate) fn read(body: &Value) -> Result<EmbeddingsRequest, Failure> {
    let Some(input) = body.get("input").filter(|it| !it.is_null()) else {
        return Err(invalid(
            "Missing required parameter: 'input'.",
            Some("input"),
            Some("missing_required_parameter"),
        ));
    };
    let Some(input) = EmbeddingsInput::read(input) else {
        let message =
            "Invalid type for 'input': expected a string, an array of strings, or arrays of tokens.";
        return Err(invalid(message, Some("input"), Some("invalid_type")));
    };
    let is_blank = match &input {
        EmbeddingsInput::Texts(texts) => texts.iter().any(String::is_empty),
        EmbeddingsInput::Tokens(lists) => lists.iter().any(Vec::is_empty),
    };
    if input.is_empty() || is_blank {
        return Err(invalid(
            "'$.input' is invalid: input cannot be an empty string or array.",
            None,
            None,
        ));
    }
    if input.len() > MOST_INPUTS {
        let message = format!(
            "'$.input' is invalid: at most {MOST_INPUTS} inputs, but got {}.",
            input.len()
        );
        return Err(invalid(&message, None, None));
    }
    let base64 = match body.get("encoding_format").and_then(Value::as_str) {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => {
            let message = format!("Invalid value: '{other}'. Supported values are: 'float' and 'base64'.");
            return Err(invalid(&message, Some("encoding_format"), Some("invalid_value")));
        }
    };
    let dimensions = match body.get("dimensions").filter(|it| !it.is_null()) {
        None => None,
        Some(value) => Some(value.as_u64().filter(|it| *it > 0).ok_or_else(|| {
            invalid(
                "Invalid 'dimensions': expected an integer of at least 1.",
                Some("dimensions"),
                Some("invalid_value"),
            )
        })?),
    };
    Ok(EmbeddingsRequest {
        input,
        dimensions,
        base64,
    })
}

impl EmbeddingsRequest {
    /// Tokens of all texts.
    pub(crate) fn tokens(&self, model: &str) -> u64 {
        self.input.tokens(Encoding::of_model(model)).iter().sum()
    }

    /// The texts as messages, by which quotas weigh them: what is said back is nothing.
    pub(crate) fn conversation(&self, model: &str) -> ChatRequest {
        let texts = self.input.texts(Encoding::of_model(model));
        let message = |text| Message {
            role: "user".into(),
            content: Content::Text(text),
            ..Message::default()
        };
        ChatRequest {
            messages: texts.into_iter().map(message).collect(),
            max_completion_tokens: Some(0),
            ..ChatRequest::default()
        }
    }

    /// What the model says to it.
    pub(crate) fn fits(&self, facts: &Facts, model: &str) -> Result<(), Failure> {
        let longest = self.input.tokens(Encoding::of_model(model)).into_iter().max();
        if let Some(tokens) = longest.filter(|it| *it > MOST_TOKENS) {
            let message = format!(
                "This model's maximum context length is {MOST_TOKENS} tokens, however you requested {tokens} tokens ({tokens} in \
                 your prompt; 0 for the completion). Please reduce your prompt; or completion length."
            );
            return Err(invalid(&message, None, None));
        }
        let Some(wanted) = self.dimensions else {
            return Ok(());
        };
        if !facts.shortens {
            return Err(invalid(
                "This model does not support specifying dimensions.",
                None,
                None,
            ));
        }
        if wanted > facts.dimensions {
            let message = format!(
                "Invalid value for 'dimensions' = {wanted}. Must be less than or equal to {}.",
                facts.dimensions
            );
            return Err(invalid(&message, Some("dimensions"), Some("invalid_value")));
        }
        Ok(())
    }

    /// The whole answer. `id` is what `/models` adds.
    pub(crate) fn answer(&self, facts: &Facts, model: &str, shown: &str, id: Option<&str>) -> String {
        let encoding = Encoding::of_model(model);
        let all = usize::try_from(facts.dimensions).unwrap_or(usize::MAX);
        let vectors = self
            .input
            .texts(encoding)
            .into_iter()
            .enumerate()
            .map(|(index, text)| {
                let mut vector = vectors::vector(&text, facts.prefix, all);
                if let Some(wanted) = self.dimensions.and_then(|it| usize::try_from(it).ok()) {
                    vector.truncate(wanted);
                    vectors::unit(&mut vector);
                }
                json!({"object": "embedding", "index": index, "embedding": self.write(&vector)})
            });
        let tokens = self.tokens(model);
        let mut answer = json!({
            "object": "list",
            "data": vectors.collect::<Vec<_>>(),
            "model": shown,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        });
        if let Some(id) = id {
            answer["id"] = id.into();
        }
        answer.to_string()
    }

    // Numbers, or the bytes of little-endian 32 bit floats.
    fn write(&self, vector: &[f32]) -> Value {
        if !self.base64 {
            return json!(vector);
        }
        let bytes: Vec<u8> = vector.iter().flat_map(|it| it.to_le_bytes()).collect();
        STANDARD.encode(bytes).into()
    }
}
