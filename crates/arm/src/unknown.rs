//! Hosts of Azure that clients ask and that know nothing here: logs and prices.

use crate::answer::{Answer, Judged, Problem};
use crate::call::Call;
use http::Method;
use serde_json::json;

/// Answers for `api.loganalytics.io` and `api.applicationinsights.io`. Queries are written in KQL, which is not evaluated here.
pub(crate) fn logs(call: &Call) -> Judged {
    match call.segments().as_slice() {
        [_, "workspaces" | "apps", _, "query" | "metadata"] => Err(Problem::bad(
            "NotSupported",
            "Queries of logs (KQL) are not evaluated here. What the gateway recorded is told by `apimite trace`, by the traces of              the management plane, and by the counters at /metrics of the control address.",
        )),
        _ => Err(Problem::missing(
            "PathNotFoundError",
            format!("The requested path '{}' does not exist.", call.target),
        )),
    }
}

/// Answers for `prices.azure.com`: no price is known here, so no filter finds one.
pub(crate) fn prices(call: &Call) -> Judged {
    match (&call.method, call.segments().as_slice()) {
        (&Method::GET, ["api", "retail", "prices"]) => Ok(Answer::ok(json!({
            "BillingCurrency": call.query("currencyCode").map_or("USD", |it| it.trim_matches('\'')),
            "CustomerEntityId": "Default", "CustomerEntityType": "Retail", "Items": [], "NextPageLink": null, "Count": 0,
        }))),
        _ => Err(Problem::unknown(&call.target)),
    }
}
