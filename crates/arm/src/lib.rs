//! The management plane: what Azure Resource Manager answers, for one local subscription.
//!
//! A [`Plane`] answers requests as `management.azure.com` and `graph.microsoft.com` would. What they change goes into a
//! [`resources::Store`]; a change takes effect before it is answered, or is refused as a whole: whoever runs the service says so through
//! [`Runtime`]. API Management is a table of resource kinds (`apim/kinds.rs`), one line each; everything else that Azure keeps is
//! a resource with an id.
//!
//! [`serve`] gives it a socket, which is also a proxy: clients that use it are answered here when they call hosts of Azure, and are let
//! through, or refused, when they call others.
//!
//! | request | file |
//! |---|---|
//! | tenants, subscriptions, locations, providers | `directory` |
//! | resource groups, lists of resources | `groups` |
//! | deployments | `deployments` |
//! | `Microsoft.ApiManagement/*` | `apim/` |
//! | `Microsoft.CognitiveServices/*` | `cognitive` |
//! | every other resource | `generic` |
//! | users and applications | `graph` |
//! | secrets of key vaults | `vault` |
//! | logs, prices | `unknown` |
//!
//! It compiles no policy and knows no gateway.

mod answer; // what is answered, and the forms of refusal
mod apim; // API Management
mod call; // a request, taken apart
mod cognitive; // model servers
mod deleted; // what may be restored
mod deployments; // templates that arrive
mod directory; // subscriptions and what surrounds them
mod filter; // `$filter`
mod generic; // any resource
mod graph; // people
mod groups; // resource groups
mod page; // lists
mod plane; // which request is what
mod proxy; // whose request it is
mod runtime; // who runs the service
mod serve; // the socket
mod traffic; // what the socket was asked for
mod unknown; // hosts that know nothing here
mod vault; // secrets of key vaults

pub use apim::{Served, support};
pub use plane::{Options, Plane, issuer};
pub use runtime::{Runtime, Stopped};
pub use serve::{Door, Hosts, serve};
pub use traffic::Traffic;

#[cfg(test)]
mod tests;
