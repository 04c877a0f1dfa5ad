//! `<validate-parameters>`: path, query and headers of a request against what its operation declares.
//!
//! ```xml
//! <validate-parameters specified-parameter-action="prevent" unspecified-parameter-action="ignore">
//!   <headers specified-parameter-action="detect">
//!     <parameter name="Authorization" action="ignore" />
//!   </headers>
//! </validate-parameters>
//! ```

use super::validation::{ACTIONS, Act, ERRORS_VARIABLE, INTERNAL, Mistake, Mistakes, action, own_action};
use super::{Action, Flow, Now};
use crate::contract::{Declared, ParameterPlace, Variant};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, maybe, required};
use crate::template::Setting;
use crate::url;
use crate::world::World;
use expression::Symbol;
use serde_json::Value;

pub(super) static SHAPE: Shape = Shape {
    name: "validate-parameters",
    attributes: &[
        action("specified-parameter-action"),
        action("unspecified-parameter-action"),
        ERRORS_VARIABLE,
    ],
    content: Content::Children(&[maybe(&HEADERS), maybe(&QUERY), maybe(&PATH)]),
};
static HEADERS: Shape = Shape {
    name: "headers",
    attributes: &[
        own_action("specified-parameter-action"),
        own_action("unspecified-parameter-action"),
    ],
    content: Content::Children(&[many(&PARAMETER)]),
};
static QUERY: Shape = Shape {
    name: "query",
    attributes: &[
        own_action("specified-parameter-action"),
        own_action("unspecified-parameter-action"),
    ],
    content: Content::Children(&[many(&PARAMETER)]),
};
static PATH: Shape = Shape {
    name: "path",
    attributes: &[own_action("specified-parameter-action")],
    content: Content::Children(&[many(&PARAMETER)]),
};
static PARAMETER: Shape = Shape {
    name: "parameter",
    attributes: &[required("name").literal(), required("action").one_of(&ACTIONS)],
    content: Content::Empty,
};

/// Headers that belong to the connection or to the gateway itself (inferred: anything else must be listed).
const OWN_HEADERS: [&str; 6] = [
    "connection",
    "keep-alive",
    "te",
    "transfer-encoding",
    "upgrade",
    "ocp-apim-subscription-key",
];

struct ValidateParameters {
    specified: Setting<Act>,
    unspecified: Setting<Act>,
    variable: Option<Symbol>,
    headers: Option<Group>,
    query: Option<Group>,
    path: Option<Group>,
}

struct Group {
    specified: Option<Setting<Act>>,
    unspecified: Option<Setting<Act>>,
    named: Vec<(String, Setting<Act>)>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(ValidateParameters {
        specified: element.act("specified-parameter-action"),
        unspecified: element.act("unspecified-parameter-action"),
        variable: element.errors_variable(),
        headers: element.child("headers", |it| group(it, true)),
        query: element.child("query", |it| group(it, true)),
        path: element.child("path", |it| group(it, false)),
    })
}

fn group(element: &mut Element<'_, '_, '_>, has_unspecified: bool) -> Group {
    Group {
        specified: element.setting("specified-parameter-action"),
        unspecified: match has_unspecified {
            true => element.setting("unspecified-parameter-action"),
            false => None,
        },
        named: element.children("parameter", |it| {
            (it.literal("name").unwrap_or_default(), it.act("action"))
        }),
    }
}

impl Now for ValidateParameters {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let template = exchange.template.clone();
        let contract = template.as_ref().and_then(|it| it.contract.as_deref());
        let declared = contract.map_or(&[][..], |it| &it.parameters);
        let mut mistakes = Mistakes::default();
        for place in [
            ParameterPlace::Path,
            ParameterPlace::Query,
            ParameterPlace::Header,
        ] {
            let given = given(exchange, place);
            for parameter in declared.iter().filter(|it| it.place == place) {
                let act = self.act(exchange, place, &parameter.name, true)?;
                if act != Act::Ignore {
                    check(
                        parameter,
                        &values(&given, &parameter.name, place),
                        Words::REQUEST,
                        act,
                        &mut mistakes,
                    );
                }
            }
            self.unspecified(exchange, place, declared, &given, &mut mistakes)?;
        }
        mistakes.settle(exchange, self.variable)
    }
}

