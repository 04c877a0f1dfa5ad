//! `context`.

use super::{configuration, graphql};
use crate::Value;
use crate::dotnet::datetime::DateTime;
use crate::host::Message;
use crate::library::table::{Member, TypeDef, interface, method, property};
use crate::library::{date_time, guid, time_span};
use crate::value::Part;

/// The type of `context`.
pub(crate) static CONTEXT: TypeDef = interface("IExpressionContext")
    .aliases(&["IProxyRequestContext", "IContext"])
    .members(MEMBERS);

static MEMBERS: &[Member] = &[
    property("IRequest Request", |_, _, _| Ok(Value::Part(Part::Request))),
    property("IResponse Response", |cx, _, _| {
        Ok(cx
            .host
            .response()
            .map_or(Value::Null, |_| Value::Part(Part::Response)))
    }),
    property("IReadOnlyDictionary<string, object> Variables", |_, _, _| {
        Ok(Value::Part(Part::Variables))
    }),
    property("ILastError LastError", |cx, _, _| {
        Ok(cx
            .host
            .last_error()
            .map_or(Value::Null, |_| Value::Part(Part::LastError)))
    }),
    property("IApi Api", |cx, _, _| {
        Ok(configuration::api(cx.host.facts().api.clone()))
    }),
    property("IOperation Operation", |cx, _, _| {
        Ok(configuration::operation(cx.host.facts().operation.clone()))
    }),
    property("IProduct Product", |cx, _, _| {
        Ok(configuration::product(cx.host.facts().product.clone()))
    }),
    property("ISubscription Subscription", |cx, _, _| {
        Ok(configuration::subscription(cx.host.facts().subscription.clone()))
    }),
    property("IUser User", |cx, _, _| {
        Ok(configuration::user(cx.host.facts().user.clone()))
    }),
    property("IDeployment Deployment", |cx, _, _| {
        Ok(configuration::deployment(cx.host.facts().deployment.clone()))
    }),
    property("IBackend Backend", |cx, _, _| {
        Ok(configuration::backend(cx.host.backend()))
    }),
    property("IWorkspace Workspace", |cx, _, _| {
        Ok(configuration::workspace(cx.host.facts().workspace.clone()))
    }),
    property("IGraphQLContext GraphQL", |cx, _, _| {
        Ok(cx.host.graphql().map_or(Value::Null, graphql::value))
    }),
    property("Guid RequestId", |cx, _, _| Ok(guid::value(cx.host.request_id()))),
    property("DateTime Timestamp", |cx, _, _| {
        Ok(date_time::value(DateTime::from_moment(cx.host.timestamp())))
    }),
    property("TimeSpan Elapsed", |cx, _, _| {
        let elapsed = cx.now().since(cx.host.timestamp());
        Ok(time_span::value((elapsed.as_nanos() / 100) as i64))
    }),
    property("bool Tracing", |cx, _, _| Ok(cx.host.tracing().into())),
    method("void Trace(string message)", |cx, a, _| {
        let message = a[1].to_text();
        cx.host.trace(&message);
        Ok(Value::Null)
    }),
];

/// The message that a property of the context leads to, for what an expression needs buffered.
pub(crate) fn message(name: &str) -> Option<Message> {
    match name {
        "Request" => Some(Message::Request),
        "Response" => Some(Message::Response),
        _ => None,
    }
}
