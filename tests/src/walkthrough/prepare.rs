//! A document with everything at hand that it names, and what it expects of whoever included it.

use super::read::{self, Inputs, between, quoted_after, unique};
use serde_json::Value;
use std::fmt::Write as _;
use testkit::Api;

/// A document that is ready to run.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) service: model::Service,
    pub(super) inputs: Inputs,
    /// Keys of subscriptions, one for each product.
    pub(super) keys: Vec<String>,
}

/// The base64 of the secret with which `token::token` signs.
const SECRET: &str = "YXBpbWl0ZSBjYXNlIHNlY3JldCwgMzIgYnl0ZXMhISE=";
const GUID: &str = "00000000-0000-0000-0000-000000000001";
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// `None` for what is no policy document.
pub(super) fn prepare(text: &str) -> Option<Prepared> {
    let text = text.trim_start_matches('\u{feff}');
    let is_fragment =
        !text.contains("<policies") && (text.contains("<fragment>") || text.contains("<fragment "));
    if !text.contains("<policies") && !is_fragment {
        return None;
    }
    let text = placeholders(&outside(&markers(text))).replace("-id =", "-id=");
    let values = named_values(&text);
    let plain = resolved(&decoded(&uncommented(&text)), &values);
    let inputs = read::read(&plain);
    let document = match is_fragment {
        true => around(&text),
        false => with_base(&text),
    };
    let service = service(&document, &plain, values, &inputs);
    let keys = service
        .subscriptions
        .iter()
        .filter_map(|it| it.primary_key.clone())
        .collect();
    Some(Prepared {
        service,
        inputs,
        keys,
    })
}

// A fragment runs where what it reads is there.
fn around(text: &str) -> String {
    let inside = text
        .split_once("<fragment")
        .and_then(|(_, rest)| rest.split_once('>'))
        .map_or("", |(_, rest)| {
            rest.split("</fragment>").next().unwrap_or_default()
        });
    let section = match () {
        () if inside.contains("context.LastError") => "on-error",
        () if inside.contains("context.Response.") || inside.contains("context.Response?") => "outbound",
        () if inside.contains("<forward-request") => "backend",
        () => "inbound",
    };
    let mut text = "<policies>".to_owned();
    for name in ["inbound", "backend", "outbound", "on-error"] {
        let content = match (name == section, name) {
            (true, "backend") => inside.to_owned(),
            (true, "on-error") => format!("<base />{inside}"),
            (true, _) => format!("<base />{inside}"),
            (false, _) => "<base />".to_owned(),
        };
        // An error must come from somewhere.
        let fail = match (section, name) {
            ("on-error", "inbound") => r#"<set-variable name="walk-failure" value="@(int.Parse("no"))" />"#,
            _ => "",
        };
        let _ = write!(text, "<{name}>{content}{fail}</{name}>");
    }
    text + "</policies>"
}

// What the global document sets up comes in by `<base />`.
fn with_base(text: &str) -> String {
    let inbound = text.split_once("<inbound>").map_or("", |(_, rest)| {
        rest.split("</inbound>").next().unwrap_or_default()
    });
    match uncommented(inbound).contains("<base") {
        true => text.to_owned(),
        false => text.replacen("<inbound>", "<inbound><base />", 1),
    }
}

pub(super) fn uncommented(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, rest)| rest);
    }
    out + rest
}

fn decoded(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn resolved(text: &str, values: &[(String, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}

// `${name}` is a deploying template's, in whatever place.
fn markers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        let good = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        match good && !before.ends_with('$') {
            true => out.push_str(&value_of(name, before)),
            false => {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
        }
        rest = tail;
    }
    out + rest
}

// Every host outside is the stub; sign-in is done by the local issuer.
fn outside(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("https://").or_else(|| rest.find("http://")) {
        let scheme = rest[at..].find("//").map_or(at, |it| at + it + 2);
        let end = rest[scheme..]
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | ':'))
            .unwrap_or(rest.len() - scheme);
        let host = &rest[scheme..scheme + end];
        // Names of schemas are no addresses, an expression may put the host in itself, and audiences are texts.
        let is_text = ["resource=\"", "<audience>", "<issuer>"]
            .iter()
            .any(|it| rest[..at].trim_end().ends_with(it));
        let keep = host.is_empty()
            || ["w3.org", "xmlsoap", "microsoftonline", "sts.windows"]
                .iter()
                .any(|it| host.contains(it))
            || is_text;
        match keep {
            true => out.push_str(&rest[..scheme + end]),
            false => {
                out.push_str(&rest[..at]);
                out.push_str("http://stub.test");
            }
        }
        rest = &rest[scheme + end..];
    }
    issuers(&(out + rest))
}

