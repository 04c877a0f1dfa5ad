//! What is answered, and the forms of refusal.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};
use source::Finding;

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What a request comes to.
pub(crate) type Judged = Result<Answer, Problem>;

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: Value) -> Answer {
        Answer::with(StatusCode::OK, body)
    }

    /// A status with a body.
    pub(crate) fn with(status: StatusCode, body: Value) -> Answer {
        Answer {
            status,
            body: Some(body),
            headers: Vec::new(),
        }
    }

    /// A status alone.
    pub(crate) fn bare(status: StatusCode) -> Answer {
        Answer {
            status,
            body: None,
            headers: Vec::new(),
        }
    }

    /// 201 for what is new, 200 for what was there.
    pub(crate) fn put(is_new: bool, body: Value) -> Answer {
        Answer::with(
            if is_new {
                StatusCode::CREATED
            } else {
                StatusCode::OK
            },
            body,
        )
    }

    pub(crate) fn etag(self, etag: &str) -> Answer {
        self.header(ETAG, etag)
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Answer {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let body = self.body.map(|body| Bytes::from(body.to_string()));
        let is_json = body.is_some();
        let mut response = Response::new(body.unwrap_or_default());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if is_json {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/json; charset=utf-8"),
            );
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.extend(self.headers);
        response
    }
}

/// Why a request is refused: always the client's mistake.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    code: String,
    message: String,
    details: Vec<Detail>,
    challenge: Option<String>,
}

/// One of several things that are wrong.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    pub(crate) code: String,
    pub(crate) target: Option<String>,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            status,
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
            challenge: None,
        }
    }

    pub(crate) fn bad(code: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn missing(code: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, code, message)
    }

    /// A resource that is not there, in the words of Resource Manager.
    pub(crate) fn no_resource(r#type: &str, name: &str, group: &str) -> Problem {
        Problem::missing(
            "ResourceNotFound",
            format!(
                "The Resource '{type}/{name}' under resource group '{group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
            ),
        )
    }

    pub(crate) fn no_method(method: &http::Method) -> Problem {
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HttpMethodNotSupported",
            format!("The resource does not support http method '{method}'."),
        )
    }

    pub(crate) fn unknown(path: &str) -> Problem {
        Problem::missing(
            "NotSupported",
            format!(
                "The management plane here has nothing at '{path}'. `apimite support arm` lists what it serves."
            ),
        )
    }

    /// Values that are wrong, in the words of API Management.
    pub(crate) fn validation(details: Vec<Detail>) -> Problem {
        Problem {
            details,
            ..Problem::bad("ValidationError", "One or more fields contain incorrect values:")
        }
    }

    /// One value that is wrong.
    pub(crate) fn value(target: &str, message: impl Into<String>) -> Problem {
        Problem::validation(vec![Detail {
            code: "ValidationError".into(),
            target: Some(target.to_owned()),
            message: message.into(),
        }])
    }

    /// What keeps a service from being published, each with its line and column.
    pub(crate) fn findings(code: &str, message: &str, findings: &[Finding]) -> Problem {
        let errors = findings.iter().filter(|it| it.is_error());
        Problem {
            details: errors.map(Detail::of).collect(),
            ..Problem::bad(code, message)
        }
    }

    pub(crate) fn details(mut self, details: Vec<Detail>) -> Problem {
        self.details = details;
        self
    }

    pub(crate) fn challenge(mut self, challenge: String) -> Problem {
        self.challenge = Some(challenge);
        self
    }

    /// `error` of the envelope.
    pub(crate) fn error(&self) -> Value {
        let details: Vec<Value> = self.details.iter().map(Detail::json).collect();
        let details = if details.is_empty() {
            Value::Null
        } else {
            details.into()
        };
        json!({ "code": self.code, "message": self.message, "details": details })
    }

    pub(crate) fn into_answer(self) -> Answer {
        let answer = Answer::with(self.status, json!({ "error": self.error() }));
        match &self.challenge {
            Some(challenge) => answer.header(http::header::WWW_AUTHENTICATE, challenge),
            None => answer,
        }
    }
}

impl Detail {
    /// A finding, in the words in which API Management tells of policies.
    pub(crate) fn of(finding: &Finding) -> Detail {
        let diagnostic = &finding.diagnostic;
        let place = finding.source.position(diagnostic.span.start);
        let help = diagnostic
            .help
            .as_ref()
            .map(|it| format!("; {it}"))
            .unwrap_or_default();
        let place = match finding.source.text().is_empty() {
            true => String::new(),
            false => format!(", line {}, column {}", place.line, place.column),
        };
        Detail {
            code: diagnostic.code.to_owned(),
            target: Some(finding.source.name().to_owned()),
            message: format!(
                "Error in '{}'{place}: {}{help}",
                finding.source.name(),
                diagnostic.message
            ),
        }
    }

    fn json(&self) -> Value {
        json!({ "code": self.code, "target": self.target, "message": self.message })
    }
}
