//! Who may call: subscription keys, their scopes, products (gateway.md 1.5 to 1.7).

use crate::template::query_value;
use expression::{SubscriptionFacts, UserFacts};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use policy::Fault;
use service::{ApiPlan, KeyHolder, Plan, ScopePlan};
use std::borrow::Cow;
use std::sync::Arc;
use trace::Section;

/// In whose name a request runs.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// The product whose policy applies, as an index of [`Plan::products`].
    pub(crate) product: Option<usize>,
    /// `context.Subscription`.
    pub(crate) subscription: Option<Arc<SubscriptionFacts>>,
    /// `context.User`.
    pub(crate) user: Option<Arc<UserFacts>>,
}

// The wire says "an API", `LastError` says "this API" (doc and observed; both are right).
const MISSING_WIRE: &str = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.";
const MISSING: &str = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to this API.";
const INVALID: &str = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.";

/// Whether a request to the API with index `api` may go on, and in whose name. `host` is the caller's `Host`, for the 401.
pub(crate) fn authorise(
    plan: &Plan,
    api: usize,
    headers: &HeaderMap,
    query: &str,
    host: &str,
) -> Result<Admission, Fault> {
    let Some(api) = plan.apis.get(api) else {
        return Ok(Admission::default());
    };
    let Some(key) = key(api, headers, query) else {
        return keyless(api)
            .ok_or_else(|| refusal("SubscriptionKeyNotFound", MISSING, MISSING_WIRE, api, host));
    };
    match admitted(plan, api, &key) {
        Some(admission) => Ok(admission),
        // A key that nobody asked for and that does not open the API is denied all the same (doc), unless switched off.
        None if plan.ignore_unneeded_keys && keyless(api).is_some() => Ok(keyless(api).unwrap_or_default()),
        None => Err(refusal("SubscriptionKeyInvalid", INVALID, INVALID, api, host)),
    }
}

// Header, then query, then bearer; the API's names replace the usual ones. An empty value is none (inferred).
fn key<'a>(api: &ApiPlan, headers: &'a HeaderMap, query: &'a str) -> Option<Cow<'a, str>> {
    let names = &api.key_names;
    let text = |value: &'a HeaderValue| value.to_str().ok().map(str::trim).filter(|text| !text.is_empty());
    if let Some(value) = headers.get(names.header.as_str()) {
        // A key that is no text is still a key, and a wrong one.
        match value.is_empty() {
            true => (),
            false => return Some(Cow::Borrowed(text(value).unwrap_or("\u{fffd}"))),
        }
    }
    let query = query.strip_prefix('?').unwrap_or(query);
    if let Some(value) = query_value(query, &names.query).filter(|value| !value.is_empty()) {
        return Some(value);
    }
    let bearer = names
        .bearer
        .then(|| headers.get(AUTHORIZATION))
        .flatten()
        .and_then(text)?;
    let (scheme, value) = bearer.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Cow::Borrowed(value.trim()))
        .filter(|value| !value.is_empty())
}

fn keyless(api: &ApiPlan) -> Option<Admission> {
    match api.open_product {
        Some(product) => Some(Admission {
            product: Some(product),
            ..Admission::default()
        }),
        None => (!api.subscription_required).then(Admission::default),
    }
}

fn admitted(plan: &Plan, api: &ApiPlan, key: &str) -> Option<Admission> {
    let KeyHolder { subscription, facts } = plan.find_key(key)?;
    let product = match &subscription.scope {
        ScopePlan::Everything => None,
        ScopePlan::Api(name) => (*name == api.name).then_some(None)?,
        ScopePlan::Workspace(name) => {
            let own = api.workspace.as_ref().map(|it| it.id.as_str());
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
                .then_some(None)?
        }
        ScopePlan::Product(product) => api.products.contains(product).then_some(Some(*product))?,
    };
    let allowed = subscription.is_active && !subscription.is_blocked;
    allowed.then(|| Admission {
        product,
        subscription: Some(facts.clone()),
        user: subscription.user.clone(),
    })
}

fn refusal(reason: &str, message: &str, wire: &str, api: &ApiPlan, host: &str) -> Fault {
    let fault = Fault::refusal(StatusCode::UNAUTHORIZED, reason, message, wire)
        .from_source("authorization")
        .in_section(Section::Inbound);
    // Always https, also on the plain listener; no space behind the commas (observed).
    let challenge = format!(
        r#"AzureApiManagementKey realm="https://{host}/{}",name="{}",type="header""#,
        api.path, api.key_names.header
    );
    match HeaderValue::from_str(&challenge) {
        Ok(value) => fault.with_header(WWW_AUTHENTICATE, value),
        Err(_) => fault,
    }
}

#[cfg(test)]
#[path = "subscription_tests.rs"]
mod tests;
