//! What the `validate-*` policies share: actions, errors and what becomes of them (documented table of errors).

use super::Flow;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, optional, required};
use crate::template::{Parsed, Setting};
use expression::{Symbol, Value};
use http::StatusCode;
use serde_json::json;
use trace::Step;

/// What the caller learns of mistakes that are not the caller's (documented).
pub(super) const INTERNAL: &str =
    "The request could not be processed due to an internal error. Contact the API owner.";

/// The values of every `...-action`.
pub(super) const ACTIONS: [&str; 3] = ["ignore", "prevent", "detect"];

/// What is done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing is even looked at.
    Ignore,
    /// The message is stopped.
    Prevent,
    /// It is logged.
    Detect,
}

impl Act {
    fn name(self) -> &'static str {
        match self {
            Act::Ignore => "ignore",
            Act::Prevent => "prevent",
            Act::Detect => "detect",
        }
    }
}

impl Parsed for Act {
    const WHAT: &'static str = "`ignore`, `prevent` or `detect`";

    fn parse(text: &str) -> Option<Act> {
        let acts = [Act::Ignore, Act::Prevent, Act::Detect];
        acts.into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(text.trim()))
    }
}

/// A required `...-action` that takes an expression.
pub(super) const fn action(name: &'static str) -> Attribute {
    required(name).one_of(&ACTIONS)
}

/// An action that overrides that of the parent.
pub(super) const fn own_action(name: &'static str) -> Attribute {
    optional(name).one_of(&ACTIONS)
}

pub(super) const ERRORS_VARIABLE: Attribute = optional("errors-variable-name").literal();

/// One row of the documented table of errors.
#[derive(Debug, Clone)]
pub(super) struct Mistake {
    pub(super) name: String,
    /// `Type`, such as `RequestBody`.
    pub(super) kind: &'static str,
    /// `ValidationRule`.
    pub(super) rule: &'static str,
    pub(super) details: String,
    /// What the caller is told.
    pub(super) public: String,
    pub(super) act: Act,
}

/// The mistakes of one run of a policy.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Notes one, unless it is ignored.
    pub(super) fn add(&mut self, mistake: Mistake) {
        if mistake.act != Act::Ignore {
            self.0.push(mistake);
        }
    }

    /// Sets the variable, logs what is only detected, and stops at the first that is to be prevented. On the request's side
    /// that is a 400, on the response's a 502 (documented).
    pub(super) fn settle(self, exchange: &mut Exchange, variable: Option<Symbol>) -> Result<Flow, Fault> {
        if self.0.is_empty() {
            return Ok(Flow::Next);
        }
        if let Some(variable) = variable {
            let list: Vec<serde_json::Value> = self.0.iter().map(Mistake::json).collect();
            exchange.variables.set(variable, Value::json(&json!(list)));
        }
        for mistake in &self.0 {
            let message = exchange.masked(mistake.details.clone());
            exchange.note(Step::Message(Box::new(trace::Message {
                severity: "error".to_owned(),
                message,
                metadata: vec![
                    ("type".to_owned(), mistake.kind.to_owned()),
                    ("action".to_owned(), mistake.act.name().to_owned()),
                ],
            })));
        }
        let Some(first) = self.0.into_iter().find(|it| it.act == Act::Prevent) else {
            return Ok(Flow::Next);
        };
        let (status, reason, public) = match exchange.is_about_request() {
            true => (StatusCode::BAD_REQUEST, "Bad request", first.public),
            false => (
                StatusCode::BAD_GATEWAY,
                "Response not allowed",
                INTERNAL.to_owned(),
            ),
        };
        Err(Fault::refusal(status, reason, first.details, public))
    }
}

impl Mistake {
    fn json(&self) -> serde_json::Value {
        json!({
            "Name": self.name,
            "Type": self.kind,
            "ValidationRule": self.rule,
            "Details": self.details,
            "Action": self.act.name(),
        })
    }
}

impl Element<'_, '_, '_> {
    /// `errors-variable-name`.
    pub(super) fn errors_variable(&mut self) -> Option<Symbol> {
        let name = self.literal("errors-variable-name").filter(|it| !it.is_empty())?;
        Some(self.build.catalog.symbols().intern(&name))
    }

    /// A required action; one that is missing or wrong has been reported.
    pub(super) fn act(&mut self, name: &'static str) -> Setting<Act> {
        self.setting_or(name, Act::Ignore)
    }
}
