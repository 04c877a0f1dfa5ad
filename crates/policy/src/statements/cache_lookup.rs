//! `<cache-lookup>`: answers a GET from the cache.
//!
//! ```xml
//! <cache-lookup vary-by-developer="false" vary-by-developer-groups="false" downstream-caching-type="private">
//!   <vary-by-header>Accept</vary-by-header><vary-by-query-parameter>page;size</vary-by-query-parameter>
//! </cache-lookup>
//! ```
//! After a hit outbound goes on behind `cache-store` (observed); on a miss, what would make the backend's answer partial or empty is
//! taken out of the request.

use super::{Action, Flow, Statement, Wait};
use crate::caching::{self, CACHING_TYPE, Downstream, DownstreamKind, Missed, Store};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, optional, required};
use crate::template::{Setting, Template};
use crate::world::{CachingType, World};
use futures_util::future::BoxFuture;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE,
    PRAGMA, RANGE,
};
use http::{HeaderName, Method};
use std::fmt::Write;

pub(super) static SHAPE: Shape = Shape {
    name: "cache-lookup",
    attributes: &[
        required("vary-by-developer").bool(),
        required("vary-by-developer-groups").bool(),
        CACHING_TYPE,
        optional("downstream-caching-type")
            .or("none")
            .one_of(&["none", "private", "public"]),
        optional("must-revalidate").or("true").bool(),
        optional("allow-private-response-caching").or("false").bool(),
    ],
    content: Content::Children(&[many(&HEADER), many(&PARAMETER)]),
};
static HEADER: Shape = Shape {
    name: "vary-by-header",
    attributes: &[],
    content: Content::Text,
};
static PARAMETER: Shape = Shape {
    name: "vary-by-query-parameter",
    attributes: &[],
    content: Content::Text,
};

/// Headers that would make an answer partial, or none at all.
const CONDITIONS: [HeaderName; 8] = [
    CACHE_CONTROL,
    PRAGMA,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_MODIFIED_SINCE,
    IF_UNMODIFIED_SINCE,
    IF_RANGE,
    RANGE,
];
const KINDS: [(&str, DownstreamKind); 3] = [
    ("none", DownstreamKind::None),
    ("private", DownstreamKind::Private),
    ("public", DownstreamKind::Public),
];

struct CacheLookup {
    by_developer: Setting<bool>,
    by_groups: Setting<bool>,
    caching: CachingType,
    downstream: Option<Template>,
    must_revalidate: Setting<bool>,
    allow_private: Setting<bool>,
    headers: Vec<Template>,
    parameters: Vec<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let downstream = element.optional("downstream-caching-type");
    if let Some(text) = downstream.as_ref().and_then(Template::known)
        && kind(text).is_none()
    {
        let (text, span) = (text.to_owned(), downstream.as_ref().map(|it| it.span));
        let wanted = "`none` or `private` or `public`";
        element.wrong_value(
            "downstream-caching-type",
            &text,
            wanted,
            span.unwrap_or_else(|| element.name_span()),
        );
    }
    Action::wait(CacheLookup {
        by_developer: element.setting_or("vary-by-developer", false),
        by_groups: element.setting_or("vary-by-developer-groups", false),
        caching: caching::caching_type(element),
        downstream,
        must_revalidate: element.setting_or("must-revalidate", true),
        allow_private: element.setting_or("allow-private-response-caching", false),
        headers: element.children("vary-by-header", |it| it.text()),
        parameters: element.children("vary-by-query-parameter", |it| it.text()),
    })
}

fn kind(text: &str) -> Option<DownstreamKind> {
    let found = KINDS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
    found.map(|(_, kind)| *kind)
}

impl Wait for CacheLookup {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.look(exchange, world))
    }
}

