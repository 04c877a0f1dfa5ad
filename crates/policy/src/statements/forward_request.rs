//! `<forward-request>`: sends the request to the backend in context.
//!
//! ```xml
//! <forward-request timeout="120" buffer-request-body="true" buffer-response="false" />
//! ```
//! Errors carry the answer that the gateway makes of them, so that `retry` can look at it.

use super::{Action, Flow, Statement, Wait};
use crate::Body;
use crate::coalesce::coalesce;
use crate::element::Element;
use crate::exchange::{Exchange, ResponseParts, buffer_fault};
use crate::fault::{Fault, FaultBody, default_error, json_response};
use crate::shape::{Content, Shape, optional};
use crate::template::Setting;
use crate::world::{Answer, Call, CallError, HttpVersion, World};
use expression::Message;
use futures_util::future::BoxFuture;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use source::Diagnostic;
use std::time::Duration;
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "forward-request",
    attributes: &[
        optional("timeout").or("300").int(),
        optional("timeout-ms").int(),
        optional("continue-timeout").int(),
        optional("http-version")
            .or("1")
            .literal()
            .one_of(&["1", "2or1", "2"]),
        optional("follow-redirects").or("false").bool(),
        optional("buffer-request-body").or("false").literal().bool(),
        optional("buffer-response").or("true").literal().bool(),
        optional("fail-on-error-status-code").or("false").literal().bool(),
    ],
    content: Content::Empty,
};

const BOOLS: [(&str, bool); 2] = [("true", true), ("false", false)];

struct ForwardRequest {
    timeout: Timeout,
    version: HttpVersion,
    follow_redirects: Setting<bool>,
    buffer_request_body: bool,
    buffer_response: bool,
    fail_on_error_status_code: bool,
}

enum Timeout {
    Seconds(Setting<i64>),
    Millis(Setting<i64>),
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let (seconds, millis) = (element.setting("timeout"), element.setting("timeout-ms"));
    if seconds.is_some() && millis.is_some() {
        let message = "`timeout` and `timeout-ms` exclude each other";
        element.report(Diagnostic::error(
            "exclusive-attributes",
            message,
            element.name_span(),
        ));
    }
    if element.setting::<i64>("continue-timeout").is_some() {
        let message = "`continue-timeout` has no effect: apimite does not wait for `100 Continue`";
        element.report(Diagnostic::warning("no-effect", message, element.name_span()));
    }
    let versions = [
        ("1", HttpVersion::One),
        ("2or1", HttpVersion::TwoOrOne),
        ("2", HttpVersion::Two),
    ];
    let timeout = match millis {
        Some(millis) => Timeout::Millis(millis),
        None => Timeout::Seconds(seconds.unwrap_or(Setting::Literal(300))),
    };
    Action::wait(ForwardRequest {
        timeout,
        version: element.choice("http-version", &versions).unwrap_or_default(),
        follow_redirects: element.setting_or("follow-redirects", false),
        buffer_request_body: element.choice("buffer-request-body", &BOOLS).unwrap_or(false),
        buffer_response: element.choice("buffer-response", &BOOLS).unwrap_or(true),
        fail_on_error_status_code: element
            .choice("fail-on-error-status-code", &BOOLS)
            .unwrap_or(false),
    })
}

/// The policy with its defaults, for a service without a global document.
pub(crate) fn default_forward() -> Action {
    Action::wait(ForwardRequest {
        timeout: Timeout::Seconds(Setting::Literal(300)),
        version: HttpVersion::One,
        follow_redirects: Setting::Literal(false),
        buffer_request_body: false,
        buffer_response: true,
        fail_on_error_status_code: false,
    })
}

impl Wait for ForwardRequest {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.forward(exchange, world))
    }
}

impl ForwardRequest {
    async fn forward(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let call = self.call(exchange).await?;
        // Whatever an earlier attempt brought is gone.
        exchange.set_response(None);
        match world.send(call).await {
            Ok(answer) => self.answered(exchange, answer),
            Err(CallError::Unavailable {
                status,
                reason,
                retry_after,
                attempt,
            }) => {
                exchange.note(Step::Attempt(Box::new(attempt)));
                Err(unavailable(status, reason, retry_after))
            }
            Err(CallError::Failed {
                reason,
                message,
                url,
                attempt,
            }) => {
                exchange.note(Step::Attempt(Box::new(attempt)));
                if let Some(url) = url {
                    exchange.request_mut().url = url.into();
                }
                Err(Fault::internal(reason, message))
            }
        }
    }

    async fn call(&self, exchange: &mut Exchange) -> Result<Call, Fault> {
        let timeout = match &self.timeout {
            Timeout::Seconds(setting) => Duration::from_secs(setting.get(exchange)?.try_into().unwrap_or(0)),
            Timeout::Millis(setting) => Duration::from_millis(setting.get(exchange)?.try_into().unwrap_or(0)),
        };
        let follow_redirects = self.follow_redirects.get(exchange)?;
        let limit = exchange.body_limit;
        let given_up = exchange.given_up.clone();
        let request = exchange.request_mut();
        if self.buffer_request_body {
            request
                .body
                .keep(limit)
                .await
                .map_err(|error| buffer_fault(Message::Request, &error))?;
        }
        let Some(to) = request.destination() else {
            let message = "The API has no service URL, and no policy set a backend.";
            return Err(Fault::internal("BackendConnectionFailure", message));
        };
        let Some(body) = request.body.send() else {
            let message = "The request body was sent already and has not been buffered.";
            return Err(Fault::internal("RequestBodyConsumed", message));
        };
        Ok(Call {
            to,
            method: request.method.clone(),
            path: request.path().to_owned(),
            query: request.query().to_owned(),
            headers: request.forwarded_headers(),
            body,
            certificate: request.shows.clone(),
            proxy: request.proxy.clone(),
            forwarded_for: Some(request.ip_address.clone()),
            timeout,
            version: self.version,
            follow_redirects,
            given_up,
        })
    }

    fn answered(&self, exchange: &mut Exchange, answer: Answer) -> Result<Flow, Fault> {
        exchange.note(Step::Attempt(Box::new(answer.attempt)));
        exchange.request_mut().url = answer.url.into();
        let body = match answer.body {
            Body::Stream(stream) if self.buffer_response => Body::Stream(coalesce(stream)),
            other => other,
        };
        let status = answer.status;
        exchange.set_response(Some(ResponseParts {
            status,
            reason: answer.reason,
            headers: answer.headers,
            body,
        }));
        if self.fail_on_error_status_code && status.as_u16() >= 400 {
            let message = format!("The backend answered with status {}.", status.as_u16());
            let fault = Fault::internal("BackendErrorStatusCode", message);
            return Err(fault.answered_by(status, FaultBody::InExchange));
        }
        Ok(Flow::Next)
    }
}

// An open breaker, or a pool without an open member: the 503 is visible inside `retry`, and then an error.
fn unavailable(status: StatusCode, reason: String, retry_after: u64) -> Fault {
    let text = default_error(status, status.canonical_reason().unwrap_or(&reason));
    let mut made = json_response(status, text);
    made.headers.insert(RETRY_AFTER, HeaderValue::from(retry_after));
    made.reason = Some(reason.clone());
    Fault::internal("ServiceUnavailable", reason).answered_by(status, FaultBody::Made(Box::new(made)))
}