// Whoever's metadata a document names, the tokens are those of the local issuer.
fn issuers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<openid-config") {
        out.push_str(before);
        out.push_str("<openid-config");
        match after
            .split_once("url=\"")
            .and_then(|(head, url)| Some((head, url.split_once('"')?)))
        {
            Some((head, (_, tail))) if !head.contains('>') => {
                let _ = write!(
                    out,
                    "{head}url=\"https://login.microsoftonline.com/{GUID}/v2.0/.well-known/openid-configuration\""
                );
                rest = tail;
            }
            _ => rest = after,
        }
    }
    out + rest
}

// `"{name}"` as a whole value is a deploying template's.
fn placeholders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("=\"") {
        let start = at + 2;
        let Some(length) = rest[start..].find('"') else {
            break;
        };
        let value = &rest[start..start + length];
        let inner = value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let is_placeholder = inner.is_some_and(|it| {
            it.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        });
        out.push_str(&rest[..start]);
        match inner.filter(|_| is_placeholder) {
            Some(name) => out.push_str(&value_of(name, &rest[..start])),
            None => out.push_str(value),
        }
        rest = &rest[start + length..];
    }
    out + rest
}

fn named_values(text: &str) -> Vec<(String, String)> {
    let mut values: Vec<(String, String)> = Vec::new();
    for (at, _) in text.match_indices("{{") {
        let Some(name) = text[at + 2..].split("}}").next() else {
            continue;
        };
        let good = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if good && !values.iter().any(|(it, _)| it.eq_ignore_ascii_case(name)) {
            values.push((name.to_owned(), value_of(name, &text[..at])));
        }
    }
    values
}

// What stands for a name, by where it stands and by what it is called.
fn value_of(name: &str, before: &str) -> String {
    let near = before.rsplit(['<', '\n']).next().unwrap_or_default();
    let ends = |words: &[&str]| {
        words
            .iter()
            .any(|it| near.trim_end_matches(['"', '\'', '(', '@', '$']).ends_with(it))
    };
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    let value = match () {
        () if ends(&["Boolean.Parse", "bool.Parse", "Convert.ToBoolean"]) => "true",
        () if ends(&[
            "int.Parse",
            "Int32.Parse",
            "Convert.ToInt32",
            "calls=",
            "renewal-period=",
            "duration=",
        ]) =>
        {
            "5"
        }
        () if ends(&["JObject.Parse", "JToken.Parse"]) => "{}",
        () if ends(&["JArray.Parse"]) => "[]",
        () if ends(&["tenant-id=", "client-id=", "application-id>", "Guid.Parse"]) => GUID,
        () if ends(&["key>"]) => SECRET,
        () if ends(&["base-url=", "set-url>"]) => "http://stub.test",
        () if has(&["tenant", "clientid", "client-id", "appid", "app-id"]) => GUID,
        () if has(&["signing", "secret", "-key", "jwtkey"]) => SECRET,
        () if has(&["url", "uri", "endpoint", "issuer", "openid", "audience"]) => "http://stub.test",
        () if has(&["host", "domain", "fqdn"]) => "stub.test",
        () if has(&["enable", "allow", "is-", "flag", "debug"]) => "true",
        () if has(&["ip", "address"]) && has(&["allow", "range", "from", "to", "block"]) => "127.0.0.1",
        () if has(&["json", "map", "config"]) => "{}",
        () => "5",
    };
    value.to_owned()
}

fn service(document: &str, plain: &str, values: Vec<(String, String)>, inputs: &Inputs) -> model::Service {
    let is_name = |it: &String| !it.contains(['@', '{', '$', '<']);
    let names = |open: &str| unique(quoted_after(plain, open).into_iter().filter(is_name));
    let mut service = model::Service {
        name: "apimite".to_owned(),
        sku: "Developer".to_owned(),
        location: "westeurope".to_owned(),
        policy: Some(testkit::document("global.xml", &prelude(inputs))),
        apis: vec![api(document, inputs)],
        ..model::Service::default()
    };
    for (name, value) in values {
        service.named_values.push(model::NamedValue {
            display_name: name.clone(),
            name,
            value: Some(value),
            ..model::NamedValue::default()
        });
    }
    for name in names("backend-id=\"")
        .into_iter()
        .chain(inputs.texts.iter().filter(|it| is_resource(it)).cloned())
    {
        if !service
            .backends
            .iter()
            .any(|it| it.name.eq_ignore_ascii_case(&name))
        {
            service.backends.push(model::Backend {
                name,
                url: Some("http://stub.test".to_owned()),
                protocol: Some("http".to_owned()),
                ..model::Backend::default()
            });
        }
    }
    for name in names("fragment-id=\"") {
        let file = format!("{name}.xml");
        service.fragments.push(model::Fragment {
            name,
            description: String::new(),
            document: testkit::document(&file, "<fragment />"),
        });
    }
    service.caches.push(model::ExternalCache {
        name: "default".to_owned(),
        use_from_location: "default".to_owned(),
    });
    service.loggers = names("logger-id=\"")
        .into_iter()
        .map(|name| model::Logger {
            name,
            kind: "azureEventHub".to_owned(),
        })
        .collect();
    service.schemas = names("schema-id=\"")
        .into_iter()
        .map(|name| model::SchemaResource {
            name,
            kind: model::SchemaKind::Json,
            text: "{}".to_owned(),
        })
        .collect();
    people(&mut service, inputs);
    settings(&mut service, plain, inputs);
    service
}

