//! Connections to backends: one client per way of talking, kept through reloads.

use crate::body::Outgoing;
use crate::target::Target;
use crate::upstream::Upstream;
use bytes::Bytes;
use clock::Clock;
use http::uri::Scheme;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use parking_lot::RwLock;
use policy::HttpVersion;
use policy::Stream;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use wire::{BoxError, Client, ClientOptions, SendError, Verification, Version};

/// Every client of a gateway.
pub(crate) struct Transport {
    clock: Clock,
    plain: Arc<Upstream>,
    // For TLS and HTTP/2.
    clients: RwLock<Vec<(ClientOptions, Arc<Client<Outgoing>>)>>,
    // Servers of this process that share our clock: manual time may move while they are waited for.
    neighbours: RwLock<BTreeSet<SocketAddr>>,
}

impl Transport {
    /// Clients on `clock`.
    pub(crate) fn new(clock: &Clock) -> Transport {
        Transport {
            clock: clock.clone(),
            plain: Arc::new(Upstream::new(clock)),
            clients: RwLock::default(),
            neighbours: RwLock::default(),
        }
    }

    /// Says that the server at `address` runs in this process, on our clock.
    pub(crate) fn add_neighbour(&self, address: SocketAddr) {
        self.neighbours.write().insert(address);
    }

    /// Makes the client for a way of talking, unless there is one.
    pub(crate) fn prepare(&self, verification: Verification, version: HttpVersion) {
        drop(self.client(ClientOptions {
            verification,
            version: wire_version(version),
        }));
    }

    /// Sends a request to `target` and waits for the head of the response.
    pub(crate) async fn send(
        &self,
        target: &Target,
        verification: Verification,
        version: HttpVersion,
        request: Request<Outgoing>,
    ) -> Result<Response<policy::Body>, SendError> {
        let in_process = self.clock.is_virtual()
            && target
                .socket
                .is_some_and(|socket| self.neighbours.read().contains(&socket));
        // Without TLS nothing offers HTTP/2, so `2or1` is HTTP/1.1.
        if version != HttpVersion::Two && request.uri().scheme() == Some(&Scheme::HTTP) {
            return self.plain.send(request, in_process).await;
        }
        let client = self.client(ClientOptions {
            verification,
            version: wire_version(version),
        });
        // Boxed, so that calls without TLS are not as large as those with it.
        Ok(Box::pin(client.send(request, in_process)).await?.map(incoming))
    }

    fn client(&self, options: ClientOptions) -> Arc<Client<Outgoing>> {
        let find = |clients: &[(ClientOptions, Arc<Client<Outgoing>>)]| {
            clients
                .iter()
                .find(|(known, _)| *known == options)
                .map(|(_, client)| client.clone())
        };
        if let Some(client) = find(&self.clients.read()) {
            return client;
        }
        let mut clients = self.clients.write();
        if let Some(client) = find(&clients) {
            return client;
        }
        let client = Arc::new(Client::new(&self.clock, options));
        clients.push((options, client.clone()));
        client
    }
}

// An empty body of an answer is a body all the same.
fn incoming<B>(body: B) -> policy::Body
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    match body.is_end_stream() {
        true => policy::Body::Full(Bytes::new()),
        false => policy::Body::Stream(Stream::new(body.map_err(Into::into))),
    }
}

fn wire_version(version: HttpVersion) -> Version {
    match version {
        HttpVersion::One => Version::One,
        HttpVersion::TwoOrOne => Version::TwoOrOne,
        HttpVersion::Two => Version::Two,
    }
}