impl ValidateParameters {
    fn unspecified(
        &self,
        exchange: &mut Exchange,
        place: ParameterPlace,
        declared: &[Declared],
        given: &[(String, String)],
        mistakes: &mut Mistakes,
    ) -> Result<(), Fault> {
        if place == ParameterPlace::Path {
            return Ok(());
        }
        let mut told: Vec<&str> = Vec::new();
        for (name, _) in given {
            let is_declared = declared
                .iter()
                .any(|it| it.place == place && same(&it.name, name, place));
            let is_own = place == ParameterPlace::Header && OWN_HEADERS.contains(&name.as_str());
            if is_declared || is_own || told.contains(&name.as_str()) {
                continue;
            }
            told.push(name);
            let details = format!("Unspecified {} {name} is not allowed.", word(place));
            mistakes.add(Mistake {
                name: name.clone(),
                kind: kind(place),
                rule: "Unspecified",
                public: details.clone(),
                details,
                act: self.act(exchange, place, name, false)?,
            });
        }
        Ok(())
    }

    // The parameter's own action goes before that of its group, and that before the policy's (documented).
    fn act(
        &self,
        exchange: &mut Exchange,
        place: ParameterPlace,
        name: &str,
        is_specified: bool,
    ) -> Result<Act, Fault> {
        let group = match place {
            ParameterPlace::Header => &self.headers,
            ParameterPlace::Query => &self.query,
            ParameterPlace::Path => &self.path,
        };
        let named = group.as_ref().and_then(|group| {
            group
                .named
                .iter()
                .find(|(it, _)| same(it, name, place))
                .map(|(_, act)| act)
        });
        let of_group = group.as_ref().and_then(|group| match is_specified {
            true => group.specified.as_ref(),
            false => group.unspecified.as_ref(),
        });
        let own = match is_specified {
            true => &self.specified,
            false => &self.unspecified,
        };
        named.or(of_group).unwrap_or(own).get(exchange)
    }
}

// Names and values of a place, decoded.
fn given(exchange: &Exchange, place: ParameterPlace) -> Vec<(String, String)> {
    let request = &exchange.request;
    match place {
        ParameterPlace::Path => request
            .matched
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        ParameterPlace::Query => url::pieces(&request.original_url.query)
            .map(|(name, piece)| {
                let value = piece.split_once('=').map_or("", |(_, value)| value);
                (name, url::decode(value))
            })
            .collect(),
        ParameterPlace::Header => request
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect(),
    }
}

fn values(given: &[(String, String)], name: &str, place: ParameterPlace) -> Vec<String> {
    let own = given.iter().filter(|(it, _)| same(it, name, place));
    own.map(|(_, value)| value.clone()).collect()
}

// Headers are named in any case; the rest as they are written (inferred).
fn same(a: &str, b: &str, place: ParameterPlace) -> bool {
    match place {
        ParameterPlace::Header => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

fn word(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "path parameter",
        ParameterPlace::Query => "query parameter",
        ParameterPlace::Header => "header",
    }
}

fn kind(place: ParameterPlace) -> &'static str {
    match place {
        ParameterPlace::Path => "PathParameter",
        ParameterPlace::Query => "QueryParameter",
        ParameterPlace::Header => "RequestHeader",
    }
}

/// How messages speak of the side.
#[derive(Clone, Copy)]
pub(super) struct Words {
    message: &'static str,
    // Absent: the place's own.
    kind: Option<&'static str>,
}

impl Words {
    pub(super) const REQUEST: Words = Words {
        message: "Request",
        kind: None,
    };
    pub(super) const RESPONSE: Words = Words {
        message: "Response",
        kind: Some("ResponseHeader"),
    };
}

