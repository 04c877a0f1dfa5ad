//! What `validate-jwt` and `validate-azure-ad-token` have in common: where a token stands, what is asked of it, and what the
//! caller gets when it does not hold.

use super::token_checks::{Failure, Terms, audience, issuer, lifetime, opened, signature, text_of, values};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Attribute, Child, Content, Shape, many, optional, required};
use crate::template::{Parsed, Setting, Template};
use crate::url;
use expression::{Symbol, Value};
use http::header::AUTHORIZATION;
use http::{HeaderName, StatusCode};
use jose::Token;
use serde_json::{Map, Value as Json};
use source::Diagnostic;
use std::time::Duration;

pub(super) const QUERY: Attribute = optional("query-parameter-name");
pub(super) const VALUE: Attribute = optional("token-value");
pub(super) const CODE: Attribute = optional("failed-validation-httpcode").or("401").int();
pub(super) const MESSAGE: Attribute = optional("failed-validation-error-message");
pub(super) const OUTPUT: Attribute = optional("output-token-variable-name").literal();

pub(super) static AUDIENCES: Shape = Shape {
    name: "audiences",
    attributes: &[],
    content: Content::Children(&[many(&AUDIENCE)]),
};
static AUDIENCE: Shape = text("audience");
pub(super) static REQUIRED_CLAIMS: Shape = Shape {
    name: "required-claims",
    attributes: &[],
    content: Content::Children(&[many(&CLAIM)]),
};
static CLAIM: Shape = Shape {
    name: "claim",
    attributes: &[
        required("name"),
        optional("match").or("all").one_of(&["all", "any"]),
        optional("separator"),
    ],
    content: Content::Children(&CLAIM_VALUES),
};
static CLAIM_VALUES: [Child; 1] = [many(&CLAIM_VALUE)];
static CLAIM_VALUE: Shape = text("value");

pub(super) const fn text(name: &'static str) -> Shape {
    Shape {
        name,
        attributes: &[],
        content: Content::Text,
    }
}

/// Where a token stands, what it must say, and what happens then.
pub(super) struct Common {
    place: Place,
    code: Setting<i64>,
    message: Option<Template>,
    variable: Option<Symbol>,
    audiences: Vec<Template>,
    claims: Vec<Claim>,
}

enum Place {
    Header(Setting<HeaderName>),
    Query(Template),
    Value(Template),
}

struct Claim {
    name: Template,
    is_any: Setting<Match>,
    separator: Option<Template>,
    values: Vec<Template>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    All,
    Any,
}

/// A period: whole seconds, or `hh:mm:ss`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skew(pub(super) Duration);

impl Parsed for Skew {
    const WHAT: &'static str = "seconds, or a time as `hh:mm:ss`";

    fn parse(text: &str) -> Option<Skew> {
        let text = text.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Skew(Duration::from_secs(seconds)));
        }
        let (days, time) = match text.split_once('.') {
            Some((days, time)) => (days.parse::<u32>().ok()?, time),
            None => (0, text),
        };
        let parts: Vec<u32> = time
            .split(':')
            .map(|part| part.parse().ok())
            .collect::<Option<_>>()?;
        match parts[..] {
            [hours @ 0..24, minutes @ 0..60, seconds @ 0..60] => {
                let hours = u64::from(days) * 24 + u64::from(hours);
                let minutes = hours * 60 + u64::from(minutes);
                Some(Skew(Duration::from_secs(minutes * 60 + u64::from(seconds))))
            }
            _ => None,
        }
    }
}

impl Parsed for Match {
    const WHAT: &'static str = "`all` or `any`";

    fn parse(text: &str) -> Option<Match> {
        match text.trim() {
            text if text.eq_ignore_ascii_case("all") => Some(Match::All),
            text if text.eq_ignore_ascii_case("any") => Some(Match::Any),
            _ => None,
        }
    }
}

impl Common {
    /// Reads the attributes and elements that both policies have. Without any place the token stands in `usual`.
    pub(super) fn parse(element: &mut Element<'_, '_, '_>, usual: Option<HeaderName>) -> Common {
        let variable = element
            .literal("output-token-variable-name")
            .filter(|it| !it.is_empty());
        let audiences = element.child("audiences", |it| it.children("audience", |it| it.text()));
        let claims = element.child("required-claims", |it| it.children("claim", Claim::parse));
        Common {
            place: Place::parse(element, usual),
            code: status_code(element),
            message: element.optional("failed-validation-error-message"),
            variable: variable.map(|name| element.build.catalog.symbols().intern(&name)),
            audiences: audiences.unwrap_or_default(),
            claims: claims.unwrap_or_default(),
        }
    }

