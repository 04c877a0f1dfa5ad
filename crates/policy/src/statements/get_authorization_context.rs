//! `<get-authorization-context>`: the token of a connection to somebody else's service.
//!
//! ```xml
//! <get-authorization-context provider-id="github" authorization-id="ada" context-variable-name="github" ignore-error="false" />
//! ```
//! The connections stand in `apimite.toml`: what a user has consented to is nowhere else.

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Parsed, Setting, Template};
use crate::world::World;
use clock::Moment;
use expression::Value;
use jose::Compact;
use serde_json::Value as Json;
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "get-authorization-context",
    attributes: &[
        required("provider-id"),
        required("authorization-id"),
        required("context-variable-name"),
        optional("identity-type")
            .or("managed")
            .one_of(&["managed", "jwt"]),
        optional("identity"),
        optional("ignore-error").or("false").bool(),
    ],
    content: Content::Empty,
};

struct GetAuthorizationContext {
    provider: Template,
    authorization: Template,
    variable: Template,
    identity_type: Setting<IdentityType>,
    identity: Option<Template>,
    ignore_error: Setting<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IdentityType {
    Managed,
    Jwt,
}

impl Parsed for IdentityType {
    const WHAT: &'static str = "`managed` or `jwt`";

    fn parse(text: &str) -> Option<IdentityType> {
        match text.trim() {
            text if text.eq_ignore_ascii_case("managed") => Some(IdentityType::Managed),
            text if text.eq_ignore_ascii_case("jwt") => Some(IdentityType::Jwt),
            _ => None,
        }
    }
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let variable = element.required("context-variable-name");
    if let Some(name) = variable.known() {
        element.build.catalog.symbols().intern(name.trim());
    }
    let identity_type = element.setting_or("identity-type", IdentityType::Managed);
    let identity = element.optional("identity");
    if matches!(identity_type, Setting::Literal(IdentityType::Jwt)) && identity.is_none() {
        let message = "`identity-type=\"jwt\"` needs the attribute `identity`";
        element.report(Diagnostic::error(
            "missing-attribute",
            message,
            element.name_span(),
        ));
    }
    Action::now(GetAuthorizationContext {
        provider: element.required("provider-id"),
        authorization: element.required("authorization-id"),
        variable,
        identity_type,
        identity,
        ignore_error: element.setting_or("ignore-error", false),
    })
}

impl Now for GetAuthorizationContext {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let name = self.variable.text(exchange)?.trim().to_owned();
        let value = match (self.ask(exchange, world)?, self.ignore_error.get(exchange)?) {
            (Ok((token, claims)), _) => Value::authorization(&token, &claims),
            (Err(message), true) => {
                exchange.did(|| format!("ignored: {message}"));
                Value::Null
            }
            (Err(message), false) => return Err(Fault::internal("AuthorizationContextFailure", message)),
        };
        let symbol = exchange.symbol(&name);
        exchange.variables.set(symbol, value);
        Ok(Flow::Next)
    }
}

impl GetAuthorizationContext {
    fn ask(
        &self,
        exchange: &mut Exchange,
        world: &dyn World,
    ) -> Result<Result<(String, Json), String>, Fault> {
        if self.identity_type.get(exchange)? == IdentityType::Jwt {
            let identity = self.identity.as_ref().map(|it| it.text(exchange)).transpose()?;
            let now = exchange.time();
            if let Err(message) = check(identity.as_deref().unwrap_or_default(), now) {
                return Ok(Err(message));
            }
        }
        let provider = self.provider.text(exchange)?;
        let authorization = self.authorization.text(exchange)?;
        Ok(world.authorization(provider.trim(), authorization.trim()))
    }
}

/// Whom the token of a caller must be for (documented).
const AUDIENCE: &str = "https://azure-api.net/authorization-manager";

// The caller's token is for the connection, and says who it is. Who signed it is not asked: the local connections are no secret.
fn check(identity: &str, now: Moment) -> Result<(), String> {
    let text = identity.trim();
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("Bearer ") => text[7..].trim(),
        _ => text,
    };
    let Ok(Compact::Signed(token)) = jose::read(text) else {
        return Err("`identity` is no token".to_owned());
    };
    let is_ours = |it: &Json| it.as_str().is_some_and(|it| it.trim_end_matches('/') == AUDIENCE);
    let audience = token.claims.get("aud");
    let is_for_us = match audience {
        Some(Json::Array(all)) => all.iter().any(is_ours),
        Some(one) => is_ours(one),
        None => false,
    };
    if !is_for_us {
        return Err(format!("`identity` is not for `{AUDIENCE}`"));
    }
    for name in ["oid", "tid"] {
        if !token.claims.contains_key(name) {
            return Err(format!("`identity` has no claim `{name}`"));
        }
    }
    match token.claims.get("exp").and_then(Json::as_i64) {
        Some(seconds) if Moment::from_seconds(seconds) >= now => Ok(()),
        _ => Err("`identity` is over".to_owned()),
    }
}
