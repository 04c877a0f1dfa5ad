//! Names of upstreams in a service, turned into addresses, and back again in what comes out.

use crate::upstream::{Answer, Kind};
use model::{PolicyDocument, Service};
use source::Source;
use std::net::SocketAddr;
use std::sync::Arc;

/// Where each upstream stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    upstreams: Vec<Place>,
    gateway: Option<SocketAddr>,
}

#[derive(Debug, Clone)]
struct Place {
    /// `NAME.test`.
    host: String,
    /// What stands for `http://NAME.test`.
    base: String,
    address: SocketAddr,
}

impl Places {
    pub(crate) fn add(&mut self, name: &str, kind: &Kind, address: SocketAddr) {
        let base = match kind {
            Kind::Serving(_) | Kind::Refused => format!("http://{address}"),
            Kind::NoTls => format!("https://{address}"),
            // An empty label is refused by the resolver itself: nothing leaves this machine.
            Kind::Unresolved => format!("http://{name}..test"),
        };
        self.upstreams.push(Place {
            host: format!("{name}.test"),
            base,
            address,
        });
    }

    /// Where the upstream of this name listens.
    pub(crate) fn of(&self, name: &str) -> Option<SocketAddr> {
        let host = format!("{name}.test");
        self.upstreams
            .iter()
            .find(|it| it.host == host)
            .map(|it| it.address)
    }

    /// The gateway is named in what comes out, never in what goes in.
    pub(crate) fn add_gateway(&mut self, address: SocketAddr) {
        self.gateway = Some(address);
    }

    /// The text with addresses instead of names.
    pub(crate) fn resolve(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for place in &self.upstreams {
            text = text.replace(&format!("http://{}", place.host), &place.base);
            text = text.replace(
                &format!("https://{}", place.host),
                &format!("https://{}", place.address),
            );
        }
        text
    }

    /// The text with names instead of addresses.
    pub(crate) fn name(&self, text: &str) -> String {
        let places = self
            .upstreams
            .iter()
            .map(|place| (place.address, place.host.as_str()));
        let places = places.chain(self.gateway.map(|address| (address, "gateway.test")));
        places.fold(text.to_owned(), |text, (address, host)| {
            text.replace(&address.to_string(), host)
        })
    }

    /// The same answers, with addresses in what upstreams say of each other.
    pub(crate) fn settled(&self, answer: Answer) -> Answer {
        let places = self.clone();
        Arc::new(move |call, seen| answer(call, seen).settled(|text| places.resolve(text)))
    }

    /// Puts addresses into everything of a service that may hold a URL.
    pub(crate) fn settle(&self, service: &mut Service) {
        let policies = service
            .policy
            .iter_mut()
            .chain(
                service
                    .products
                    .iter_mut()
                    .filter_map(|product| product.policy.as_mut()),
            )
            .chain(
                service
                    .fragments
                    .iter_mut()
                    .map(|fragment| &mut fragment.document),
            );
        policies.for_each(|policy| self.settle_policy(policy));
        for api in &mut service.apis {
            let of_operations = api
                .operations
                .iter_mut()
                .filter_map(|operation| operation.policy.as_mut());
            api.policy
                .iter_mut()
                .chain(of_operations)
                .for_each(|policy| self.settle_policy(policy));
            api.service_url = api.service_url.as_deref().map(|url| self.resolve(url));
        }
        for backend in &mut service.backends {
            backend.url = backend.url.as_deref().map(|url| self.resolve(url));
        }
        let authority = &mut service.settings.identity.authority;
        *authority = authority.as_deref().map(|url| self.resolve(url));
        let sinks = &mut service.settings.sinks;
        for address in [&mut sinks.endpoint, &mut sinks.otlp].into_iter().flatten() {
            *address = self.resolve(address);
        }
        for named_value in &mut service.named_values {
            named_value.value = named_value.value.as_deref().map(|value| self.resolve(value));
        }
    }

    fn settle_policy(&self, policy: &mut PolicyDocument) {
        let text = self.resolve(policy.source.text());
        policy.source = Source::new(policy.source.name(), text);
    }
}
