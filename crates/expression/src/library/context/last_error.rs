//! `context.LastError`.

use crate::Value;
use crate::eval::Cx;
use crate::host::LastError;
use crate::library::table::{TypeDef, interface, property};

/// `ILastError`.
pub(crate) static LAST_ERROR: TypeDef = interface("ILastError").members(&[
    property("string Source", |cx, _, _| Ok(text(cx, |it| Some(&it.source)))),
    property("string Reason", |cx, _, _| Ok(text(cx, |it| Some(&it.reason)))),
    property("string Message", |cx, _, _| Ok(text(cx, |it| Some(&it.message)))),
    property("string Scope", |cx, _, _| Ok(text(cx, |it| it.scope.as_ref()))),
    property("string Section", |cx, _, _| {
        Ok(text(cx, |it| it.section.as_ref()))
    }),
    property("string Path", |cx, _, _| Ok(text(cx, |it| it.path.as_ref()))),
    // The policy toolkit has it: the status that the failure leads to.
    property("int HttpErrorCode", |cx, _, _| {
        let status = cx.host.response().map_or(500, |it| i32::from(it.status));
        Ok(status.into())
    }),
    property("string PolicyId", |cx, _, _| {
        Ok(text(cx, |it| it.policy_id.as_ref()))
    }),
]);

fn text(cx: &Cx<'_>, of: impl Fn(&LastError) -> Option<&String>) -> Value {
    cx.host.last_error().and_then(of).map(String::as_str).into()
}
