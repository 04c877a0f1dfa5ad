//! `<validate-odata-request>`: options, version and size of a request to an OData API.
//!
//! ```xml
//! <validate-odata-request error-variable-name="odata" default-odata-version="4.0" min-odata-version="4.0"
//!                         max-odata-version="4.01" max-size="100000" />
//! ```
//! The reference says only that a request must conform: system query options, their numbers, versions and size are checked
//! here, and a mistake is a 400 (inferred).

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional};
use crate::template::Setting;
use crate::url;
use crate::world::World;
use expression::{Symbol, Value};
use http::StatusCode;

pub(super) static SHAPE: Shape = Shape {
    name: "validate-odata-request",
    attributes: &[
        optional("error-variable-name").literal(),
        optional("default-odata-version").or("4.0").literal(),
        optional("min-odata-version").literal(),
        optional("max-odata-version").literal(),
        optional("max-size").literal().int(),
    ],
    content: Content::Empty,
};

/// System query options of OData 4.01.
const OPTIONS: [&str; 15] = [
    "$filter",
    "$select",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "$count",
    "$search",
    "$format",
    "$apply",
    "$compute",
    "$index",
    "$levels",
    "$skiptoken",
    "$deltatoken",
];

struct ValidateOdataRequest {
    variable: Option<Symbol>,
    default: Version,
    least: Option<Version>,
    most: Option<Version>,
    max_size: Option<Setting<i64>>,
}

/// `4.0` or `4.01`.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
struct Version(f64);

impl crate::template::Parsed for Version {
    const WHAT: &'static str = "a version such as `4.0`";

    fn parse(text: &str) -> Option<Version> {
        let good = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        good.then(|| text.parse().ok()).flatten().map(Version)
    }
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    element.needs_body();
    let name = element.literal("error-variable-name").filter(|it| !it.is_empty());
    let mut version = |name| match element.setting::<Version>(name) {
        Some(Setting::Literal(version)) => Some(version),
        _ => None,
    };
    let default = version("default-odata-version").unwrap_or(Version(4.0));
    let (least, most) = (version("min-odata-version"), version("max-odata-version"));
    Action::now(ValidateOdataRequest {
        variable: name.map(|name| element.build.catalog.symbols().intern(&name)),
        default,
        least,
        most,
        max_size: element.setting("max-size"),
    })
}

impl Now for ValidateOdataRequest {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let Some(mistake) = self.mistake(exchange)? else {
            return Ok(Flow::Next);
        };
        if let Some(variable) = self.variable {
            exchange.variables.set(variable, Value::from(mistake.as_str()));
        }
        Err(Fault::refusal(
            StatusCode::BAD_REQUEST,
            "Bad request",
            mistake.clone(),
            mistake,
        ))
    }
}

impl ValidateOdataRequest {
    fn mistake(&self, exchange: &mut Exchange) -> Result<Option<String>, Fault> {
        if let Some(most) = &self.max_size {
            let (most, size) = (most.get(exchange)?, exchange.content().map_or(0, |it| it.len()));
            if i64::try_from(size).unwrap_or(i64::MAX) > most {
                return Ok(Some(format!(
                    "Request's body is {size} bytes long and it exceeds the limit of {most} bytes."
                )));
            }
        }
        if let Some(mistake) = self.version_mistake(exchange) {
            return Ok(Some(mistake));
        }
        let query = exchange.request.original_url.query.clone();
        Ok(url::pieces(&query).find_map(|(name, piece)| {
            let value = piece.split_once('=').map_or("", |(_, value)| value);
            option_mistake(&name, &url::decode(value))
        }))
    }

    fn version_mistake(&self, exchange: &Exchange) -> Option<String> {
        let header = exchange
            .request
            .headers
            .get("odata-version")
            .and_then(|it| it.to_str().ok());
        let version = match header {
            Some(text) => match <Version as crate::template::Parsed>::parse(text.trim()) {
                Some(version) => version,
                None => return Some(format!("The OData version '{text}' is not valid.")),
            },
            None => self.default.clone(),
        };
        let is_low = self.least.as_ref().is_some_and(|least| version < *least);
        let is_high = self.most.as_ref().is_some_and(|most| version > *most);
        (is_low || is_high).then(|| format!("The OData version {} is not allowed.", header.unwrap_or("4.0")))
    }
}

fn option_mistake(name: &str, value: &str) -> Option<String> {
    if !name.starts_with('$') {
        return None;
    }
    if !OPTIONS.contains(&name) {
        return Some(format!("The query option '{name}' is not supported."));
    }
    let good = match name {
        "$top" | "$skip" => value.parse::<u32>().is_ok(),
        "$count" => matches!(value, "true" | "false"),
        "$filter" | "$orderby" | "$select" | "$expand" => !value.trim().is_empty() && is_balanced(value),
        _ => true,
    };
    (!good).then(|| format!("The value '{value}' of the query option '{name}' is not valid."))
}

// Brackets and quotes must close; a doubled quote inside a text is one of its characters.
fn is_balanced(text: &str) -> bool {
    let (mut depth, mut quoted) = (0i32, false);
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => (),
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_judged() {
        for (name, value) in [
            ("$top", "5"),
            ("$count", "true"),
            ("$filter", "Name eq 'a(b'"),
            ("own", "("),
        ] {
            assert_eq!(option_mistake(name, value), None, "{name}={value}");
        }
        for (name, value) in [
            ("$top", "-1"),
            ("$tops", "1"),
            ("$filter", "contains(Name,'a'"),
            ("$select", ""),
            ("$count", "1"),
        ] {
            assert!(option_mistake(name, value).is_some(), "{name}={value}");
        }
    }
}
