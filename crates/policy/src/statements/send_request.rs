//! `<send-request>`: a call of the gateway's own, whose response a variable keeps.
//!
//! ```xml
//! <send-request mode="new" response-variable-name="quota" timeout="5" ignore-error="true">
//!   <set-url>http://quota.internal/left</set-url>
//!   <set-method>GET</set-method>
//! </send-request>
//! ```

use super::outgoing::{CHILDREN, MODE, Outgoing, TIMEOUT};
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::{Exchange, MessageBody};
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Setting, Template};
use crate::world::{Answer, Call, CallError, World};
use expression::{StoredResponse, Value};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use std::sync::Arc;
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "send-request",
    attributes: &[
        MODE,
        required("response-variable-name"),
        TIMEOUT,
        // An expression is refused (documented).
        optional("ignore-error").or("false").literal().bool(),
    ],
    content: Content::Children(&CHILDREN),
};

struct SendRequest {
    outgoing: Outgoing,
    variable: Template,
    ignore_error: Setting<bool>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let variable = element.required("response-variable-name");
    if let Some(name) = variable.known() {
        element.build.catalog.symbols().intern(name.trim());
    }
    Action::wait(SendRequest {
        outgoing: Outgoing::parse(element),
        variable,
        ignore_error: element.setting_or("ignore-error", false),
    })
}

impl Wait for SendRequest {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.send(exchange, world))
    }
}

impl SendRequest {
    async fn send(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let name = self.variable.text(exchange)?.trim().to_owned();
        let ignore_error = self.ignore_error.get(exchange)?;
        let call = self.outgoing.call(exchange, world)?;
        let value = match self.fetch(call, exchange, world).await {
            Ok(response) => Value::response(Arc::new(response)),
            Err(fault) if ignore_error => {
                exchange.did(|| format!("ignored: {}", fault.message));
                Value::Null
            }
            Err(fault) => return Err(fault),
        };
        let symbol = exchange.symbol(&name);
        exchange.variables.set(symbol, value);
        Ok(Flow::Next)
    }

    // The timeout spans the whole call, the body included (documented: whole-call wait).
    async fn fetch(
        &self,
        call: Call,
        exchange: &mut Exchange,
        world: &dyn World,
    ) -> Result<StoredResponse, Fault> {
        let timeout = call.timeout;
        let whole = async {
            match world.send(call).await {
                Ok(answer) => keep(answer, exchange).await,
                Err(CallError::Unavailable { reason, attempt, .. }) => {
                    exchange.note(Step::Attempt(Box::new(attempt)));
                    Err(Fault::internal("ServiceUnavailable", reason))
                }
                Err(CallError::Failed {
                    reason,
                    message,
                    attempt,
                    ..
                }) => {
                    exchange.note(Step::Attempt(Box::new(attempt)));
                    Err(Fault::internal(reason, message))
                }
            }
        };
        let late = || {
            Fault::internal(
                "Timeout",
                format!("The request timed out after {} seconds.", timeout.as_secs()),
            )
        };
        world
            .clock()
            .timeout(timeout, whole)
            .await
            .unwrap_or_else(|| Err(late()))
    }
}

// The whole answer, for the variable.
async fn keep(answer: Answer, exchange: &mut Exchange) -> Result<StoredResponse, Fault> {
    let Answer {
        status,
        reason,
        mut headers,
        body,
        attempt,
        ..
    } = answer;
    exchange.note(Step::Attempt(Box::new(attempt)));
    let mut body = MessageBody::from(body);
    let broken = |error: crate::BodyError| Fault::internal("BackendConnectionFailure", error.to_string());
    body.buffer(&headers, exchange.body_limit).await.map_err(broken)?;
    let bytes = body.into_plain(&mut headers);
    let reason = reason
        .or(status.canonical_reason().map(str::to_owned))
        .unwrap_or_default();
    Ok(StoredResponse {
        status: status.as_u16(),
        reason,
        headers,
        body: Mutex::new(Some(bytes)),
    })
}
