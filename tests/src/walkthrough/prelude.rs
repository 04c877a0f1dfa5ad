//! What stands before a document in the global one: variables that others would have set, and a token where one is asked for.

use super::fill::GUID;
use super::read::Inputs;
use serde_json::Value;
use std::fmt::Write as _;

/// The header that makes a policy of the global document fail.
pub(super) const FAULT: &str = "x-walk-fault";

/// Policies that can be made to fail.
pub(super) const FAULTS: [&str; 7] = [
    "set-variable",
    "validate-jwt",
    "check-header",
    "rate-limit-by-key",
    "quota-by-key",
    "ip-filter",
    "azure-openai-token-limit",
];

// How each of them fails.
const FAILING: [&str; 7] = [
    r#"<set-variable name="walk-failure" value="@(int.Parse("no"))" />"#,
    r#"<validate-jwt header-name="x-walk-none"><issuer-signing-keys><key>YXBpbWl0ZSBjYXNlIHNlY3JldCwgMzIgYnl0ZXMhISE=</key></issuer-signing-keys></validate-jwt>"#,
    r#"<check-header name="x-walk-none" failed-check-httpcode="403" failed-check-error-message="none" ignore-case="true" />"#,
    r#"<rate-limit-by-key calls="0" renewal-period="60" counter-key="walk" />"#,
    r#"<quota-by-key calls="0" renewal-period="3600" counter-key="walk" />"#,
    r#"<ip-filter action="allow"><address>192.0.2.1</address></ip-filter>"#,
    r#"<azure-openai-token-limit counter-key="walk" tokens-per-minute="1" estimate-prompt-tokens="true" />"#,
];

/// The global document.
pub(super) fn prelude(inputs: &Inputs) -> String {
    let mut text = "<policies><inbound>".to_owned();
    for (name, kind) in &inputs.variables {
        let header = format!(
            r#"context.Request.Headers.GetValueOrDefault("{}", "")"#,
            header_of(name)
        );
        let name = name.replace('&', "&amp;");
        let value = match kind.as_str() {
            "IResponse" => {
                let _ = write!(
                    text,
                    r#"<send-request mode="new" response-variable-name="{name}"><set-url>http://stub.example/</set-url><set-method>GET</set-method></send-request>"#
                );
                continue;
            }
            "Jwt" => {
                let read = r#"context.Request.Headers.GetValueOrDefault("x-walk-jwt", "").AsJwt()"#;
                let _ = write!(text, r#"<set-variable name="{name}" value="@({read})" />"#);
                continue;
            }
            "int" | "Int32" => format!("int.Parse({header})"),
            "long" | "Int64" => format!("long.Parse({header})"),
            "double" | "float" | "decimal" => format!("double.Parse({header})"),
            "bool" | "Boolean" => format!("bool.Parse({header})"),
            "JObject" | "JToken" => format!("JObject.Parse({header})"),
            "JArray" => format!("JArray.Parse({header})"),
            "DateTime" => format!("DateTime.Parse({header})"),
            "Guid" => format!("Guid.Parse({header})"),
            "string[]" => format!("{header}.Split(',')"),
            _ => header.clone(),
        };
        // Without its header it is not set at all.
        let _ = write!(
            text,
            r#"<choose><when condition="@(context.Request.Headers.ContainsKey("{}"))"><set-variable name="{name}" value="@({value})" /></when></choose>"#,
            header_of(&name)
        );
    }
    if !inputs.tokens.is_empty() {
        text += &sign_in(inputs);
    }
    for (name, failing) in FAULTS.iter().zip(FAILING) {
        let _ = write!(
            text,
            r#"<choose><when condition="@(context.Request.Headers.GetValueOrDefault("{FAULT}", "") == "{name}")">{failing}</when></choose>"#
        );
    }
    text + "</inbound><backend><forward-request timeout=\"10\" /></backend><outbound /><on-error /></policies>"
}

/// The header that sets a variable.
pub(super) fn header_of(variable: &str) -> String {
    let plain: String = variable
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    format!("x-walk-v-{plain}")
}

fn sign_in(inputs: &Inputs) -> String {
    let tenant = inputs.tenant.as_deref().unwrap_or(GUID);
    // A tenant may be written as the address of its issuer.
    let tenant = tenant.trim_end_matches('/').rsplit('/').next().unwrap_or(GUID);
    let tenant = match tenant {
        "common" | "organizations" | "" => GUID,
        tenant => tenant,
    };
    let headers: String = inputs
        .tokens
        .iter()
        .map(|name| {
            format!(
                r#"<set-header name="{name}" exists-action="override"><value>@("Bearer " + (string)((IResponse)context.Variables["walk-token"]).Body.As<JObject>(true)["access_token"])</value></set-header>"#
            )
        })
        .collect();
    format!(
        r#"<choose><when condition="@(context.Request.Headers.GetValueOrDefault("x-walk-token", "") == "issued")">
  <send-request mode="new" response-variable-name="walk-token"><set-url>https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token</set-url><set-method>POST</set-method>
    <set-header name="content-type"><value>application/x-www-form-urlencoded</value></set-header>
    <set-body>@("grant_type=client_credentials&client_id=walker&client_secret=x&scope=api%3A%2F%2Fwalk%2F.default")</set-body>
  </send-request>{headers}</when></choose>"#
    )
}

/// Claims as JSON, for a token that the documents' own keys check.
pub(super) fn claims(inputs: &Inputs) -> serde_json::Map<String, Value> {
    inputs.claims.clone()
}
