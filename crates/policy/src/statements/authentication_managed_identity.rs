//! `<authentication-managed-identity>`: a token of the service's identity for the backend.
//!
//! ```xml
//! <authentication-managed-identity resource="https://cognitiveservices.azure.com" output-token-variable-name="token" />
//! ```
//! With a variable the header is left alone.

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, optional, required};
use crate::template::{Setting, Template};
use crate::world::World;
use expression::{Symbol, Value};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "authentication-managed-identity",
    attributes: &[
        required("resource"),
        optional("client-id"),
        optional("output-token-variable-name").literal(),
        optional("ignore-error").or("false").bool(),
    ],
    content: Content::Empty,
};

pub(super) struct AuthenticationManagedIdentity {
    resource: Template,
    client_id: Option<Template>,
    variable: Option<Symbol>,
    ignore_error: Setting<bool>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(AuthenticationManagedIdentity::parse(element))
}

impl AuthenticationManagedIdentity {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> AuthenticationManagedIdentity {
        let variable = element
            .literal("output-token-variable-name")
            .filter(|it| !it.is_empty());
        AuthenticationManagedIdentity {
            resource: element.required("resource"),
            client_id: element.optional("client-id"),
            variable: variable.map(|name| element.build.catalog.symbols().intern(&name)),
            ignore_error: element.setting_or("ignore-error", false),
        }
    }

    /// Puts the token where it belongs: into the variable, or into the headers of a message that is being built.
    pub(super) fn put(
        &self,
        exchange: &mut Exchange,
        world: &dyn World,
        headers: &mut HeaderMap,
    ) -> Result<(), Fault> {
        if let Some(value) = self.authorization(exchange, world)? {
            headers.insert(AUTHORIZATION, value);
        }
        Ok(())
    }

    fn authorization(
        &self,
        exchange: &mut Exchange,
        world: &dyn World,
    ) -> Result<Option<HeaderValue>, Fault> {
        let ignore_error = self.ignore_error.get(exchange)?;
        let token = match (self.token(exchange, world)?, ignore_error) {
            (Ok(token), _) => token,
            (Err(message), true) => {
                exchange.did(|| format!("ignored: {message}"));
                if let Some(name) = self.variable {
                    exchange.variables.set(name, Value::Null);
                }
                return Ok(None);
            }
            (Err(message), false) => return Err(Fault::internal("ManagedIdentityTokenFailure", message)),
        };
        if let Some(name) = self.variable {
            exchange.variables.set(name, Value::from(&*token));
            return Ok(None);
        }
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(Fault::value)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    fn token(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Result<Arc<str>, String>, Fault> {
        let client_id = self.client_id.as_ref().map(|it| it.text(exchange)).transpose()?;
        let client_id = client_id.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let resource = self.resource.text(exchange)?;
        Ok(world.token(resource.trim(), client_id))
    }
}

impl Now for AuthenticationManagedIdentity {
    fn run(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        if let Some(value) = self.authorization(exchange, world)? {
            exchange.did(|| "Authorization set".to_owned());
            exchange.request_mut().headers.insert(AUTHORIZATION, value);
        }
        Ok(Flow::Next)
    }
}
