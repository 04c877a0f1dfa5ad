//! One request from its head to the head of its answer (gateway.md 1.1).

use crate::body::Outgoing;
use crate::caller::HostName;
use crate::debug::{Shown, received};
use crate::gateway::Gateway;
use crate::live::Live;
use crate::logs::{self, Seen};
use crate::recorder::masked;
use crate::response::{plain, respond};
use crate::route::{Matched, Route};
use crate::subscription::{Admission, authorise};
use crate::walking::Walking;
use clock::Moment;
use expression::{Facts, Url};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderMap, ORIGIN};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;
use policy::{Body, CallerCertificate, Detail, Exchange, Fault, ResponseParts, Start, Walk};
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use trace::{RequestSummary, Section};
use uuid::Uuid;
use wire::{CallerCertificates, Incoming};

const HEALTH: &str = "/status-0123456789abcdef";
/// Where Flash and Silverlight look for what `cross-domain` says.
const CROSS_DOMAIN: [&str; 2] = ["/crossdomain.xml", "/clientaccesspolicy.xml"];

/// A request whose head has been read.
struct Arrival<'a> {
    gateway: &'a Gateway,
    live: &'a Live,
    number: u64,
    id: Uuid,
    received: Moment,
    path: &'a str,
    query: &'a str,
    host: Arc<HostName>,
    is_tls: bool,
}

impl Gateway {
    /// Answers a request that came over TLS or without. Dropping the future gives the request up: a call to a backend ends at once and counts nowhere.
    pub async fn handle(
        &self,
        is_tls: bool,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Response<Outgoing> {
        let live = self.live.load_full();
        let received = self.clock().now();
        let (mut parts, body) = request.into_parts();
        let uri = std::mem::take(&mut parts.uri);
        let path = normal(uri.path());
        let host = host(&parts.headers)
            .or(uri.authority().map(|it| it.as_str()))
            .unwrap_or("localhost");
        let host = self.callers.host(host, is_tls);
        let method = parts.method.clone();
        let answer = if path == HEALTH && method == Method::GET {
            plain(StatusCode::OK, "text/plain", "Service Operational".to_owned())
        } else if CROSS_DOMAIN.contains(&path.as_ref())
            && method == Method::GET
            && let Some(document) = live.plan.global.cross_domain()
        {
            plain(StatusCode::OK, "text/xml", document.to_string())
        } else if size(&parts.headers) > live.header_limit {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            plain(
                status,
                "application/json",
                policy::default_error(status, "Request headers are too large"),
            )
        } else {
            let (number, id) = self.next_request();
            let query = uri
                .path_and_query()
                .map_or("", |it| &it.as_str()[it.path().len()..]);
            let path = path.as_ref();
            let arrival = Arrival {
                gateway: self,
                live: &live,
                number,
                id,
                received,
                path,
                query,
                host,
                is_tls,
            };
            arrival.answer(parts, incoming(body), peer).await
        };
        respond(answer, &method, self.date.at(self.clock().now()))
    }
}

impl Arrival<'_> {
    async fn answer(&self, parts: Parts, body: Body, peer: SocketAddr) -> ResponseParts {
        let plan = &self.live.plan;
        let route = self
            .live
            .routes
            .find(&parts.method, self.path, self.query, &parts.headers);
        let Route::Operation(matched) = route else {
            return match self.preflight(&parts) {
                Some(asked) => Box::pin(self.preflighted(asked, parts, body, peer)).await,
                None => Box::pin(self.not_found(&route, parts, body, peer)).await,
            };
        };
        let (api, place) = (matched.api, matched.operation);
        let operation = &plan.apis[api].operations[place];
        let (admission, refused) = match authorise(plan, api, &parts.headers, self.query, &self.host.text) {
            Ok(admission) => (admission, None),
            Err(fault) => (Admission::default(), Some(fault)),
        };
        let walk = operation.walk(admission.product);
        let facts = self.facts(Some(api), Some(place), admission);
        let shown = self
            .gateway
            .debug
            .shown(&parts.headers, &plan.apis[api].name, self.received);
        let (detail, received) = match shown {
            Some(Shown::Good) => (
                Detail::Full,
                Some(received(&parts.headers, &plan.apis[api].key_names.header)),
            ),
            _ => (self.gateway.detail, None),
        };
        let mut walking = self.begin_with(detail, facts, Some(matched), parts, body, peer);
        if let Some(received) = received {
            walking
                .exchange
                .record(Section::Inbound, &"api-inspector".into(), received);
        }
        match refused {
            None => policy::run(walk, &mut walking.exchange, self.live).await,
            Some(fault) => Box::pin(policy::refuse(walk, &mut walking.exchange, self.live, fault)).await,
        }
        let mut answer = walking.end().await;
        if let Some(shown) = shown {
            shown.tell(self.id, &mut answer.headers);
        }
        answer
    }

