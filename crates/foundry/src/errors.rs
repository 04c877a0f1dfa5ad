//! Bodies of errors, as Azure words them (foundry.md 1.6, 4.1.4).

use crate::auth::Denied;
use crate::knobs::Style;
use crate::path::Surface;
use crate::quota::Limiter;
use serde_json::{Value, json};

/// An error on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) body: String,
}

/// In the gateway's envelope: a code and a message.
pub(crate) fn plain(status: u16, code: &str, message: &str) -> Failure {
    let body = json!({"error": {"code": code, "message": message}}).to_string();
    Failure {
        status,
        code: code.to_owned(),
        body,
    }
}

/// In the model's envelope, as 400.
pub(crate) fn invalid(message: &str, param: Option<&str>, code: Option<&str>) -> Failure {
    let error = json!({"message": message, "type": "invalid_request_error", "param": param, "code": code});
    let body = json!({ "error": error }).to_string();
    Failure {
        status: 400,
        code: code.unwrap_or("invalid_request_error").to_owned(),
        body,
    }
}

pub(crate) fn not_found() -> Failure {
    plain(404, "404", "Resource not found")
}

pub(crate) fn no_deployment() -> Failure {
    let message = "The API deployment for this resource does not exist. If you created the deployment within the last \
                   5 minutes, please wait a moment and try again.";
    plain(404, "DeploymentNotFound", message)
}

pub(crate) fn not_supported(operation: &str, model: &str) -> Failure {
    let message = format!(
        "The {operation} operation does not work with the specified model, {model}. Please choose different model and \
         try again. You can learn more about which models can be used with each operation here: \
         https://go.microsoft.com/fwlink/?linkid=2197993."
    );
    plain(400, "OperationNotSupported", &message)
}

pub(crate) fn version(surface: Surface) -> Failure {
    match surface {
        Surface::Classic | Surface::Inference | Surface::Safety => not_found(),
        Surface::V1 => plain(400, "BadRequest", "API version not supported"),
    }
}

/// `/openai/responses` came with a dated version of its own (obs).
pub(crate) fn responses_version(is_early: bool) -> Failure {
    let message = match is_early {
        true => "Azure OpenAI Responses API is enabled only for api-version 2025-03-01-preview and later",
        false => "API version not supported",
    };
    plain(400, "BadRequest", message)
}

/// Responses word an unknown deployment as OpenAI does (obs).
pub(crate) fn no_model(deployment: &str) -> Failure {
    let message = format!("The requested model '{deployment}' does not exist.");
    invalid(&message, Some("model"), Some("model_not_found"))
}

/// Nothing is kept of a response once it was given.
pub(crate) fn no_response(id: &str) -> Failure {
    let error = json!({
        "message": format!("Response with id '{id}' not found."),
        "type": "invalid_request_error",
        "param": Value::Null,
        "code": Value::Null,
    });
    Failure {
        status: 404,
        code: "not_found".to_owned(),
        body: json!({ "error": error }).to_string(),
    }
}

const WRONG_KEY: &str = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a \
                         valid key for an active subscription and use a correct regional API endpoint for your resource.";

// The one form without an envelope, blanks included (obs).
const UNAUTHORIZED: &str = r#"{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired." }"#;

pub(crate) fn denied(denied: Denied) -> Failure {
    match denied {
        Denied::WrongKey => plain(401, "401", WRONG_KEY),
        Denied::Unauthorized => Failure {
            status: 401,
            code: "401".into(),
            body: UNAUTHORIZED.into(),
        },
        Denied::KeysDisabled => plain(
            403,
            "AuthenticationTypeDisabled",
            "Key based authentication is disabled for this resource.",
        ),
    }
}

pub(crate) fn context_length(context: u64, tokens: u64) -> Failure {
    let message = format!(
        "This model's maximum context length is {context} tokens. However, your messages resulted in {tokens} tokens. \
         Please reduce the length of the messages."
    );
    invalid(&message, Some("messages"), Some("context_length_exceeded"))
}

