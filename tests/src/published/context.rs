//! What an expression reads, as the context that `apimite eval` takes: everything is there.

use super::reads::{Part, Reads, read};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// The context for one expression.
pub(super) fn of(text: &str) -> Value {
    let reads = read(text);
    let root = &reads.0[0];
    let request = reads.property(root, "Request");
    let mut context = json!({
        "request": reads.message(request),
        "response": reads.message(reads.property(root, "Response")),
        "variables": reads.variables(reads.property(root, "Variables")),
        "api": { "id": "orders", "name": "Orders", "path": "orders", "serviceUrl": "https://backend.example.com/v1", "version": "v1" },
        "operation": { "id": "get", "name": "Get", "method": "POST", "urlTemplate": "/orders/{id}" },
        "product": { "id": "starter", "name": "Starter", "state": "published", "groups": ["developers"] },
        "subscription": { "id": "team", "name": "Team", "key": "key", "primaryKey": "key", "secondaryKey": "other" },
        "user": {
            "id": "ann", "email": "ann@example.com", "firstName": "Ann", "lastName": "Lee", "groups": ["developers"],
            "identities": [{ "provider": "Aad", "id": "7" }],
        },
        "deployment": { "region": "West Europe", "serviceName": "apimite", "serviceId": "apimite" },
        "lastError": {
            "source": "validate-jwt", "reason": "TokenExpired", "message": "JWT not present.", "scope": "api",
            "section": "inbound", "path": "validate-jwt[1]", "policyId": "check",
        },
        "backend": { "id": "east", "type": "Single" },
    });
    let queries: Vec<String> = ["Url", "OriginalUrl"]
        .iter()
        .filter_map(|it| reads.property(reads.property(request?, it)?, "Query"))
        .flat_map(|it| reads.texts(it))
        .map(|(name, text)| format!("{name}={}", percent(&text)))
        .collect();
    context["request"]["url"] = format!("https://api.example.com/orders/7?{}", queries.join("&")).into();
    context["request"]["matchedParameters"] =
        reads.map(request.and_then(|it| reads.property(it, "MatchedParameters")));
    context["namedValues"] = named_values(text);
    if let Some(graph) = reads.property(root, "GraphQL") {
        context["graphQL"] = json!({
            "arguments": reads.property(graph, "Arguments").map_or(json!({}), |it| reads.json(it)),
            "parent": reads.property(graph, "Parent").map_or(json!({}), |it| reads.json(it)),
        });
    }
    context
}

// What is decoded is Base64; anything else may be a number.
fn named_values(text: &str) -> Value {
    let mut values = Map::new();
    for (at, _) in text.match_indices("{{") {
        let Some((name, _)) = text[at + 2..].split_once("}}") else {
            break;
        };
        let is_name = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || "._-".contains(it));
        if is_name {
            let is_base64 = text[..at].ends_with("FromBase64String(\"");
            let value = if is_base64 {
                STANDARD.encode("0123456789abcdef")
            } else {
                "1".to_owned()
            };
            values.insert(name.to_owned(), value.into());
        }
    }
    Value::Object(values)
}

const GUID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
const DATE: &str = "2024-05-01T12:00:00Z";
const URL: &str = "https://host.example.com:8443/a/b?x=1";

impl Reads {
    fn property<'r>(&'r self, of: impl Into<Option<&'r Part>>, name: &str) -> Option<&'r Part> {
        let at = of.into()?.properties.get(name)?;
        self.0.get(*at)
    }

    fn at(&self, at: usize) -> &Part {
        &self.0[at]
    }

    fn message(&self, part: Option<&Part>) -> Value {
        let mut message = json!({ "headers": self.map(self.property(part, "Headers")) });
        message["body"] = match self.property(self.property(part, "Body"), "As") {
            Some(body) => self.body(body),
            None => r#"{"a":1}"#.into(),
        };
        message
    }

    fn body(&self, part: &Part) -> Value {
        match part.kind.as_deref().unwrap_or_default() {
            "JArray" => self.json(part),
            "JObject" | "JToken" if part.element.is_none() || !part.keys.is_empty() => self.object(part),
            "JObject" | "JToken" => self.json(part),
            "XElement" | "XDocument" | "XNode" => self.xml(part).into(),
            "AsFormUrlEncodedContent" => {
                let pairs = self.texts(part).into_iter();
                let pairs: Vec<String> = pairs
                    .map(|(name, text)| format!("{name}={}", percent(&text)))
                    .collect();
                pairs.join("&").into()
            }
            _ => self.text(part).into(),
        }
    }

    // Names and texts of what is asked for by a key.
    fn texts(&self, part: &Part) -> Vec<(String, String)> {
        let keys = part.keys.iter();
        keys.map(|(name, at)| (name.clone(), self.text(self.at(*at))))
            .collect()
    }

    fn map(&self, part: Option<&Part>) -> Value {
        let texts = part.map(|it| self.texts(it)).unwrap_or_default();
        Value::Object(
            texts
                .into_iter()
                .map(|(name, text)| (name, text.into()))
                .collect(),
        )
    }

    fn variables(&self, part: Option<&Part>) -> Value {
        let mut variables = Map::new();
        for (name, at) in part.iter().flat_map(|it| &it.keys) {
            variables.insert(name.clone(), self.variable(self.at(*at)));
        }
        Value::Object(variables)
    }

