//! `<set-variable>`: a value that later policies of the request see in `context.Variables`.
//!
//! ```xml
//! <set-variable name="tier" value="@(context.Request.Headers.GetValueOrDefault("x-tier", "basic"))" />
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, required};
use crate::template::Template;
use crate::world::World;
use expression::{Symbol, Value};

pub(super) static SHAPE: Shape = Shape {
    name: "set-variable",
    attributes: &[required("name").literal(), required("value")],
    content: Content::Empty,
};

struct SetVariable {
    name: Symbol,
    shown: String,
    value: Written,
}

enum Written {
    // A literal is always a string (documented): made once.
    Literal(Value),
    Computed(Template),
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let name = element.literal("name").unwrap_or_default();
    let template = element.required("value");
    let value = match template.known() {
        Some(text) => Written::Literal(Value::from(text)),
        None => Written::Computed(template),
    };
    Action::now(SetVariable {
        name: element.build.catalog.symbols().intern(&name),
        shown: name,
        value,
    })
}

impl Now for SetVariable {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let value = match &self.value {
            Written::Literal(value) => value.clone(),
            Written::Computed(template) => template.value(exchange)?,
        };
        exchange.did(|| format!("{} = {}", self.shown, value.to_text()));
        exchange.variables.set(self.name, value);
        Ok(Flow::Next)
    }
}