    async fn preflighted(
        &self,
        (matched, walk): (Matched<'_>, &Walk),
        parts: Parts,
        body: Body,
        peer: SocketAddr,
    ) -> ResponseParts {
        let facts = self.facts(Some(matched.api), Some(matched.operation), Admission::default());
        let mut walking = self.begin(facts, Some(matched), parts, body, peer);
        walk.preflight(&mut walking.exchange, self.live);
        walking.end().await
    }

    async fn not_found(
        &self,
        route: &Route<'_>,
        parts: Parts,
        body: Body,
        peer: SocketAddr,
    ) -> ResponseParts {
        let plan = &self.live.plan;
        let (api, walk) = match route {
            Route::ApiOnly { api } => (Some(*api), &plan.apis[*api].walk),
            _ => (None, &plan.global),
        };
        let facts = self.facts(api, None, Admission::default());
        let mut walking = self.begin(facts, None, parts, body, peer);
        let message = "Unable to match incoming request to an operation.";
        let fault = Fault::refusal(
            StatusCode::NOT_FOUND,
            "OperationNotFound",
            message,
            "Resource not found",
        )
        .from_source("configuration")
        // Not inbound, where it happens: gateway logs say so (observed, gateway.md 1.7).
        .in_section(Section::Backend);
        policy::refuse(walk, &mut walking.exchange, self.live, fault).await;
        walking.end().await
    }

    fn facts(&self, api: Option<usize>, operation: Option<usize>, admission: Admission) -> Facts {
        let plan = &self.live.plan;
        let api = api.map(|api| &plan.apis[api]);
        let product = admission.product.and_then(|product| plan.products.get(product));
        Facts {
            api: api.map(|api| api.facts.clone()),
            operation: operation
                .and_then(|place| api?.operations.get(place))
                .map(|it| it.facts.clone()),
            product: product.map(|product| product.facts.clone()),
            subscription: admission.subscription,
            user: admission.user,
            deployment: plan.deployment.clone(),
            workspace: api.and_then(|api| api.workspace.clone()),
        }
    }

    // The operation that would serve the method that a CORS preflight asks about, if a policy answers for it. That needs no key
    // (doc).
    fn preflight(&self, parts: &Parts) -> Option<(Matched<'_>, &Walk)> {
        let headers = &parts.headers;
        if parts.method != Method::OPTIONS || !headers.contains_key(ORIGIN) {
            return None;
        }
        let asked = Method::from_bytes(headers.get(ACCESS_CONTROL_REQUEST_METHOD)?.as_bytes()).ok()?;
        let route = self.live.routes.find(&asked, self.path, self.query, headers);
        let Route::Operation(matched) = route else {
            return None;
        };
        let api = &self.live.plan.apis[matched.api];
        let walk = api.operations[matched.operation].walk(api.open_product);
        walk.has_cors().then_some((matched, walk))
    }

    fn begin(
        &self,
        facts: Facts,
        matched: Option<Matched<'_>>,
        parts: Parts,
        body: Body,
        peer: SocketAddr,
    ) -> Walking<'_> {
        self.begin_with(self.gateway.detail, facts, matched, parts, body, peer)
    }

