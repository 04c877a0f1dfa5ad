//! Connections to backends: one client per way of talking, made at load and kept through reloads.

use crate::body::Outgoing;
use crate::target::Target;
use crate::upstream::Upstream;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use clock::Clock;
use http::uri::Scheme;
use http::{HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use parking_lot::RwLock;
use policy::{HttpVersion, StoredCertificate, Stream};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use wire::{BoxError, Client, ClientOptions, Identity, Proxy, SendError, Verification, Version};

/// Every client of a gateway.
pub(crate) struct Transport {
    clock: Clock,
    plain: Arc<Upstream>,
    // For TLS, HTTP/2 and proxies; the latest last.
    ways: RwLock<VecDeque<Arc<Way>>>,
    // Servers of this process that share our clock: manual time may move while they are waited for.
    neighbours: RwLock<BTreeSet<SocketAddr>>,
}

/// A way of talking to servers: what is checked, what is shown, what stands between. It has a client for each version of HTTP, made
/// when the first call needs it.
#[derive(Default)]
pub(crate) struct Way {
    options: ClientOptions,
    clients: [OnceLock<Arc<Client<Outgoing>>>; 3],
}

/// Ways that are kept: policies may show certificates that they compute.
const MOST: usize = 256;

impl Transport {
    /// Clients on `clock`.
    pub(crate) fn new(clock: &Clock) -> Transport {
        Transport {
            clock: clock.clone(),
            plain: Arc::new(Upstream::new(clock)),
            ways: RwLock::default(),
            neighbours: RwLock::default(),
        }
    }

    /// Says that the server at `address` runs in this process, on our clock.
    pub(crate) fn add_neighbour(&self, address: SocketAddr) {
        self.neighbours.write().insert(address);
    }

    /// The way of talking with these options; their version does not matter.
    pub(crate) fn way(&self, options: ClientOptions) -> Arc<Way> {
        let options = ClientOptions {
            version: Version::One,
            ..options
        };
        let mut ways = self.ways.write();
        if let Some(way) = ways.iter().find(|way| way.options == options) {
            return way.clone();
        }
        let way = Arc::new(Way {
            options,
            ..Way::default()
        });
        if ways.len() >= MOST {
            ways.pop_front();
        }
        ways.push_back(way.clone());
        way
    }

    /// Sends a request to `target` and waits for the head of the response.
    pub(crate) async fn send(
        &self,
        target: &Target,
        way: &Way,
        version: HttpVersion,
        request: Request<Outgoing>,
    ) -> Result<Response<policy::Body>, SendError> {
        let in_process = self.clock.is_virtual()
            && target
                .socket
                .is_some_and(|socket| self.neighbours.read().contains(&socket));
        // Without TLS nothing offers HTTP/2, so `2or1` is HTTP/1.1.
        let is_plain = version != HttpVersion::Two && request.uri().scheme() == Some(&Scheme::HTTP);
        if is_plain && way.options.proxy.is_none() {
            return self.plain.send(request, in_process).await;
        }
        let client = way.client(&self.clock, version);
        // Boxed, so that calls without TLS are not as large as those with it.
        Ok(Box::pin(client.send(request, in_process)).await?.map(incoming))
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Way({:?})", self.options)
    }
}

impl Way {
    fn client(&self, clock: &Clock, version: HttpVersion) -> &Client<Outgoing> {
        let (place, version) = match version {
            HttpVersion::One => (0, Version::One),
            HttpVersion::TwoOrOne => (1, Version::TwoOrOne),
            HttpVersion::Two => (2, Version::Two),
        };
        self.clients[place].get_or_init(|| {
            let options = ClientOptions {
                version,
                ..self.options.clone()
            };
            Arc::new(Client::new(clock, options))
        })
    }

    /// Makes the client of the usual version now.
    pub(crate) fn prepare(&self, clock: &Clock) {
        self.client(clock, HttpVersion::One);
    }

    /// The same way, through the proxy that a policy names; the text says why it cannot be.
    pub(crate) fn through(&self, proxy: &policy::Proxy) -> Result<ClientOptions, String> {
        let url = format!("http://{}:{}", proxy.url.host, proxy.url.port);
        let user = proxy
            .username
            .as_deref()
            .map(|user| (user, proxy.password.as_deref()));
        Ok(ClientOptions {
            proxy: Some(proxy_at(&url, user)?),
            ..self.options.clone()
        })
    }

    /// The same way, showing another certificate.
    pub(crate) fn showing(&self, identity: Identity) -> ClientOptions {
        ClientOptions {
            identity: Some(identity),
            ..self.options.clone()
        }
    }
}

/// How a backend is talked to; the text says why it cannot be.
pub(crate) fn options(
    config: &model::Backend,
    certificate: Option<&StoredCertificate>,
    authorities: &Arc<[Vec<u8>]>,
) -> Result<ClientOptions, String> {
    Ok(ClientOptions {
        verification: Verification {
            chain: config.tls.validate_certificate_chain,
            name: config.tls.validate_certificate_name,
        },
        version: Version::One,
        identity: certificate.map(identity).transpose()?,
        authorities: authorities.clone(),
        proxy: config.proxy.as_ref().map(proxy).transpose()?,
    })
}

/// A certificate as TLS shows it; the text says why it cannot.
pub(crate) fn identity(certificate: &StoredCertificate) -> Result<Identity, String> {
    let key = certificate
        .key
        .clone()
        .ok_or("the certificate has no private key")?;
    Identity::new(certificate.chain.clone(), key)
}

fn proxy(proxy: &model::Proxy) -> Result<Proxy, String> {
    let user = proxy
        .username
        .as_deref()
        .map(|user| (user, proxy.password.as_deref()));
    proxy_at(&proxy.url, user)
}

fn proxy_at(url: &str, user: Option<(&str, Option<&str>)>) -> Result<Proxy, String> {
    let url = url.parse().map_err(|_| format!("`{url}` is no URL of a proxy"))?;
    let authorization = user.map(|(user, password)| {
        let pair = format!("{user}:{}", password.unwrap_or_default());
        let text = format!("Basic {}", BASE64_STANDARD.encode(pair));
        HeaderValue::try_from(text).expect("base64 is a header value")
    });
    Ok(Proxy { url, authorization })
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
