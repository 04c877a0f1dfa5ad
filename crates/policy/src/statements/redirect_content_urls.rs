//! `<redirect-content-urls>`: the backend's base URL in a response becomes that of the API at the gateway; in a request
//! the other way round.
//!
//! ```xml
//! <redirect-content-urls />
//! ```
//! Headers are left alone (documented).

use super::find_and_replace::replace;
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape};
use crate::url;
use crate::world::World;

pub(super) static SHAPE: Shape = Shape {
    name: "redirect-content-urls",
    attributes: &[],
    content: Content::Empty,
};

struct RedirectContentUrls;

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    element.needs_body();
    Action::now(RedirectContentUrls)
}

impl Now for RedirectContentUrls {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let Some(backend) = exchange.request.base_url() else {
            return Ok(Flow::Next);
        };
        let backend = url::text(&backend).trim_end_matches('/').to_owned();
        let api = url::text(&exchange.request.api_url())
            .trim_end_matches('/')
            .to_owned();
        let (from, to) = match exchange.is_about_request() {
            true => (api, backend),
            false => (backend, api),
        };
        let Some(body) = exchange.content() else {
            return Ok(Flow::Next);
        };
        let (body, count) = replace(&body, from.as_bytes(), to.as_bytes());
        exchange.did(|| format!("{count} replaced"));
        if count > 0 {
            exchange.put_content(body.into(), None);
        }
        Ok(Flow::Next)
    }
}
