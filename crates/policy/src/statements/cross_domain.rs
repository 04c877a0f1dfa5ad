//! `<cross-domain>`: a policy file for Flash and Silverlight clients.
//!
//! ```xml
//! <cross-domain>
//!   <cross-domain-policy>
//!     <allow-http-request-headers-from domain="*" headers="*" />
//!   </cross-domain-policy>
//! </cross-domain>
//! ```
//! The gateway answers `/crossdomain.xml` and `/clientaccesspolicy.xml` with it (inferred); API calls are not affected.

use super::set_body::literal_xml;
use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, one};
use crate::world::World;
use std::sync::Arc;

pub(super) static SHAPE: Shape = Shape {
    name: "cross-domain",
    attributes: &[],
    content: Content::Children(&[one(&POLICY)]),
};
static POLICY: Shape = Shape {
    name: "cross-domain-policy",
    attributes: &[],
    content: Content::Opaque,
};

struct CrossDomain {
    document: Arc<str>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let document = literal_xml(element);
    Action::now(CrossDomain {
        document: document.known().unwrap_or_default().trim().into(),
    })
}

impl Now for CrossDomain {
    fn run(&self, _: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        Ok(Flow::Next)
    }

    fn cross_domain(&self) -> Option<&Arc<str>> {
        Some(&self.document)
    }
}
