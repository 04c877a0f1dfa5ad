//! Tests for what runs behind API Management: a gateway, mock model servers and scripted backends in one process.
//!
//! Everything starts on free ports in milliseconds, shares one clock that the test moves, and draws from one seed, so
//! tests neither sleep nor disturb each other. What the gateway decided can be read attempt by attempt.
//!
//! ```
//! use std::time::Duration;
//! use testkit::{Api, Apimite, Backend, Breaker, Pool, Reply, Upstream};
//!
//! # fn main() {
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
//! let apimite = Apimite::builder()
//!     .upstream("east", Upstream::script([Reply::status(200), Reply::status(429).header("retry-after", "30")]))
//!     .upstream("west", Upstream::always(Reply::status(200)))
//!     .backend(Backend::new("east", "http://east.test").breaker(Breaker::on([429]).accept_retry_after()))
//!     .backend(Backend::new("west", "http://west.test"))
//!     .pool(Pool::new("both").prioritised("east", 1).prioritised("west", 2))
//!     .api(
//!         Api::new("orders")
//!             .open()
//!             .operation("GET", "/{id}")
//!             .inbound(r#"<set-backend-service backend-id="both" />"#)
//!             .backend(
//!                 r#"<retry condition="@(context.Response.StatusCode == 429)" count="1" interval="0">
//!                      <forward-request />
//!                    </retry>"#,
//!             ),
//!     )
//!     .start()
//!     .await;
//!
//! assert_eq!(apimite.get("/orders/1").send().await.status(), 200);
//! assert_eq!(apimite.attempts(), ["east=200"]);
//!
//! // The second call is refused by `east`, which opens its breaker; the retry reaches `west`.
//! assert_eq!(apimite.get("/orders/2").send().await.status(), 200);
//! assert_eq!(apimite.attempts(), ["east=429", "west=200"]);
//! assert_eq!(apimite.open_breakers(), ["east"]);
//!
//! apimite.advance(Duration::from_secs(30)).await;
//! assert!(apimite.open_breakers().is_empty());
//! # });
//! # }
//! ```

mod builder; // what is to run
mod call; // the caller's side
mod place; // names of upstreams and their addresses
mod resources; // APIs, backends, pools, ...
mod running; // what runs
mod upstream; // scripted servers

pub use builder::Builder;
pub use call::{Call, Piece, Response, Started, Streaming};
pub use model;
pub use resources::{Account, Api, Backend, Breaker, Pool, Product, Subscription, document, operation};
pub use running::Apimite;
pub use source::Finding;
pub use trace;
pub use upstream::{Reply, Seen, Upstream};
