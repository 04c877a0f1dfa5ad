//! `<validate-status-code>`: statuses that an operation does not declare.
//!
//! ```xml
//! <validate-status-code unspecified-status-code-action="prevent">
//!   <status-code code="404" action="ignore" />
//! </validate-status-code>
//! ```
//! What stands inside is about undeclared codes alone (documented); a declared `default` response declares them all (inferred).

use super::validation::{ACTIONS, Act, ERRORS_VARIABLE, INTERNAL, Mistake, Mistakes, action};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, required};
use crate::template::Setting;
use crate::world::World;
use expression::Symbol;

pub(super) static SHAPE: Shape = Shape {
    name: "validate-status-code",
    attributes: &[action("unspecified-status-code-action"), ERRORS_VARIABLE],
    content: Content::Children(&[many(&STATUS_CODE)]),
};
static STATUS_CODE: Shape = Shape {
    name: "status-code",
    attributes: &[
        required("code").literal().int(),
        required("action").one_of(&ACTIONS),
    ],
    content: Content::Empty,
};

struct ValidateStatusCode {
    unspecified: Setting<Act>,
    variable: Option<Symbol>,
    named: Vec<(Setting<i64>, Setting<Act>)>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(ValidateStatusCode {
        unspecified: element.act("unspecified-status-code-action"),
        variable: element.errors_variable(),
        named: element.children("status-code", |it| (it.setting_or("code", 0), it.act("action"))),
    })
}

impl Now for ValidateStatusCode {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let Some(status) = exchange.response.as_ref().map(|it| it.status.as_u16()) else {
            return Ok(Flow::Next);
        };
        let is_declared = exchange.template.as_ref().is_some_and(|template| {
            let in_contract = template
                .contract
                .as_ref()
                .is_some_and(|it| it.response(status).is_some());
            in_contract || template.responses.iter().any(|it| it.status == status)
        });
        if is_declared {
            return Ok(Flow::Next);
        }
        let mut act = &self.unspecified;
        for (code, own) in &self.named {
            if code.get(exchange)? == i64::from(status) {
                act = own;
                break;
            }
        }
        let mut mistakes = Mistakes::default();
        mistakes.add(Mistake {
            name: status.to_string(),
            kind: "StatusCode",
            rule: "Unspecified",
            details: format!("Response status code {status} is not allowed."),
            public: INTERNAL.to_owned(),
            act: act.get(exchange)?,
        });
        mistakes.settle(exchange, self.variable)
    }
}
