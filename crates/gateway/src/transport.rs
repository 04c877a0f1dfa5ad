//! Connections to backends: one client per way of talking, kept through reloads.

use crate::body::Outgoing;
use crate::target::Target;
use clock::Clock;
use parking_lot::RwLock;
use policy::HttpVersion;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use wire::{Client, ClientOptions, Received, SendError, Verification, Version};

/// Every client of a gateway.
pub(crate) struct Transport {
    clock: Clock,
    clients: RwLock<Vec<(ClientOptions, Arc<Client<Outgoing>>)>>,
    // Servers of this process that share our clock: manual time may move while they are waited for.
    neighbours: RwLock<BTreeSet<SocketAddr>>,
}

impl Transport {
    /// Clients on `clock`.
    pub(crate) fn new(clock: &Clock) -> Transport {
        Transport { clock: clock.clone(), clients: RwLock::default(), neighbours: RwLock::default() }
    }

    /// Says that the server at `address` runs in this process, on our clock.
    pub(crate) fn add_neighbour(&self, address: SocketAddr) {
        self.neighbours.write().insert(address);
    }

    /// Makes the client for a way of talking, unless there is one.
    pub(crate) fn prepare(&self, verification: Verification, version: HttpVersion) {
        drop(self.client(ClientOptions { verification, version: wire_version(version) }));
    }

    /// Sends a request to `target` and waits for the head of the response.
    pub(crate) async fn send(
        &self,
        target: &Target,
        verification: Verification,
        version: HttpVersion,
        request: http::Request<Outgoing>,
    ) -> Result<http::Response<Received>, SendError> {
        let client = self.client(ClientOptions { verification, version: wire_version(version) });
        let in_process = self.clock.is_virtual()
            && target.socket.is_some_and(|socket| self.neighbours.read().contains(&socket));
        client.send(request, in_process).await
    }

    fn client(&self, options: ClientOptions) -> Arc<Client<Outgoing>> {
        let find = |clients: &[(ClientOptions, Arc<Client<Outgoing>>)]| {
            clients.iter().find(|(known, _)| *known == options).map(|(_, client)| client.clone())
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

fn wire_version(version: HttpVersion) -> Version {
    match version {
        HttpVersion::One => Version::One,
        HttpVersion::TwoOrOne => Version::TwoOrOne,
        HttpVersion::Two => Version::Two,
    }
}
