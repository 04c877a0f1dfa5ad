//! `<set-status>`: status and reason phrase of the response.
//!
//! ```xml
//! <set-status code="503" reason="Service Unavailable" />
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Setting, Template};
use crate::world::World;
use http::StatusCode;

pub(super) static SHAPE: Shape = Shape {
    name: "set-status",
    // Published policies leave `reason` out now and then: it is then the standard phrase (inferred).
    attributes: &[required("code").int(), optional("reason")],
    content: Content::Empty,
};

pub(super) struct SetStatus {
    code: Setting<i64>,
    reason: Option<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SetStatus::parse(element))
}

impl SetStatus {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> SetStatus {
        let code = element.setting_or("code", 200);
        if let Setting::Literal(code) = code
            && status(code).is_none()
        {
            element.wrong_value(
                "code",
                &code.to_string(),
                "a status from 100 to 999",
                element.name_span(),
            );
        }
        SetStatus {
            code,
            reason: element.optional("reason"),
        }
    }

    pub(super) fn evaluate(&self, exchange: &mut Exchange) -> Result<(StatusCode, Option<String>), Fault> {
        let code = self.code.get(exchange)?;
        let Some(status) = status(code) else {
            return Err(Fault::value(format_args!(
                "The status code {code} is out of range."
            )));
        };
        let reason = self
            .reason
            .as_ref()
            .map(|it| it.text(exchange).map(|text| text.trim().to_owned()))
            .transpose()?;
        Ok((status, reason.filter(|it| !it.is_empty())))
    }
}

fn status(code: i64) -> Option<StatusCode> {
    u16::try_from(code)
        .ok()
        .and_then(|code| StatusCode::from_u16(code).ok())
}

impl Now for SetStatus {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let (status, reason) = self.evaluate(exchange)?;
        exchange.did(|| status.to_string());
        // Before there is a response it has no lasting effect (inferred).
        if !exchange.is_about_request() || exchange.response.is_some() {
            let response = exchange.response_mut();
            (response.status, response.reason) = (status, reason);
        }
        Ok(Flow::Next)
    }
}