// The name itself, if Azure takes it.
fn resource(name: &str, otherwise: &str, at: usize) -> String {
    match is_resource(name) && !name.starts_with('-') && !name.ends_with('-') {
        true => name.to_owned(),
        false => format!("{otherwise}-{at}"),
    }
}

fn is_resource(text: &str) -> bool {
    !text.is_empty() && text.len() < 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn settings(service: &mut model::Service, plain: &str, inputs: &Inputs) {
    let settings = &mut service.settings;
    settings.lenient = true;
    let walker = settings
        .identity
        .applications
        .entry("walker".to_owned())
        .or_default();
    walker.claims = inputs.claims.clone();
    for (provider, id) in between(plain, "<get-authorization-context", ">").filter_map(|it| {
        let part = |name: &str| it.split_once(name)?.1.split('"').next();
        Some((part("provider-id=\"")?, part("authorization-id=\"")?))
    }) {
        settings
            .authorizations
            .entry(provider.to_owned())
            .or_default()
            .entry(id.to_owned())
            .or_default();
    }
    if inputs.wants_certificate {
        settings.tls.client_certificate_header = Some("x-walk-certificate".to_owned());
    }
    let certificates = quoted_after(plain, "certificate-id=\"").into_iter();
    for name in certificates.filter(|it| is_resource(it)) {
        let own = settings.certificates.entry(name).or_default();
        own.file = Some("certificates/orders-client.pfx".to_owned());
        own.password = Some("apimite".to_owned());
    }
    let folder = crate::root().join("fixtures");
    let _ = apiops::certificates(&folder, service);
}

fn api(document: &str, inputs: &Inputs) -> model::Api {
    let mut api = Api::new("api")
        .path("")
        .service_url("http://stub.test")
        .policy(document);
    for method in METHODS {
        api = api.operation(method, "/*");
    }
    if !inputs.parameters.is_empty() {
        let template: String = inputs.parameters.iter().map(|it| format!("/{{{it}}}")).collect();
        for method in METHODS {
            api = api.operation(method, &format!("/walk{template}"));
        }
    }
    let mut api = api.into_model();
    for (at, name) in inputs.operations.iter().enumerate() {
        for method in ["GET", "POST"] {
            let mut operation =
                testkit::operation(method, &format!("/walk-{at}-{}", method.to_ascii_lowercase()));
            operation.name = resource(name, "walk-operation", at);
            operation.display_name.clone_from(name);
            // Names are unique: the second is known by its display name.
            if method == "POST" {
                operation.name.push_str("-post");
            }
            api.operations.push(operation);
        }
    }
    api
}

// A product and a subscription for each that is named, and one more; their owner is in every group.
fn people(service: &mut model::Service, inputs: &Inputs) {
    let all: Vec<String> = unique(
        ["starter".to_owned()]
            .into_iter()
            .chain(inputs.groups.iter().cloned()),
    );
    service.groups = all
        .iter()
        .enumerate()
        .map(|(at, name)| model::Group {
            name: resource(name, "walk-group", at),
            display_name: name.clone(),
        })
        .collect();
    let all = service.groups.iter().map(|it| it.name.clone()).collect();
    service.users.push(model::User {
        name: "ada".to_owned(),
        email: "ada@example.com".to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        groups: all,
        ..model::User::default()
    });
    let names = ["walk-starter".to_owned()]
        .into_iter()
        .chain(inputs.products.iter().cloned());
    for (at, display_name) in unique(names).into_iter().enumerate() {
        let name = resource(&display_name, "walk-product", at);
        let mut product = testkit::Product::new(&name).api("api").0;
        product.display_name = display_name;
        service.products.push(product);
        let key = format!("walk-key-{at}");
        let subscription = testkit::Subscription::new(&format!("walk-subscription-{at}"), &key);
        let mut subscription = subscription.scope(&format!("/products/{name}")).0;
        subscription.owner = Some("ada".to_owned());
        service.subscriptions.push(subscription);
    }
}

// Variables that others would have set, from headers, and a token where one is asked for.
fn prelude(inputs: &Inputs) -> String {
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
                    r#"<send-request mode="new" response-variable-name="{name}"><set-url>http://stub.test/</set-url><set-method>GET</set-method></send-request>"#
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
