//! What limits and quotas have in common: numbers in their bounds, and what they tell the caller and later policies.

use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, optional};
use crate::template::{Setting, Template};
use crate::world::{Windows, World};
use expression::{Symbol, Value};
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue};
use source::Diagnostic;
use state::Rule;
use std::ops::RangeInclusive;
use std::time::Duration;

pub(super) const RETRY_AFTER_HEADER: Attribute =
    optional("retry-after-header-name").or("Retry-After").literal();
pub(super) const RETRY_AFTER_VARIABLE: Attribute = optional("retry-after-variable-name").literal();

/// Seconds of a rate limit's window.
pub(super) const WINDOW: RangeInclusive<i64> = 1..=300;
/// Anything that can be counted.
pub(super) const COUNT: RangeInclusive<i64> = 0..=i64::MAX;

/// A whole number; a literal outside of `range` is reported at its place.
pub(super) fn whole(
    element: &mut Element<'_, '_, '_>,
    name: &'static str,
    range: RangeInclusive<i64>,
) -> Option<Setting<i64>> {
    let template = element.optional(name)?;
    let (span, known) = (template.span, template.known().map(str::to_owned));
    let setting = template.setting::<i64>();
    let fits = match &setting {
        Some(Setting::Literal(number)) => range.contains(number),
        Some(Setting::Expression(_)) => true,
        None => false,
    };
    if let (false, Some(text)) = (fits, known) {
        let wanted = match (*range.start(), *range.end()) {
            (start, i64::MAX) => format!("a whole number from {start}"),
            (start, end) => format!("a whole number from {start} to {end}"),
        };
        element.wrong_value(name, &text, &wanted, span);
        return None;
    }
    setting
}

/// A whole number that is no expression.
pub(super) fn whole_literal(
    element: &mut Element<'_, '_, '_>,
    name: &'static str,
    range: RangeInclusive<i64>,
) -> Option<u64> {
    match whole(element, name, range) {
        Some(Setting::Literal(number)) => u64::try_from(number).ok(),
        _ => None,
    }
}

/// What an expression gave for `name`, if it lies in `range`.
pub(super) fn within(name: &str, number: i64, range: &RangeInclusive<i64>) -> Result<u64, Fault> {
    let wrong = || Fault::value(format_args!("The value '{number}' is not valid for '{name}'."));
    match range.contains(&number) {
        true => u64::try_from(number).map_err(|_| wrong()),
        false => Err(wrong()),
    }
}

/// A header's name, literal.
pub(super) fn header(element: &mut Element<'_, '_, '_>, name: &'static str) -> Option<HeaderName> {
    match element.setting::<HeaderName>(name) {
        Some(Setting::Literal(header)) => Some(header),
        _ => None,
    }
}

/// A variable's name, literal.
pub(super) fn variable(element: &mut Element<'_, '_, '_>, name: &'static str) -> Option<Symbol> {
    let text = element.literal(name).filter(|it| !it.is_empty())?;
    Some(element.build.catalog.symbols().intern(&text))
}

/// A key, which should tell callers apart.
pub(super) fn counter_key(element: &mut Element<'_, '_, '_>) -> Template {
    let key = element.required("counter-key");
    if key.known().is_some_and(|it| it.trim().is_empty()) {
        let message = format!("`counter-key` of `{}` is empty", element.shape.name);
        element.report(Diagnostic::error("wrong-value", message, key.span));
    }
    key
}

/// Where a limit writes a number: a header of the response, a variable.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) header: Option<HeaderName>,
    pub(super) variable: Option<Symbol>,
}

impl Report {
    pub(super) fn parse(
        element: &mut Element<'_, '_, '_>,
        header_name: &'static str,
        variable_name: &'static str,
    ) -> Report {
        Report {
            header: header(element, header_name),
            variable: variable(element, variable_name),
        }
    }

    /// Writes what is left, never below 0.
    pub(super) fn write(&self, exchange: &mut Exchange, left: i64) {
        let left = left.max(0);
        self.set(exchange, left);
        self.put(exchange, left);
    }

    /// Writes the variable alone.
    pub(super) fn set(&self, exchange: &mut Exchange, number: i64) {
        if let Some(variable) = self.variable {
            exchange.variables.set(variable, int(number));
        }
    }

    /// Writes the header of the final response alone; a later number replaces an earlier one.
    pub(super) fn put(&self, exchange: &mut Exchange, number: i64) {
        if let Some(name) = &self.header {
            exchange
                .late_headers
                .push((name.clone(), HeaderValue::from(number)));
        }
    }
}

/// Where a refusal says when to come back.
#[derive(Debug)]
pub(super) struct ComeBack {
    header: HeaderName,
    variable: Option<Symbol>,
}

impl ComeBack {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> ComeBack {
        ComeBack {
            header: header(element, "retry-after-header-name").unwrap_or(RETRY_AFTER),
            variable: variable(element, "retry-after-variable-name"),
        }
    }

    /// The fault with its header, and the variable set; neither when waiting does not help.
    pub(super) fn write(&self, exchange: &mut Exchange, fault: Fault, seconds: Option<u64>) -> Fault {
        let Some(seconds) = seconds else { return fault };
        if let Some(variable) = self.variable {
            exchange
                .variables
                .set(variable, int(i64::try_from(seconds).unwrap_or(i64::MAX)));
        }
        fault.with_header(self.header.clone(), HeaderValue::from(seconds))
    }
}

/// Whole seconds of a wait: rounded up, at least 1.
pub(super) fn seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// How a rate limit of the service forgets, and a letter for its keys.
pub(super) fn rate(world: &dyn World, period: Duration) -> (Rule, char) {
    match world.windows() {
        Windows::Sliding => (Rule::Sliding { period }, 's'),
        Windows::Bucket => (Rule::Bucket { period }, 'b'),
    }
}

// What policies count fits into 32 bits, as .NET has it, or else becomes a `long`.
fn int(number: i64) -> Value {
    i32::try_from(number).map_or(Value::from(number), Value::from)
}
