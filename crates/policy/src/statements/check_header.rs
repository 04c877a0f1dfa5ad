//! `<check-header>`: refuses a request whose header is missing or has another value.
//!
//! ```xml
//! <check-header name="x-team" failed-check-httpcode="401" failed-check-error-message="who are you?" ignore-case="true">
//!   <value>red</value>
//! </check-header>
//! ```

use super::set_header::VALUE;
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, required};
use crate::template::{Setting, Template};
use crate::world::World;
use http::{HeaderName, StatusCode};

pub(super) static SHAPE: Shape = Shape {
    name: "check-header",
    attributes: &[
        required("name"),
        required("failed-check-httpcode").int(),
        required("failed-check-error-message"),
        // Required by its page, left out by one public document in eighteen.
        crate::shape::optional("ignore-case").or("false").bool(),
    ],
    content: Content::Children(&[many(&VALUE)]),
};

struct CheckHeader {
    name: Setting<HeaderName>,
    code: Setting<i64>,
    message: Template,
    ignore_case: Setting<bool>,
    values: Vec<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(CheckHeader {
        name: element
            .setting("name")
            .unwrap_or(Setting::Literal(HeaderName::from_static("x-unnamed"))),
        code: element.setting_or("failed-check-httpcode", 401),
        message: element.required("failed-check-error-message"),
        ignore_case: element.setting_or("ignore-case", false),
        values: element.children("value", |it| it.text()),
    })
}

impl Now for CheckHeader {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let name = self.name.get(exchange)?;
        let ignore_case = self.ignore_case.get(exchange)?;
        let present: Vec<String> = exchange
            .request
            .headers
            .get_all(&name)
            .iter()
            .map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
            .collect();
        if present.is_empty() {
            let message = format!("Header {name} was not found in the request. Access denied.");
            return Err(self.refusal(exchange, "HeaderNotFound", message)?);
        }
        if self.values.is_empty() {
            return Ok(Flow::Next);
        }
        let joined = present.join(",");
        for value in &self.values {
            let value = value.text(exchange)?;
            let same = |it: &String| {
                if ignore_case {
                    it.eq_ignore_ascii_case(&value)
                } else {
                    **it == *value
                }
            };
            // Any single value or the joined line may match (inferred).
            if present.iter().any(same) || same(&joined) {
                return Ok(Flow::Next);
            }
        }
        let message = format!("Header {name} value of {joined} is not allowed. Access denied.");
        Err(self.refusal(exchange, "HeaderValueNotAllowed", message)?)
    }
}

impl CheckHeader {
    fn refusal(&self, exchange: &mut Exchange, reason: &str, message: String) -> Result<Fault, Fault> {
        let code = self.code.get(exchange)?;
        let status = u16::try_from(code)
            .ok()
            .and_then(|code| StatusCode::from_u16(code).ok());
        let status =
            status.ok_or_else(|| Fault::value(format_args!("The status code {code} is out of range.")))?;
        let wire = self.message.text(exchange)?;
        Ok(Fault::refusal(status, reason, message, wire))
    }
}