/// What the text of a 429 speaks of.
#[derive(Debug, Clone)]
pub(crate) struct Refusal<'a> {
    pub(crate) operation: &'static str,
    pub(crate) limiter: Limiter,
    pub(crate) seconds: u64,
    pub(crate) surface: Surface,
    pub(crate) version: &'a str,
    pub(crate) model: &'a str,
    pub(crate) deployment: &'a str,
    pub(crate) region: &'a str,
    pub(crate) region_id: &'a str,
    /// `OpenAI S0` or `AIServices S0`.
    pub(crate) tier: &'a str,
}

pub(crate) fn refused(style: Style, refusal: &Refusal<'_>) -> Failure {
    let Refusal {
        operation,
        seconds,
        model,
        deployment,
        tier,
        ..
    } = refusal;
    let kind = if refusal.limiter == Limiter::Requests {
        "call"
    } else {
        "token"
    };
    let under = match refusal.surface {
        Surface::V1 => "under OpenAI Language Model Instance API".to_owned(),
        _ => format!("under Azure OpenAI API version {}", refusal.version),
    };
    match style {
        Style::Classic => plain(
            429,
            "429",
            &format!(
                "Requests to the {operation} Operation {under} have exceeded {kind} rate limit of your current {tier} \
                 pricing tier. Please retry after {seconds} seconds. Please go here: https://aka.ms/oai/quotaincrease if \
                 you would like to further increase the default rate limit."
            ),
        ),
        Style::Named => plain(
            429,
            "429",
            &format!(
                "Your requests to {model} for {deployment} in {} have exceeded the {kind} rate limit for your current \
                 {tier} pricing tier. This request was for {operation} {under}. Please retry after {seconds} seconds. To \
                 increase your default rate limit, visit: https://aka.ms/oai/quotaincrease.",
                refusal.region
            ),
        ),
        Style::V1 => too_many(
            &format!(
                "Your requests to {model} for {deployment} in {} have exceeded rate limit.",
                refusal.region_id
            ),
            "rate_limit_exceeded",
        ),
        Style::Bare => too_many("Too Many Requests", "too_many_requests"),
        Style::Capacity => too_many(
            "The system is currently experiencing high demand and cannot process your request. Your request exceeds the \
             maximum usage size allowed during peak load. For improved capacity reliability, consider switching to \
             Provisioned Throughput.",
            "no_capacity",
        ),
    }
}

/// A provisioned deployment does not say that it is one (inferred).
pub(crate) fn exhausted() -> Failure {
    let message = "The service is temporarily unable to process your request. Please try again later.";
    plain(429, "429", message)
}

fn too_many(message: &str, code: &str) -> Failure {
    let error = json!({"message": message, "type": "too_many_requests", "param": Value::Null, "code": code});
    Failure {
        status: 429,
        code: code.to_owned(),
        body: json!({ "error": error }).to_string(),
    }
}

/// What a scripted status says when the script has no text for it.
pub(crate) fn of_status(status: u16) -> Failure {
    let (code, message) = match status {
        400 => ("BadRequest", "The request is invalid."),
        401 => ("401", WRONG_KEY),
        403 => ("403", "Access denied due to Virtual Network/Firewall rules."),
        404 => ("404", "Resource not found"),
        408 => ("Timeout", "The operation was timeout."),
        409 => (
            "Conflict",
            "The request conflicts with the current state of the resource.",
        ),
        429 => return too_many("Too Many Requests", "too_many_requests"),
        500 => ("InternalServerError", "Internal server error"),
        503 => ("503", "Service temporarily unavailable"),
        other => {
            let reason = http::StatusCode::from_u16(other)
                .ok()
                .and_then(|it| it.canonical_reason());
            return plain(other, &other.to_string(), reason.unwrap_or("The request failed."));
        }
    };
    plain(status, code, message)
}