    /// The text of the token. `scheme` is asked for only in `Authorization` (documented).
    pub(super) fn token(
        &self,
        exchange: &mut Exchange,
        scheme: Option<&str>,
    ) -> Result<Result<String, Failure>, Fault> {
        let found = match &self.place {
            Place::Header(name) => {
                let name = name.get(exchange)?;
                let value = exchange.request.headers.get(&name);
                let value = value.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
                let scheme = scheme.filter(|_| name == AUTHORIZATION);
                value.and_then(|value| without_scheme(&value, scheme).map(str::to_owned))
            }
            Place::Query(name) => {
                let name = name.text(exchange)?;
                let query = exchange.request.query();
                let named = |(key, _): &(String, &str)| key.eq_ignore_ascii_case(name.trim());
                let piece = url::pieces(query).find(named);
                piece.map(|(_, piece)| url::decode(piece.split_once('=').map_or("", |(_, value)| value)))
            }
            Place::Value(value) => Some(value.text(exchange)?.trim().to_owned()),
        };
        Ok(found
            .filter(|token| !token.is_empty())
            .ok_or_else(Failure::absent))
    }

    /// Checks everything but the keys' origin; the token, decrypted if it was encrypted.
    pub(super) fn judge(
        &self,
        exchange: &mut Exchange,
        text: &str,
        terms: &Terms,
        audiences: &[String],
    ) -> Result<Result<Token, Failure>, Fault> {
        let now = exchange.time();
        let checked = opened(text, &terms.decryption).and_then(|token| {
            signature(&token, terms)?;
            lifetime(&token.claims, terms, now)?;
            Ok(token)
        });
        let token = match checked {
            Ok(token) => token,
            Err(failure) => return Ok(Err(failure)),
        };
        let mut accepted = audiences.to_vec();
        for audience in &self.audiences {
            accepted.push(audience.text(exchange)?.trim().to_owned());
        }
        let checked = audience(&token.claims, &accepted).and_then(|()| issuer(&token.claims, &terms.issuers));
        if let Err(failure) = checked {
            return Ok(Err(failure));
        }
        Ok(self.claims(exchange, &token.claims)?.map(|()| token))
    }

    fn claims(
        &self,
        exchange: &mut Exchange,
        claims: &Map<String, Json>,
    ) -> Result<Result<(), Failure>, Fault> {
        let mut missing = Vec::new();
        for claim in &self.claims {
            let name = claim.name.text(exchange)?;
            if !claims.contains_key(name.trim()) {
                missing.push(name.trim().to_owned());
            }
        }
        if !missing.is_empty() {
            return Ok(Err(Failure::missing_claims(&missing)));
        }
        for claim in &self.claims {
            if let Err(failure) = claim.check(exchange, claims)? {
                return Ok(Err(failure));
            }
        }
        Ok(Ok(()))
    }

    /// The token holds: keeps it for later policies.
    pub(super) fn succeed(&self, exchange: &mut Exchange, token: &Token) {
        exchange.did(|| format!("a token of `{}` holds", text_of(&token.claims, "iss")));
        if let Some(name) = self.variable {
            exchange.variables.set(name, Value::jwt(&token.text));
        }
    }

    /// The token does not hold.
    pub(super) fn fail(&self, exchange: &mut Exchange, failure: Failure) -> Fault {
        match self.refusal(exchange, failure) {
            Ok(fault) | Err(fault) => fault,
        }
    }

    fn refusal(&self, exchange: &mut Exchange, failure: Failure) -> Result<Fault, Fault> {
        let Failure { reason, message } = failure;
        exchange.did(|| format!("JWT Validation Failed: {message}"));
        let code = self.code.get(exchange)?;
        let status = u16::try_from(code)
            .ok()
            .and_then(|it| StatusCode::from_u16(it).ok());
        let status =
            status.ok_or_else(|| Fault::value(format_args!("The status code {code} is out of range.")))?;
        let wire = match &self.message {
            Some(own) => own.text(exchange)?.into_owned(),
            None => message.clone(),
        };
        Ok(Fault::refusal(status, reason, message, wire))
    }
}

