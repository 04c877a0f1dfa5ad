//! Parameters that choose between tokens: their ranges, and which models take them (foundry.md 1.5, 2.1).

use crate::errors::{Failure, invalid};
use serde_json::{Map, Value};

/// A parameter that is a number.
struct Range {
    name: &'static str,
    whole: bool,
    least: f64,
    most: f64,
}

const fn decimal(name: &'static str, least: f64, most: f64) -> Range {
    Range {
        name,
        whole: false,
        least,
        most,
    }
}

const fn integer(name: &'static str, least: f64, most: f64) -> Range {
    Range {
        name,
        whole: true,
        least,
        most,
    }
}

const RANGES: [Range; 8] = [
    decimal("temperature", 0.0, 2.0),
    decimal("top_p", 0.0, 1.0),
    decimal("presence_penalty", -2.0, 2.0),
    decimal("frequency_penalty", -2.0, 2.0),
    integer("n", 1.0, 128.0),
    integer("top_logprobs", 0.0, 20.0),
    integer("max_tokens", 1.0, f64::INFINITY),
    integer("max_completion_tokens", 1.0, f64::INFINITY),
];

/// Whether every number lies in its range.
pub(crate) fn check(body: &Map<String, Value>) -> Result<(), Failure> {
    for range in &RANGES {
        if let Some(value) = given(body, range.name) {
            range.check(value)?;
        }
    }
    if given(body, "top_logprobs").is_some() && body.get("logprobs") != Some(&Value::Bool(true)) {
        let message = "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.";
        return Err(invalid(message, Some("top_logprobs"), None));
    }
    Ok(())
}

// `null` is the same as absent.
fn given<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

impl Range {
    fn kind(&self) -> &'static str {
        if self.whole { "integer" } else { "decimal" }
    }

    fn check(&self, value: &Value) -> Result<(), Failure> {
        let (name, kind) = (self.name, self.kind());
        let number = value
            .as_f64()
            .filter(|_| !self.whole || value.is_u64() || value.is_i64());
        let Some(number) = number else {
            let article = if self.whole { "an" } else { "a" };
            let message = format!(
                "Invalid type for '{name}': expected {article} {kind}, but got {} instead.",
                described(value)
            );
            return Err(invalid(&message, Some(name), Some("invalid_type")));
        };
        let (side, code, sign, bound) = match number {
            it if it > self.most => ("above maximum", "above_max_value", "<=", self.most),
            it if it < self.least => ("below minimum", "below_min_value", ">=", self.least),
            _ => return Ok(()),
        };
        let message = format!(
            "Invalid '{name}': {kind} {side} value. Expected a value {sign} {bound}, but got {value} instead."
        );
        Err(invalid(&message, Some(name), Some(&format!("{kind}_{code}"))))
    }
}

fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a decimal",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// What a reasoning model does not take (doc: reasoning models, "Not supported").
pub(crate) fn for_reasoning(request: &llm::ChatRequest) -> Result<(), Failure> {
    if let Some(value) = request.temperature.filter(|value| *value != 1.0) {
        let message = format!(
            "Unsupported value: 'temperature' does not support {value} with this model. Only the default (1) value is supported."
        );
        return Err(invalid(&message, Some("temperature"), Some("unsupported_value")));
    }
    let other = |value: Option<f64>, usual: f64| value.is_some_and(|value| value != usual);
    let unsupported = [
        ("top_p", other(request.top_p, 1.0), ""),
        ("presence_penalty", other(request.presence_penalty, 0.0), ""),
        ("frequency_penalty", other(request.frequency_penalty, 0.0), ""),
        ("logprobs", request.logprobs == Some(true), ""),
        (
            "max_tokens",
            request.max_tokens.is_some(),
            " Use 'max_completion_tokens' instead.",
        ),
    ];
    for (name, is_given, advice) in unsupported {
        if is_given {
            let message =
                format!("Unsupported parameter: '{name}' is not supported with this model.{advice}");
            return Err(invalid(&message, Some(name), Some("unsupported_parameter")));
        }
    }
    Ok(())
}