/// Checks the values of one declared parameter or header.
pub(super) fn check(
    parameter: &Declared,
    values: &[String],
    words: Words,
    act: Act,
    mistakes: &mut Mistakes,
) {
    let (name, place) = (&parameter.name, word(parameter.place));
    let mut add = |rule: &'static str, details: String, public: String| {
        mistakes.add(Mistake {
            name: name.clone(),
            kind: words.kind.unwrap_or(kind(parameter.place)),
            rule,
            details,
            public,
            act,
        });
    };
    let value = match values {
        [] if parameter.required => {
            let error = format!("The {place} is required and is missing.");
            let details =
                format!("Value of the {place} {name} does not conform to the definition.\r\n\r\n{error}");
            let public =
                format!("The value of the {place} {name} does not conform to the definition.\r\n\r\n{error}");
            return add("IncorrectMessage", details, public);
        }
        [] => return,
        [one] => one,
        [_, ..] if parameter.schema.types().iter().any(|it| it == "array") => {
            return check(parameter, &[values.join(",")], words, act, mistakes);
        }
        [_, ..] => {
            let details = format!(
                "{} cannot contain multiple values for the {place} {name}.",
                words.message
            );
            return add("IncorrectMessage", details.clone(), details);
        }
    };
    let typed = match typed(value, &parameter.schema.types()) {
        Ok(typed) => typed,
        Err(error) => {
            let details = format!(
                "Value of the {place} {name} cannot be parsed according to the definition.\r\n\r\n{error}"
            );
            let public = format!(
                "The value of the {place} {name} couldn't be parsed according to the definition.\r\n\r\n{error}"
            );
            return add("IncorrectMessage", details, public);
        }
    };
    match parameter.schema.check(&typed, Variant::default()) {
        Ok(found) => {
            for violation in found {
                let error = format!(
                    "{} Line: 1, Position: {}",
                    violation.message,
                    value.chars().count()
                );
                let details =
                    format!("Value of the {place} {name} does not conform to the definition.\r\n\r\n{error}");
                let public = format!(
                    "The value of the {place} {name} does not conform to the definition.\r\n\r\n{error}"
                );
                add("IncorrectMessage", details, public);
            }
        }
        Err(error) => {
            let mut title = place.to_owned();
            title.replace_range(..1, &place[..1].to_ascii_uppercase());
            let details = format!("{title} {name} cannot be validated.\r\n\r\n{error}");
            add("ValidationError", details, INTERNAL.to_owned());
        }
    }
}

// A text as the value that a schema of these types speaks of.
fn typed(text: &str, types: &[String]) -> Result<Value, String> {
    let has = |name: &str| types.iter().any(|it| it == name);
    let number = || serde_json::from_str::<Value>(text).ok().filter(Value::is_number);
    if types.is_empty() || has("string") {
        return Ok(text.into());
    }
    if has("integer") || has("number") {
        return number().ok_or_else(|| format!("Input string '{text}' is not a valid number."));
    }
    if has("boolean") {
        return match text.to_ascii_lowercase().as_str() {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(format!("Input string '{text}' is not a valid boolean.")),
        };
    }
    if has("array") {
        let item = |part: &str| {
            let part = part.trim();
            serde_json::from_str::<Value>(part)
                .ok()
                .filter(|it| it.is_number() || it.is_boolean())
                .unwrap_or_else(|| part.into())
        };
        return Ok(Value::Array(text.split(',').map(item).collect()));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_their_types_ask() {
        let types = |name: &str| vec![name.to_owned()];
        assert_eq!(typed("7", &types("integer")), Ok(7.into()));
        assert_eq!(typed("7", &types("string")), Ok("7".into()));
        assert_eq!(typed("True", &types("boolean")), Ok(true.into()));
        assert_eq!(typed("1,b", &types("array")), Ok(serde_json::json!([1, "b"])));
        assert!(typed("x", &types("number")).is_err());
        assert!(typed("maybe", &types("boolean")).is_err());
    }
}
