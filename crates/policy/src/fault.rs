use crate::exchange::ResponseParts;
use crate::{Body, Scope};
use expression::{Exception, LastError};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::ops::{Deref, DerefMut};
use trace::Section;
use uuid::Uuid;

pub(crate) const REQUEST_BODY_TOO_LARGE: &str = "RequestBodyTooLarge";
pub(crate) const CLIENT_CONNECTION_FAILURE: &str = "ClientConnectionFailure";

/// Why the walk of one request left its section for `on-error`. One pointer, so that results stay small.
#[derive(Debug)]
pub struct Fault(Box<FaultParts>);

/// What a [`Fault`] says.
#[derive(Debug)]
pub struct FaultParts {
    /// `LastError.Source`: policy or built-in step. A policy may leave it empty: the walk knows its name.
    pub source: String,
    /// `LastError.Reason`.
    pub reason: String,
    /// `LastError.Message`.
    pub message: String,
    /// `context.Response.StatusCode` in `on-error`.
    pub status: StatusCode,
    /// What the caller gets unless `on-error` says otherwise.
    pub body: FaultBody,
    /// Headers of that answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// `LastError.Section`.
    pub section: Option<Section>,
    /// `LastError.Scope`.
    pub scope: Option<Scope>,
    /// `LastError.Path`.
    pub path: Option<String>,
    /// `LastError.PolicyId`.
    pub policy_id: Option<String>,
}

/// The default answer to a [`Fault`].
#[derive(Debug)]
pub enum FaultBody {
    /// `{ "statusCode": N, "message": "..." }` with this message.
    Default(String),
    /// The same with `Internal server error` and the request's id: details are never disclosed.
    InternalServerError,
    /// A whole response that comes with the error, such as the 503 of an exhausted pool.
    Made(Box<ResponseParts>),
    /// The response of the exchange is the one that comes with the error: a `retry` has looked at it.
    InExchange,
}

impl Fault {
    /// A fault whose details the caller does not learn: 500.
    pub fn internal(reason: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault(Box::new(FaultParts {
            source: String::new(),
            reason: reason.into(),
            message: message.into(),
            status: StatusCode::INTERNAL_SERVER_ERROR,
            body: FaultBody::InternalServerError,
            headers: Vec::new(),
            section: None,
            scope: None,
            path: None,
            policy_id: None,
        }))
    }

    /// A fault that the caller is told about: `wire` stands in the body, `message` in `LastError`.
    pub fn refusal(
        status: StatusCode,
        reason: impl Into<String>,
        message: impl Into<String>,
        wire: impl Into<String>,
    ) -> Fault {
        Fault::internal(reason, message).answered_by(status, FaultBody::Default(wire.into()))
    }

    /// An exception that left an expression.
    pub(crate) fn expression(exception: &Exception) -> Fault {
        let message = format!("Expression evaluation failed. {}", exception.message);
        Fault::internal("ExpressionValueEvaluationFailure", message)
    }

    /// An expression gave something that its place cannot use.
    pub(crate) fn value(message: impl std::fmt::Display) -> Fault {
        let message = format!("Expression evaluation failed. {message}");
        Fault::internal("ExpressionValueEvaluationFailure", message)
    }

    /// The same with another default answer.
    pub(crate) fn answered_by(mut self, status: StatusCode, body: FaultBody) -> Fault {
        (self.status, self.body) = (status, body);
        self
    }

    /// The same from the built-in step or policy `source`.
    pub fn from_source(mut self, source: impl Into<String>) -> Fault {
        self.source = source.into();
        self
    }

    /// The same in `section`.
    pub fn in_section(mut self, section: Section) -> Fault {
        self.section = Some(section);
        self
    }

    /// The same with a header on the default answer.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Fault {
        self.headers.push((name, value));
        self
    }

    /// The same with `Retry-After` in seconds.
    pub fn retry_after(self, seconds: u64) -> Fault {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Whether the caller's body is to blame: too large, or broken off.
    pub(crate) fn is_the_callers(&self) -> bool {
        matches!(
            self.reason.as_str(),
            REQUEST_BODY_TOO_LARGE | CLIENT_CONNECTION_FAILURE
        )
    }

    /// What `context.LastError` shows.
    pub(crate) fn last_error(&self) -> LastError {
        LastError {
            source: self.source.clone(),
            reason: self.reason.clone(),
            message: self.message.clone(),
            scope: self.scope.map(|it| it.name().to_owned()),
            section: self.section.map(|it| it.name().to_owned()),
            path: self.path.clone(),
            policy_id: self.policy_id.clone(),
        }
    }

    /// The response of a `Made` fault, once.
    pub(crate) fn take_made(&mut self) -> Option<ResponseParts> {
        match std::mem::replace(&mut self.body, FaultBody::InExchange) {
            FaultBody::Made(response) => Some(*response),
            other => {
                self.body = other;
                None
            }
        }
    }

    /// The default answer, without the headers.
    pub(crate) fn default_body(&self, request_id: Uuid) -> String {
        match &self.body {
            FaultBody::Default(message) => default_error(self.status, message),
            _ => internal_error(self.status, request_id),
        }
    }
}

impl Deref for Fault {
    type Target = FaultParts;

    fn deref(&self) -> &FaultParts {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut FaultParts {
        &mut self.0
    }
}

/// The gateway's default error body, with its exact spaces (observed).
pub fn default_error(status: StatusCode, message: &str) -> String {
    format!(
        r#"{{ "statusCode": {}, "message": {} }}"#,
        status.as_u16(),
        json_string(message)
    )
}

fn internal_error(status: StatusCode, request_id: Uuid) -> String {
    let status = status.as_u16();
    format!(
        r#"{{ "statusCode": {status}, "message": "Internal server error", "activityId": "{request_id}" }}"#
    )
}

/// A JSON response with the given text.
pub(crate) fn json_response(status: StatusCode, text: String) -> ResponseParts {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ResponseParts {
        status,
        reason: None,
        headers,
        body: Body::Full(text.into()),
    }
}

fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_bodies_have_the_lengths_seen_on_the_wire() {
        let missing = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.";
        assert_eq!(default_error(StatusCode::UNAUTHORIZED, missing).len(), 152);
        assert_eq!(
            default_error(StatusCode::NOT_FOUND, "Resource not found").len(),
            54
        );
        assert_eq!(
            default_error(StatusCode::NOT_FOUND, "a\"\n\u{1}"),
            r#"{ "statusCode": 404, "message": "a\"\n\u0001" }"#
        );
    }
}