    fn begin_with(
        &self,
        detail: Detail,
        facts: Facts,
        matched: Option<Matched<'_>>,
        parts: Parts,
        body: Body,
        peer: SocketAddr,
    ) -> Walking<'_> {
        let plan = &self.live.plan;
        let tallies = &self.live.api_tallies;
        let tally = match (&matched, &facts.api) {
            (Some(matched), _) => tallies.get(matched.api),
            // An API that has no such operation.
            (None, Some(api)) => tallies.iter().find(|(name, _)| **name == *api.id),
            (None, None) => None,
        };
        let tally = tally.unwrap_or(&self.live.no_api);
        let api = matched.as_ref().and_then(|it| plan.apis.get(it.api));
        let operation = matched.as_ref().and_then(|it| api?.operations.get(it.operation));
        let name = matched
            .as_ref()
            .and_then(|it| self.live.operation_names.get(it.api)?.get(it.operation));
        let summary = RequestSummary {
            api: match (api, &facts.api) {
                (Some(api), _) => Some(api.name.clone()),
                (None, facts) => facts.as_ref().map(|it| it.id.as_str().into()),
            },
            operation: name.cloned(),
            ..self.summary(&facts, &parts.method)
        };
        let (remainder, parameters) = match matched {
            Some(matched) => (matched.remainder.to_owned(), matched.parameters),
            None => (self.path.to_owned(), Vec::new()),
        };
        let certificate = self.certificate(&parts);
        let seen = self.seen(&facts, summary.api.as_deref(), &parts.headers, peer);
        let body = match seen.as_ref().and_then(|it| it.heard.as_ref()) {
            Some(heard) => logs::listen(body, heard),
            None => body,
        };
        let mut exchange = Exchange::new(Start {
            request_id: self.id,
            received: self.received,
            method: parts.method,
            original_url: self.url(),
            headers: parts.headers,
            body,
            ip_address: self.gateway.callers.address(peer.ip()),
            certificate,
            service_url: api.and_then(|api| api.service_url.clone()),
            remainder,
            query: self.query.to_owned(),
            matched: parameters,
            template: operation.map(|operation| operation.template.clone()),
            facts,
            symbols: plan.symbols.as_ref().clone(),
            tracing: detail,
            dice_ordinal: self.number,
        });
        exchange.count_tokens(&tally.1.tokens);
        Walking {
            gateway: self.gateway,
            live: self.live,
            seen,
            exchange,
            summary: Some(summary),
            tally,
        }
    }

    // What the caller has shown to us, or to a proxy that we are told to believe.
    fn certificate(&self, parts: &Parts) -> Option<CallerCertificate> {
        if let Some(shown) = parts.extensions.get::<CallerCertificates>() {
            return CallerCertificate::new(shown.0.clone());
        }
        let header = self.live.certificate_header.as_ref()?;
        CallerCertificate::from_header(parts.headers.get(header)?.to_str().ok()?)
    }

    fn summary(&self, facts: &Facts, method: &Method) -> RequestSummary {
        let key = facts.api.as_ref().map(|api| api.key_query.as_str());
        let mut path = String::with_capacity(self.path.len() + self.query.len());
        path.extend([self.path, self.query]);
        RequestSummary {
            id: self.id,
            number: self.number,
            started: self.received,
            ended: self.received,
            method: method.to_string(),
            path: match masked(&path, key) {
                Cow::Borrowed(_) => path,
                Cow::Owned(masked) => masked,
            },
            api: None,
            operation: None,
            product: facts.product.as_ref().map(|it| it.id.as_str().into()),
            subscription: facts.subscription.as_ref().map(|it| it.id.as_str().into()),
            status: 0,
            error: None,
        }
    }

    // What diagnostics of the API want to see; nothing is kept for an API without one.
    fn seen(
        &self,
        facts: &Facts,
        api: Option<&str>,
        headers: &HeaderMap,
        peer: SocketAddr,
    ) -> Option<Box<Seen>> {
        if !self.gateway.sinks.load().is_open() || logs::effective(self.live, api).is_empty() {
            return None;
        }
        let key = facts.api.as_ref().map(|api| api.key_query.as_str());
        let target = format!("{}{}", self.path, self.query);
        let base = policy::url::text(&Url {
            path: "".into(),
            query: "".into(),
            ..self.url()
        });
        let revision = facts.api.as_ref().map(|api| api.revision.clone());
        let operation = facts.operation.as_ref().map(|it| it.name.clone());
        let user = facts.user.as_ref().map(|it| it.id.clone());
        Some(Box::new(Seen {
            url: format!("{}{}", base.trim_end_matches('/'), masked(&target, key)),
            ip_address: peer.ip().to_string(),
            request_headers: headers.clone(),
            revision: revision.unwrap_or_default(),
            operation: operation.unwrap_or_default(),
            user: user.unwrap_or_default(),
            heard: logs::wants_request(self.live, api).then(logs::Heard::default),
            ..Seen::default()
        }))
    }

    // The scheme is the listener's: links that a policy makes from this URL lead back here.
    fn url(&self) -> Url {
        Url {
            scheme: self.gateway.callers.scheme(self.is_tls),
            host: self.host.name.clone(),
            port: self.host.port,
            path: self.path.into(),
            query: self.query.into(),
        }
    }
}

fn incoming(body: Incoming) -> Body {
    match body.is_end_stream() {
        true => Body::Absent,
        false => Body::Stream(body.map_err(Into::into).boxed_unsync()),
    }
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(HOST)?.to_str().ok().filter(|host| !host.is_empty())
}

fn size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

// Dot segments are resolved before anything is matched; everything else stays as received.
fn normal(path: &str) -> Cow<'_, str> {
    if !path.contains("/.") {
        return path.into();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut is_folder = false;
    for segment in path.split('/').skip(1) {
        is_folder = matches!(segment, "." | "..");
        match segment {
            "." => (),
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let mut text = String::with_capacity(path.len());
    kept.iter().for_each(|segment| text.extend(["/", segment]));
    if is_folder || text.is_empty() {
        text.push('/');
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dot_segments_are_resolved_and_the_rest_is_left_alone() {
        for (given, wanted) in [
            ("/a/b", "/a/b"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/../../b", "/b"),
            ("/a/..", "/"),
            ("/a/b/.", "/a/b/"),
            ("/a/.hidden", "/a/.hidden"),
            ("/a//b%2f..", "/a//b%2f.."),
        ] {
            assert_eq!(normal(given), wanted, "{given}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_path_stays_as_it_is(path in "(/(\\.|\\.\\.|a|b\\.c|)){1,8}") {
            let once = normal(&path).into_owned();
            prop_assert!(once.starts_with('/'));
            prop_assert_eq!(normal(&once), once.as_str());
        }
    }
}