    fn variable(&self, part: &Part) -> Value {
        let typed = |name: &str, value: Value| json!({ "$type": name, "value": value });
        match part.kind.as_deref().unwrap_or_default() {
            "IResponse" => typed("IResponse", self.message(Some(part))),
            "Jwt" => typed("Jwt", self.token(part).into()),
            "JObject" => typed("JObject", self.object(part)),
            kind @ ("JArray" | "JToken" | "JValue") => typed(kind, self.json(part)),
            "byte[]" => typed("byte[]", STANDARD.encode("bytes").into()),
            "string[]" => typed("string[]", json!(["1", "2"])),
            "Authorization" => typed("Authorization", json!({ "accessToken": "token", "claims": {} })),
            kind @ ("int" | "long" | "double" | "decimal" | "bool" | "DateTime" | "DateTimeOffset"
            | "TimeSpan" | "Guid" | "Uri") => typed(kind, self.text(part).into()),
            kind if kind.starts_with("Dictionary<") => typed(kind, self.map(Some(part))),
            kind if kind.starts_with("List<") || kind.ends_with("[]") => typed(kind, json!(["1", "2"])),
            // A property that only responses have, of a variable that is passed on.
            _ if ["Body", "StatusCode", "Headers"]
                .iter()
                .any(|it| part.properties.contains_key(*it)) =>
            {
                typed("IResponse", self.message(Some(part)))
            }
            "" if !part.keys.is_empty() || part.element.is_some() => self.json(part),
            _ => self.text(part).into(),
        }
    }

    /// A value as JSON holds it.
    fn json(&self, part: &Part) -> Value {
        let kind = part.kind.as_deref().unwrap_or_default();
        if part.parsed.is_some() {
            return self.text(part).into();
        }
        if kind == "JArray" || part.element.is_some() && part.keys.is_empty() && kind != "JObject" {
            let element = part.element.map_or(json!({}), |it| self.json(self.at(it)));
            return json!([element, element]);
        }
        if !part.keys.is_empty() || kind == "JObject" {
            return self.object(part);
        }
        match kind {
            "int" | "long" | "double" | "decimal" | "float" | "short" => json!(1),
            "bool" => json!(true),
            "DateTime" | "DateTimeOffset" => DATE.into(),
            _ => self.text(part).into(),
        }
    }

    fn object(&self, part: &Part) -> Value {
        let keys = part.keys.iter();
        Value::Object(
            keys.map(|(name, at)| (name.clone(), self.json(self.at(*at))))
                .collect(),
        )
    }

    /// A value as a text holds it.
    fn text(&self, part: &Part) -> String {
        if let Some(inner) = self.property(part, "As") {
            match inner.kind.as_deref() {
                Some("AsJwt") => return format!("Bearer {}", self.token(inner)),
                Some("AsBasic") => return "Basic dXNlcjpwYXNz".to_owned(),
                _ => (),
            }
        }
        if let Some(inner) = part.parsed {
            let inner = self.at(inner);
            return match inner.kind.as_deref() {
                // As long as a key or a block of AES, where nothing is known of it.
                Some("base64") => STANDARD.encode(format!("{:0>16}", self.text(inner))),
                Some("XElement") => self.xml(inner),
                _ => self.json(inner).to_string(),
            };
        }
        let kind = part.kind.as_deref().unwrap_or_default();
        let known = [
            ("DateTime", DATE),
            ("Guid", GUID),
            ("Uri", URL),
            ("bool", "true"),
            ("Boolean", "true"),
            ("IPAddress", "10.0.0.1"),
            ("TimeSpan", "00:01:00"),
        ];
        if let Some((_, text)) = known.iter().find(|(name, _)| kind.contains(name)) {
            return (*text).to_owned();
        }
        match (kind.strip_prefix("split "), &part.like) {
            (Some(mark), _) => {
                let element = part
                    .element
                    .map_or_else(|| "1".to_owned(), |it| self.text(self.at(it)));
                vec![element; 4].join(mark)
            }
            (None, Some(like)) if !like.contains(['\n', '\r']) => like.clone(),
            (None, _) if !part.keys.is_empty() => self.object(part).to_string(),
            (None, _) => "1".to_owned(),
        }
    }

    // A token with the claims that are asked for.
    fn token(&self, part: &Part) -> String {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), "ann".into());
        claims.insert("exp".to_owned(), 4_102_444_800_u64.into());
        let asked = self
            .property(part, "Claims")
            .map(|it| self.texts(it))
            .unwrap_or_default();
        claims.extend(asked.into_iter().map(|(name, text)| (name, text.into())));
        let written = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        format!("{}.{}.c2ln", written(&header), written(&Value::Object(claims)))
    }

    fn xml(&self, part: &Part) -> String {
        format!("<root>{}</root>", self.elements(part))
    }

    fn elements(&self, part: &Part) -> String {
        let inner = part.element.into_iter().map(|at| self.elements(self.at(at)));
        let keys = part
            .keys
            .iter()
            .filter(|(name, _)| name.chars().all(char::is_alphanumeric));
        let own = keys.map(|(name, at)| {
            let child = self.at(*at);
            match self.elements(child) {
                inside if inside.is_empty() => format!("<{name}>{}</{name}>", self.text(child)),
                inside => format!("<{name}>{inside}</{name}>"),
            }
        });
        own.chain(inner).collect()
    }
}

fn percent(text: &str) -> String {
    let plain = |it: &u8| it.is_ascii_alphanumeric() || b"-._~".contains(it);
    text.bytes()
        .map(|it| match plain(&it) {
            true => char::from(it).to_string(),
            false => format!("%{it:02X}"),
        })
        .collect()
}
