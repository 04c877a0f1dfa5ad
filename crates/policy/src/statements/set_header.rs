//! `<set-header>`: set, append to, keep or delete one header.
//!
//! ```xml
//! <set-header name="x-region" exists-action="override">
//!   <value>@(context.Deployment.Region)</value>
//! </set-header>
//! ```

use super::headers::{EXISTS, Exists, fold, is_free};
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, optional, required};
use crate::template::Setting;
use crate::world::World;
use http::header::{AUTHORIZATION, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};
use smallvec::SmallVec;
use source::Diagnostic;

pub(super) static SHAPE: Shape = Shape {
    name: "set-header",
    attributes: &[
        required("name"),
        optional("exists-action")
            .or("override")
            .one_of(&["override", "skip", "append", "delete"]),
    ],
    content: Content::Children(&[many(&VALUE)]),
};
pub(super) static VALUE: Shape = Shape {
    name: "value",
    attributes: &[],
    content: Content::Text,
};

pub(super) struct SetHeader {
    name: Setting<HeaderName>,
    exists: Exists,
    values: Vec<Setting<HeaderValue>>,
}

/// What is to be done to the headers of some message, with everything evaluated.
pub(super) struct Change {
    pub(super) name: HeaderName,
    exists: Exists,
    values: SmallVec<[HeaderValue; 2]>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    Action::now(SetHeader::parse(element))
}

impl SetHeader {
    pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> SetHeader {
        let name = element.setting("name");
        let exists = element
            .choice("exists-action", &EXISTS)
            .unwrap_or(Exists::Override);
        if let Some(Setting::Literal(name)) = &name
            && !is_free(name, exists)
        {
            let message = format!("no policy changes the header `{name}`");
            element.report(Diagnostic::warning("no-effect", message, element.name_span()));
        }
        SetHeader {
            name: name.unwrap_or(Setting::Literal(HeaderName::from_static("x-unnamed"))),
            exists,
            values: element
                .children("value", |it| it.text_setting())
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    pub(super) fn evaluate(&self, exchange: &mut Exchange) -> Result<Change, Fault> {
        let name = self.name.get(exchange)?;
        let values = self
            .values
            .iter()
            .map(|it| it.get(exchange))
            .collect::<Result<_, _>>()?;
        Ok(Change {
            name,
            exists: self.exists,
            values,
        })
    }
}

impl Change {
    pub(super) fn apply(self, headers: &mut HeaderMap) {
        if is_free(&self.name, self.exists) {
            fold(headers, &self.name, self.exists, self.values.into_iter());
        }
    }
}

impl Now for SetHeader {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let change = self.evaluate(exchange)?;
        if exchange.is_about_request() && change.name == HOST {
            exchange.request_mut().host_set = change.exists != Exists::Delete;
        }
        exchange.did(|| format!("{} {}", change.name, describe(&change)));
        change.apply(exchange.headers_mut());
        Ok(Flow::Next)
    }
}

fn describe(change: &Change) -> String {
    if change.values.iter().any(HeaderValue::is_sensitive) || matches!(change.name, AUTHORIZATION | COOKIE) {
        return "set to a secret".to_owned();
    }
    let values: Vec<_> = change
        .values
        .iter()
        .map(|it| String::from_utf8_lossy(it.as_bytes()))
        .collect();
    match change.exists {
        Exists::Delete => "deleted".to_owned(),
        Exists::Append => format!("appended: {}", values.join(",")),
        Exists::Override | Exists::Skip => format!("set: {}", values.join(",")),
    }
}
