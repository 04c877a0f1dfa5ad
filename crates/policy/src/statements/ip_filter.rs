//! `<ip-filter>`: allows or forbids callers by address.
//!
//! ```xml
//! <ip-filter action="allow"><address>10.0.0.9</address><address-range from="10.1.0.0" to="10.1.0.255" /></ip-filter>
//! ```

use super::{Action, Flow, Now};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, many, required};
use crate::template::{Parsed, Setting, Template};
use crate::world::World;
use http::StatusCode;
use source::Diagnostic;
use std::net::IpAddr;

pub(super) static SHAPE: Shape = Shape {
    name: "ip-filter",
    attributes: &[required("action").one_of(&["allow", "forbid"])],
    content: Content::Children(&[many(&ADDRESS), many(&ADDRESS_RANGE)]),
};
static ADDRESS: Shape = Shape {
    name: "address",
    attributes: &[],
    content: Content::Text,
};
static ADDRESS_RANGE: Shape = Shape {
    name: "address-range",
    attributes: &[required("from"), required("to")],
    content: Content::Empty,
};

struct IpFilter {
    action: Verb,
    ranges: Vec<(Setting<IpAddr>, Setting<IpAddr>)>,
    addresses: Vec<Setting<IpAddr>>,
}

enum Verb {
    Allow,
    Forbid,
    Computed(Template),
}

impl Parsed for IpAddr {
    const WHAT: &'static str = "an IP address";

    fn parse(text: &str) -> Option<IpAddr> {
        text.trim().parse().ok()
    }
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let template = element.required("action");
    let action = match template.known() {
        Some(_) => match element.choice("action", &[("allow", true), ("forbid", false)]) {
            Some(true) => Verb::Allow,
            _ => Verb::Forbid,
        },
        None => Verb::Computed(template),
    };
    if element.node.elements().next().is_none() {
        let message = "`ip-filter` needs an element `address` or `address-range`";
        element.report(Diagnostic::error("missing-element", message, element.name_span()));
    }
    Action::now(IpFilter {
        action,
        ranges: element
            .children("address-range", |it| it.setting("from").zip(it.setting("to")))
            .into_iter()
            .flatten()
            .collect(),
        addresses: element
            .children("address", |it| it.text_setting())
            .into_iter()
            .flatten()
            .collect(),
    })
}

impl Now for IpFilter {
    fn run(&self, exchange: &mut Exchange, _: &dyn World) -> Result<Flow, Fault> {
        let allows = match &self.action {
            Verb::Allow => true,
            Verb::Forbid => false,
            Verb::Computed(template) => template.text(exchange)?.trim().eq_ignore_ascii_case("allow"),
        };
        let caller = exchange.request.ip_address.clone();
        let Some(address) = IpAddr::parse(&caller) else {
            let message = "Failed to establish IP address for the caller. Access denied.";
            return Err(forbidden("FailedToParseCallerIP", message.to_owned()));
        };
        match (allows, self.lists(exchange, address.to_canonical())?) {
            (true, false) => {
                let message = format!("Caller IP address {caller} is not allowed. Access denied.");
                Err(forbidden("CallerIpNotAllowed", message))
            }
            (false, true) => {
                let message = "Caller IP address is blocked. Access denied.";
                Err(forbidden("CallerIpBlocked", message.to_owned()))
            }
            _ => Ok(Flow::Next),
        }
    }
}

impl IpFilter {
    fn lists(&self, exchange: &mut Exchange, caller: IpAddr) -> Result<bool, Fault> {
        for address in &self.addresses {
            if address.get(exchange)?.to_canonical() == caller {
                return Ok(true);
            }
        }
        for (from, to) in &self.ranges {
            if inside(
                caller,
                from.get(exchange)?.to_canonical(),
                to.get(exchange)?.to_canonical(),
            ) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

// Inclusive, and only within one family.
fn inside(caller: IpAddr, from: IpAddr, to: IpAddr) -> bool {
    let same = caller.is_ipv4() == from.is_ipv4() && caller.is_ipv4() == to.is_ipv4();
    same && from <= caller && caller <= to
}

// The text of the error is not told to the caller (observed).
fn forbidden(reason: &str, message: String) -> Fault {
    Fault::refusal(StatusCode::FORBIDDEN, reason, message, "Forbidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_inclusive_and_of_one_family() {
        let ip = |text: &str| IpAddr::parse(text).unwrap();
        assert!(inside(ip("10.0.0.255"), ip("10.0.0.0"), ip("10.0.0.255")));
        assert!(!inside(ip("10.0.1.0"), ip("10.0.0.0"), ip("10.0.0.255")));
        assert!(!inside(ip("::1"), ip("0.0.0.0"), ip("255.255.255.255")));
        assert!(inside(ip("fe80::5"), ip("fe80::"), ip("fe80::ff")));
    }
}
