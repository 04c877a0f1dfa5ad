//! `<set-method>`: another method for the request.
//!
//! ```xml
//! <set-method>POST</set-method>
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape};
use crate::template::Setting;
use crate::world::World;
use http::Method;

pub(super) static SHAPE: Shape = Shape {
    name: "set-method",
    attributes: &[],
    content: Content::Text,
};

pub(super) struct SetMethod(pub(super) Setting<Method>);

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SetMethod::parse(element))
}

impl SetMethod {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> SetMethod {
        SetMethod(element.text_setting().unwrap_or(Setting::Literal(Method::GET)))
    }
}

impl Now for SetMethod {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let method = self.0.get(exchange)?;
        exchange.did(|| method.to_string());
        exchange.request_mut().method = method;
        Ok(Flow::Next)
    }
}
