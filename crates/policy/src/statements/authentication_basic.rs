//! `<authentication-basic>`: user name and password for the backend.
//!
//! ```xml
//! <authentication-basic username="ada" password="{{backend-password}}" />
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, required};
use crate::template::Template;
use crate::world::World;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

pub(super) static SHAPE: Shape = Shape {
    name: "authentication-basic",
    attributes: &[required("username"), required("password")],
    content: Content::Empty,
};

pub(super) struct AuthenticationBasic {
    username: Template,
    password: Template,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(AuthenticationBasic::parse(element))
}

impl AuthenticationBasic {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> AuthenticationBasic {
        AuthenticationBasic {
            username: element.required("username"),
            password: element.required("password"),
        }
    }

    // Of a message that is being built. The bytes are UTF-8 (inferred).
    pub(super) fn put(&self, exchange: &mut Exchange, headers: &mut HeaderMap) -> Result<(), Fault> {
        headers.insert(AUTHORIZATION, self.value(exchange)?);
        Ok(())
    }

    fn value(&self, exchange: &mut Exchange) -> Result<HeaderValue, Fault> {
        let username = self.username.text(exchange)?;
        let pair = format!("{username}:{}", self.password.text(exchange)?);
        let mut value =
            HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair))).map_err(Fault::value)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl Now for AuthenticationBasic {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let value = self.value(exchange)?;
        exchange.request_mut().headers.insert(AUTHORIZATION, value);
        Ok(Flow::Next)
    }
}
