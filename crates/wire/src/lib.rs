//! HTTP on our clock.
//!
//! [`serve`] is the one server loop and [`Client`] the one client of this project. Both tie hyper to a
//! [`clock::Clock`]: a request is served inside [`clock::Clock::serve`], and a call between two tasks of this
//! process is a [`clock::hop`], so that manual time never moves while a message or a piece of a body travels.
//! On a clock that moves by itself all of that costs nothing.
//!
//! The two ends find each other by the header [`HOP`], which exists only in manual time and never reaches a service.

mod answer; // one request, until its response is there
mod authority; // certificates of our own making
mod bodies; // bodies that count what is on the wire
mod client; // the side that calls
mod doors; // TLS towards callers
mod identity; // a certificate with its key
mod portions; // connections that are read in portions
mod route; // straight, or through a proxy
mod server; // the side that answers
mod timer; // hyper's timers, on the clock
mod tls; // what is checked of a server's certificate
mod trust; // whether an authority stands behind a certificate

pub use authority::Authority;
pub use bodies::{Received, Served};
pub use client::{Client, ClientOptions, Failure, SendError, Version};
pub use doors::{CallerCertificates, Certificates, ServerTls};
pub use hyper::body::Incoming;
pub use identity::Identity;
pub use portions::Portions;
pub use route::Proxy;
pub use server::{TlsSource, serve, serve_on};
pub use timer::ClockTimer;
pub use tls::Verification;
pub use trust::trusts;

/// The header that carries the number of a [`clock::hop`] between two tasks of this process.
pub const HOP: http::HeaderName = http::HeaderName::from_static("x-apimite-hop");

/// Any error, as bodies carry it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[cfg(test)]
mod tests;
