//! `context.Request`.

use crate::Value;
use crate::host::Message;
use crate::library::crypto::x509;
use crate::library::table::{Member, TypeDef, interface, property};
use crate::value::Part;

/// `IRequest`.
pub(crate) static REQUEST: TypeDef = interface("IRequest").members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("IMessageBody Body", |cx, _, _| {
        Ok(if cx.host.has_body(Message::Request) {
            Value::Part(Part::Body(Message::Request))
        } else {
            Value::Null
        })
    }),
    property("IReadOnlyDictionary<string, string[]> Headers", |_, _, _| {
        Ok(Value::Part(Part::Headers(Message::Request)))
    }),
    property("string Method", |cx, _, _| Ok(cx.host.request().method.into())),
    property("IUrl Url", |_, _, _| Ok(Value::Part(Part::Url))),
    property("IUrl OriginalUrl", |_, _, _| Ok(Value::Part(Part::OriginalUrl))),
    property("string IpAddress", |cx, _, _| {
        Ok(cx.host.request().ip_address.into())
    }),
    property(
        "IReadOnlyDictionary<string, string> MatchedParameters",
        |_, _, _| Ok(Value::Part(Part::MatchedParameters)),
    ),
    property("X509Certificate2 Certificate", |cx, _, _| {
        Ok(cx
            .host
            .request()
            .certificate
            .cloned()
            .map_or(Value::Null, x509::value))
    }),
    property(
        "IPrivateEndpointConnection PrivateEndpointConnection",
        |_, _, _| Ok(Value::Null),
    ),
    property("IFoundry Foundry", |_, _, _| Ok(Value::Part(Part::Foundry))),
];

/// `context.Request.Foundry`.
pub(crate) static FOUNDRY: TypeDef = interface("IFoundry")
    .members(&[property("string Deployment", |cx, _, _| {
        Ok(cx.host.request().foundry_deployment.into())
    })]);

/// `context.Request.PrivateEndpointConnection`: null, as no request comes through one here.
pub(crate) static PRIVATE_ENDPOINT: TypeDef = interface("IPrivateEndpointConnection").members(&[
    property("string Name", |_, _, _| Ok(Value::Null)),
    property("string GroupId", |_, _, _| Ok(Value::Null)),
    property("string MemberName", |_, _, _| Ok(Value::Null)),
]);
