//! `<validate-headers>`: headers of a response against what its operation declares.
//!
//! ```xml
//! <validate-headers specified-header-action="prevent" unspecified-header-action="ignore">
//!   <header name="Server" action="ignore" />
//! </validate-headers>
//! ```

use super::validate_parameters::{Words, check};
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
    name: "validate-headers",
    attributes: &[
        action("specified-header-action"),
        action("unspecified-header-action"),
        ERRORS_VARIABLE,
    ],
    content: Content::Children(&[many(&HEADER)]),
};
static HEADER: Shape = Shape {
    name: "header",
    attributes: &[required("name").literal(), required("action").one_of(&ACTIONS)],
    content: Content::Empty,
};

/// Headers that frame the message (inferred: anything else must be declared or listed).
const FRAMING: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

struct ValidateHeaders {
    specified: Setting<Act>,
    unspecified: Setting<Act>,
    variable: Option<Symbol>,
    named: Vec<(String, Setting<Act>)>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(ValidateHeaders {
        specified: element.act("specified-header-action"),
        unspecified: element.act("unspecified-header-action"),
        variable: element.errors_variable(),
        named: element.children("header", |it| {
            (it.literal("name").unwrap_or_default(), it.act("action"))
        }),
    })
}

impl Now for ValidateHeaders {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let Some(response) = &exchange.response else {
            return Ok(Flow::Next);
        };
        let status = response.status.as_u16();
        let given: Vec<(String, String)> = response
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let template = exchange.template.clone();
        let contract = template.as_ref().and_then(|it| it.contract.as_deref());
        let declared = contract
            .and_then(|it| it.response(status))
            .map_or(&[][..], |it| &it.headers);
        let mut mistakes = Mistakes::default();
        for header in declared {
            let act = self.act(exchange, &header.name, &self.specified)?;
            if act != Act::Ignore {
                let own = given
                    .iter()
                    .filter(|(name, _)| name.eq_ignore_ascii_case(&header.name));
                let values: Vec<String> = own.map(|(_, value)| value.clone()).collect();
                check(header, &values, Words::RESPONSE, act, &mut mistakes);
            }
        }
        let mut told: Vec<&str> = Vec::new();
        for (name, _) in &given {
            let is_declared = declared.iter().any(|it| it.name.eq_ignore_ascii_case(name));
            if is_declared || FRAMING.contains(&name.as_str()) || told.contains(&name.as_str()) {
                continue;
            }
            told.push(name);
            mistakes.add(Mistake {
                name: name.clone(),
                kind: "ResponseHeader",
                rule: "Unspecified",
                details: format!("Unspecified header {name} is not allowed."),
                public: INTERNAL.to_owned(),
                act: self.act(exchange, name, &self.unspecified)?,
            });
        }
        mistakes.settle(exchange, self.variable)
    }
}

impl ValidateHeaders {
    fn act(&self, exchange: &mut Exchange, name: &str, otherwise: &Setting<Act>) -> Result<Act, Fault> {
        let named = self.named.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        named.map_or(otherwise, |(_, act)| act).get(exchange)
    }
}