impl CacheLookup {
    async fn look(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let has_credentials = exchange.request.headers.contains_key(AUTHORIZATION);
        let is_open = !has_credentials || self.allow_private.get(exchange)?;
        if exchange.request.method != Method::GET || !is_open {
            exchange.did(|| "not looked up".to_owned());
            return Ok(Flow::Next);
        }
        let downstream = Downstream {
            kind: match &self.downstream {
                Some(template) => kind(&template.text(exchange)?).unwrap_or(DownstreamKind::None),
                None => DownstreamKind::None,
            },
            must_revalidate: self.must_revalidate.get(exchange)?,
        };
        let key = self.key(exchange)?;
        let found = caching::get_response(exchange.time(), world, self.caching, &key).await;
        if let Some((mut parts, left)) = found {
            downstream.write(&mut parts.headers, left);
            exchange.did(|| format!("hit: {key}"));
            return Ok(caching::hit(exchange, parts, Store::Response));
        }
        exchange.did(|| format!("miss: {key}"));
        let headers = &mut exchange.request_mut().headers;
        for name in &CONDITIONS {
            headers.remove(name);
        }
        exchange.remembered.response = Some(Missed {
            key,
            caching: self.caching,
            downstream,
        });
        Ok(Flow::Next)
    }

    // What tells one response from another (parts observed in traces).
    fn key(&self, exchange: &mut Exchange) -> Result<String, Fault> {
        let mut key = String::from("response ");
        let facts = exchange.facts();
        if let Some(api) = &facts.api {
            let _ = write!(key, "{};rev={}", api.id, api.revision);
        }
        if let Some(operation) = &facts.operation {
            let _ = write!(key, "/{}", operation.id);
        }
        let url = &exchange.request.url;
        let _ = write!(key, " {}://{}:{}{}", url.scheme, url.host, url.port, url.path);
        if self.by_developer.get(exchange)? {
            let user = exchange.facts().user.as_ref().map(|it| it.id.clone());
            vary(&mut key, "developer", &user.unwrap_or_default());
        }
        if self.by_groups.get(exchange)? {
            let user = exchange.facts().user.as_ref();
            let mut groups: Vec<&str> = user
                .map_or(&[][..], |it| &it.groups)
                .iter()
                .map(|it| it.id.as_str())
                .collect();
            groups.sort_unstable();
            let groups = groups.join(",");
            vary(&mut key, "groups", &groups);
        }
        for template in &self.headers {
            let name = template.text(exchange)?.trim().to_ascii_lowercase();
            let values: Vec<&[u8]> = exchange
                .request
                .headers
                .get_all(&name)
                .iter()
                .map(|it| it.as_bytes())
                .collect();
            let values = String::from_utf8_lossy(&values.join(&b","[..])).into_owned();
            vary(&mut key, &name, &values);
        }
        if let Some(value) = exchange.request.headers.get(AUTHORIZATION) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            vary(&mut key, "authorization", &value);
        }
        self.parameters(exchange, &mut key)?;
        Ok(key)
    }

    // Those that are named; without any, those that the operation's template asks for (inferred).
    fn parameters(&self, exchange: &mut Exchange, key: &mut String) -> Result<(), Fault> {
        let mut names = Vec::new();
        for template in &self.parameters {
            let text = template.text(exchange)?;
            let some = text.split(';').map(str::trim).filter(|it| !it.is_empty());
            names.extend(some.map(str::to_owned));
        }
        if names.is_empty()
            && let Some(operation) = &exchange.template
        {
            names.clone_from(&operation.query_parameters);
        }
        let query = exchange.request.query();
        for name in names {
            let pairs = query.trim_start_matches('?').split('&');
            let values = pairs.filter_map(|pair| {
                let (given, value) = pair.split_once('=').unwrap_or((pair, ""));
                given.eq_ignore_ascii_case(&name).then_some(value)
            });
            vary(key, &name, &values.collect::<Vec<_>>().join(","));
        }
        Ok(())
    }
}

// Lengths keep values apart from what stands behind them.
fn vary(key: &mut String, name: &str, value: &str) {
    let _ = write!(key, "::{name}={}:{value}", value.len());
}