fn status_code(element: &mut Element<'_, '_, '_>) -> Setting<i64> {
    let code = element.setting_or("failed-validation-httpcode", 401);
    if let Setting::Literal(number) = code
        && !(100..=999).contains(&number)
        && let Some(template) = element.optional("failed-validation-httpcode")
    {
        let text = number.to_string();
        element.wrong_value(
            "failed-validation-httpcode",
            &text,
            "an HTTP status",
            template.span,
        );
    }
    code
}

impl Place {
    fn parse(element: &mut Element<'_, '_, '_>, usual: Option<HeaderName>) -> Place {
        const PLACES: [&str; 3] = ["header-name", "query-parameter-name", "token-value"];
        let written = |name: &&&str| element.node.attributes.iter().any(|it| it.name == ***name);
        let given = PLACES.iter().filter(written).count();
        if given > 1 || (given == 0 && usual.is_none()) {
            let (code, message) = match given {
                0 => ("missing-attribute", "says nowhere where the token is"),
                _ => ("exclusive-attributes", "says more than once where the token is"),
            };
            let message = format!("`{}` {message}", element.shape.name);
            let diagnostic = Diagnostic::error(code, message, element.name_span());
            element.report(diagnostic.help("one of `header-name`, `query-parameter-name` and `token-value`"));
        }
        if let Some(value) = element.optional("token-value") {
            return Place::Value(value);
        }
        if let Some(name) = element.optional("query-parameter-name") {
            return Place::Query(name);
        }
        let header = element.setting("header-name");
        Place::Header(header.unwrap_or(Setting::Literal(usual.unwrap_or(AUTHORIZATION))))
    }
}

impl Claim {
    fn parse(element: &mut Element<'_, '_, '_>) -> Claim {
        Claim {
            name: element.required("name"),
            is_any: element.setting_or("match", Match::All),
            separator: element.optional("separator"),
            values: element.children("value", |it| it.text()),
        }
    }

    // Without values it is enough that the claim is there.
    fn check(
        &self,
        exchange: &mut Exchange,
        claims: &Map<String, Json>,
    ) -> Result<Result<(), Failure>, Fault> {
        let name = self.name.text(exchange)?;
        let separator = self.separator.as_ref().map(|it| it.text(exchange)).transpose()?;
        let separator = separator.as_deref().filter(|it| !it.is_empty());
        let found = values(claims.get(name.trim()).unwrap_or(&Json::Null), separator);
        let is_any = self.is_any.get(exchange)? == Match::Any;
        let mut hits = 0;
        for value in &self.values {
            let value = value.text(exchange)?;
            hits += usize::from(found.iter().any(|it| **it == *value));
        }
        let holds = match (is_any, self.values.len()) {
            (_, 0) => true,
            (true, _) => hits > 0,
            (false, all) => hits == all,
        };
        Ok(if holds {
            Ok(())
        } else {
            Err(Failure::wrong_claim(name.trim(), &found.join(",")))
        })
    }
}

// A header's value without its scheme. A scheme that is asked for must be there; otherwise `Bearer` is cut off if it is.
fn without_scheme<'a>(value: &'a str, scheme: Option<&str>) -> Option<&'a str> {
    let value = value.trim();
    let after = |scheme: &str| {
        let (word, rest) = value.split_once(' ')?;
        word.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    };
    match scheme {
        Some(scheme) => after(scheme),
        None => Some(after("Bearer").unwrap_or(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skew_is_seconds_or_a_time() {
        let seconds = |text: &str| Skew::parse(text).map(|it| it.0.as_secs());
        assert_eq!(seconds(" 300 "), Some(300));
        assert_eq!(seconds("00:05:00"), Some(300));
        assert_eq!(seconds("1.01:00:01"), Some(90_001));
        for bad in ["", "-1", "5:00", "00:60:00", "25:00:00", "x"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_scheme_that_is_asked_for_must_be_there() {
        assert_eq!(without_scheme("bearer  a.b.c ", Some("Bearer")), Some("a.b.c"));
        assert_eq!(without_scheme("a.b.c", Some("Bearer")), None);
        assert_eq!(without_scheme("Bearer a.b.c", None), Some("a.b.c"));
        assert_eq!(without_scheme("a.b.c", None), Some("a.b.c"));
        assert_eq!(without_scheme("JWT a.b.c", Some("jwt")), Some("a.b.c"));
    }
}
