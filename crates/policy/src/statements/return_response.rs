//! `<return-response>`: answers at once; nothing else runs.
//!
//! ```xml
//! <return-response>
//!   <set-status code="403" reason="Forbidden" />
//!   <set-header name="Content-Type"><value>text/plain</value></set-header>
//!   <set-body>not today</set-body>
//! </return-response>
//! ```

use super::set_body::{self, SetBody};
use super::set_header::{self, SetHeader};
use super::set_status::{self, SetStatus};
use super::{Action, Flow, Now};
use crate::Body;
use crate::element::Element;
use crate::exchange::{Exchange, ResponseParts};
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, maybe, optional};
use crate::world::World;
use bytes::Bytes;
use expression::Symbol;
use http::StatusCode;
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "return-response",
    attributes: &[optional("response-variable-name").literal()],
    content: Content::Children(&[
        maybe(&set_status::SHAPE),
        many(&set_header::SHAPE),
        maybe(&set_body::SHAPE),
    ]),
};

struct ReturnResponse {
    variable: Option<(Symbol, String)>,
    status: Option<SetStatus>,
    headers: Vec<SetHeader>,
    body: Option<SetBody>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let variable = element
        .literal("response-variable-name")
        .filter(|it| !it.is_empty());
    let status = element.child("set-status", SetStatus::parse);
    if status.is_none() && element.node.elements().any(|it| it.name == "set-method") {
        let message = "a response has no method";
        element.report(Diagnostic::error("unknown-element", message, element.name_span()));
    }
    Action::now(ReturnResponse {
        variable: variable.map(|name| (element.build.catalog.symbols().intern(&name), name)),
        status,
        headers: element.children("set-header", SetHeader::parse),
        body: element.child("set-body", SetBody::parse_in_response),
    })
}

impl Now for ReturnResponse {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let mut parts = self.start(exchange)?;
        if let Some(status) = &self.status {
            (parts.status, parts.reason) = status.evaluate(exchange)?;
        }
        for header in &self.headers {
            header.evaluate(exchange)?.apply(&mut parts.headers);
        }
        if let Some(body) = &self.body {
            parts.body = Body::Full(body.evaluate(exchange)?);
        }
        exchange.did(|| parts.status.to_string());
        exchange.set_response(Some(parts));
        Ok(Flow::Return)
    }
}

impl ReturnResponse {
    // A clean response, or the one that the variable holds.
    fn start(&self, exchange: &Exchange) -> Result<ResponseParts, Fault> {
        let Some((symbol, name)) = &self.variable else {
            return Ok(ResponseParts {
                body: Body::Full(Bytes::new()),
                ..ResponseParts::default()
            });
        };
        let Some(response) = exchange
            .variables
            .get(*symbol)
            .and_then(expression::Value::as_response)
        else {
            return Err(Fault::value(format_args!("Variable '{name}' holds no response.")));
        };
        let body = response.body.lock().clone();
        Ok(ResponseParts {
            status: StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            reason: Some(response.reason.clone()).filter(|it| !it.is_empty()),
            headers: response.headers.clone(),
            body: Body::Full(body.unwrap_or_default()),
        })
    }
}
