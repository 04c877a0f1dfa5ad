//! Requests, and what the stub answers to them. One that reaches something new is varied further.

use super::prepare::{Prepared, claims, header_of};
use super::read::Inputs;
use clock::Rng;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use testkit::{Reply, Seen};

/// A request and the answers to the calls that come of it.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    method: &'static str,
    path: String,
    headers: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    /// Variables that are set before the document runs.
    variables: BTreeMap<String, String>,
    /// Members of bodies that are not as usual.
    members: BTreeMap<String, String>,
    body: Content,
    token: Token,
    key: Option<usize>,
    /// Whether a day passes before it.
    pub(super) waits: bool,
    pub(super) answers: Answers,
}

/// What the stub says.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    statuses: Vec<u16>,
    content: Content,
    headers: BTreeMap<String, String>,
    members: BTreeMap<String, String>,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    None,
    Json,
    List,
    Xml,
    Form,
    Text,
    Events,
}

/// What the caller is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    None,
    /// Signed with the documents' own key.
    Own,
    /// The local issuer's.
    Issued,
    Wrong,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
const CONTENTS: [Content; 7] = [
    Content::Json,
    Content::List,
    Content::Xml,
    Content::Form,
    Content::Text,
    Content::Events,
    Content::None,
];
const CHAT: &str = "/openai/deployments/gpt-4o-mini/chat/completions";
const USUAL: [&str; 16] = [
    "1",
    "0",
    "true",
    "false",
    "a",
    "",
    "5",
    "100000",
    "gpt-4o-mini",
    "application/json",
    "2024-05-01T12:00:00Z",
    "00000000-0000-0000-0000-000000000001",
    "http://stub.test/a",
    "a,b",
    "Basic YTpi",
    "eyJhIjoxfQ==",
];

impl Ask {
    /// The requests that every document gets.
    pub(super) fn first(prepared: &Prepared) -> Vec<Ask> {
        let inputs = &prepared.inputs;
        let token = match inputs.tokens.is_empty() {
            true => Token::None,
            false => Token::Issued,
        };
        let usual = |texts: &[String]| -> BTreeMap<String, String> {
            texts.iter().map(|it| (it.clone(), "1".to_owned())).collect()
        };
        let base = Ask {
            method: "POST",
            path: match inputs.parameters.is_empty() {
                true => CHAT.to_owned(),
                false => format!("/walk{}", "/1".repeat(inputs.parameters.len())),
            },
            headers: usual(&inputs.headers),
            query: usual(&inputs.queries),
            variables: inputs
                .variables
                .iter()
                .map(|(name, kind)| (name.clone(), of_kind(kind).to_owned()))
                .collect(),
            members: BTreeMap::new(),
            body: Content::Json,
            token,
            key: Some(0),
            waits: true,
            answers: Answers {
                statuses: vec![200],
                content: Content::Json,
                headers: usual(&inputs.headers),
                members: BTreeMap::new(),
            },
        };
        let with = |change: &dyn Fn(&mut Ask)| {
            let mut ask = base.clone();
            change(&mut ask);
            ask
        };
        vec![
            base.clone(),
            with(&|it| it.method = "GET"),
            with(&|it| it.token = Token::Own),
            with(&|it| it.token = Token::None),
            with(&|it| it.key = None),
            with(&|it| it.headers.clear()),
            with(&|it| it.answers.statuses = vec![500]),
            with(&|it| it.answers.statuses = vec![429]),
            with(&|it| {
                it.method = "OPTIONS";
                it.headers.insert("origin".into(), "http://stub.test".into());
                it.headers
                    .insert("access-control-request-method".into(), "GET".into());
            }),
            with(&|it| it.answers.content = Content::Xml),
            with(&|it| it.body = Content::Xml),
        ]
    }

    /// One that differs in a few things.
    pub(super) fn varied(&self, prepared: &Prepared, rng: &mut Rng) -> Ask {
        let mut ask = self.clone();
        for _ in 0..=rng.below(3) {
            ask.vary(prepared, rng);
        }
        ask
    }

    fn vary(&mut self, prepared: &Prepared, rng: &mut Rng) {
        let inputs = &prepared.inputs;
        match rng.below(16) {
            0 => self.method = METHODS[index(rng, METHODS.len())],
            1 => self.path = path(inputs, rng),
            2 | 3 => assign(&mut self.headers, pick(&inputs.headers, rng), inputs, rng),
            4 => assign(&mut self.query, pick(&inputs.queries, rng), inputs, rng),
            5 | 6 => self.vary_variable(inputs, rng),
            7 => assign(&mut self.members, member(&inputs.members, rng), inputs, rng),
            8 => self.body = CONTENTS[index(rng, CONTENTS.len())],
            9 => {
                self.token = [Token::None, Token::Own, Token::Issued, Token::Wrong][index(rng, 4)];
            }
            10 => self.key = Some(index(rng, prepared.keys.len().max(1))).filter(|_| rng.below(6) > 0),
            11 | 12 => {
                let status = |rng: &mut Rng| inputs.statuses[index(rng, inputs.statuses.len())];
                self.answers.statuses = (0..=rng.below(3)).map(|_| status(rng)).collect();
            }
            13 => self.answers.content = CONTENTS[index(rng, CONTENTS.len())],
            14 => assign(
                &mut self.answers.members,
                member(&inputs.members, rng),
                inputs,
                rng,
            ),
            _ => {
                // One text in every place at once.
                let text = text(inputs, rng);
                self.headers.values_mut().for_each(|it| it.clone_from(&text));
                self.query.values_mut().for_each(|it| it.clone_from(&text));
                assign(&mut self.answers.headers, pick(&inputs.headers, rng), inputs, rng);
            }
        }
        self.waits = rng.below(2) == 0;
    }

    fn vary_variable(&mut self, inputs: &Inputs, rng: &mut Rng) {
        let Some((name, kind)) = inputs.variables.get(index(rng, inputs.variables.len())) else {
            return assign(&mut self.headers, pick(&inputs.headers, rng), inputs, rng);
        };
        let value = match kind.as_str() {
            "string" => text(inputs, rng),
            "bool" | "Boolean" => ["true", "false"][index(rng, 2)].to_owned(),
            "int" | "long" | "Int32" | "double" => ["0", "1", "100000"][index(rng, 3)].to_owned(),
            kind => of_kind(kind).to_owned(),
        };
        match rng.below(8) {
            0 => drop(self.variables.remove(name)),
            _ => drop(self.variables.insert(name.clone(), value)),
        }
    }

    /// Method and target.
    pub(super) fn line(&self) -> (&'static str, String) {
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let query = format!("?api-version=2024-10-21&{}", pairs.join("&"));
        (
            self.method,
            format!("{}{}", self.path, query.trim_end_matches('&')),
        )
    }

    /// Headers; later ones replace earlier ones.
    pub(super) fn headers(&self, prepared: &Prepared) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        all.insert("accept".to_owned(), "application/json".to_owned());
        if let Some(kind) = kind_of(self.body) {
            all.insert("content-type".to_owned(), kind.to_owned());
        }
        for (name, value) in &self.headers {
            // Those of the connection are not the caller's to choose.
            let own = [
                "host",
                "content-length",
                "transfer-encoding",
                "connection",
                "content-type",
                "expect",
            ];
            if !own.iter().any(|it| it.eq_ignore_ascii_case(name)) {
                all.insert(name.to_ascii_lowercase(), value.clone());
            }
        }
        for (name, value) in &self.variables {
            all.insert(header_of(name), value.clone());
        }
        if let Some(key) = self.key.and_then(|at| prepared.keys.get(at)) {
            all.insert("ocp-apim-subscription-key".to_owned(), key.clone());
        }
        self.sign(prepared, &mut all);
        all
    }

    fn sign(&self, prepared: &Prepared, all: &mut BTreeMap<String, String>) {
        let inputs = &prepared.inputs;
        let own = crate::token::token(Map::new(), &claims(inputs));
        all.insert("x-walk-jwt".to_owned(), own.clone());
        if inputs.wants_certificate {
            all.insert("x-walk-certificate".to_owned(), certificate());
        }
        let token = match self.token {
            Token::None => return,
            Token::Issued => {
                all.insert("x-walk-token".to_owned(), "issued".to_owned());
                return;
            }
            Token::Own => own,
            Token::Wrong => "a.b.c".to_owned(),
        };
        for name in &inputs.tokens {
            all.insert(name.to_ascii_lowercase(), format!("Bearer {token}"));
        }
    }

    /// The body, if there is one.
    pub(super) fn body(&self, inputs: &Inputs) -> Option<String> {
        match self.method {
            "GET" | "HEAD" | "OPTIONS" => None,
            _ => written(self.body, &inputs.members, &self.members),
        }
    }
}

impl Answers {
    /// The answer to the n-th call.
    pub(super) fn reply(&self, call: usize, inputs: &Inputs, _: &Seen) -> Reply {
        let status = self
            .statuses
            .get(call)
            .or(self.statuses.last())
            .copied()
            .unwrap_or(200);
        let mut reply = Reply::status(status);
        for (name, value) in &self.headers {
            let lower = name.to_ascii_lowercase();
            let framing = [
                "content-length",
                "transfer-encoding",
                "connection",
                "content-type",
                "content-encoding",
                "host",
            ];
            if !framing.contains(&lower.as_str()) && http::HeaderValue::from_str(value).is_ok() {
                reply = reply.header(lower, value.clone());
            }
        }
        if status == 429 {
            reply = reply.header("retry-after", "1");
        }
        match written(self.content, &inputs.members, &self.members) {
            Some(body) if status != 204 && status != 304 => reply
                .header("content-type", kind_of(self.content).unwrap_or("text/plain"))
                .body(body),
            _ => reply,
        }
    }
}

fn index(rng: &mut Rng, length: usize) -> usize {
    usize::try_from(rng.below(length as u64)).unwrap_or_default()
}

fn pick(names: &[String], rng: &mut Rng) -> Option<String> {
    names.get(index(rng, names.len())).cloned()
}

fn member(members: &Value, rng: &mut Rng) -> Option<String> {
    let names: Vec<&String> = members.as_object()?.keys().collect();
    names.get(index(rng, names.len())).map(|it| (*it).clone())
}

fn text(inputs: &Inputs, rng: &mut Rng) -> String {
    let known = inputs.texts.len();
    match index(rng, known + USUAL.len() / 2) {
        at if at < known => inputs.texts[at].clone(),
        _ => USUAL[index(rng, USUAL.len())].to_owned(),
    }
}

fn assign(map: &mut BTreeMap<String, String>, name: Option<String>, inputs: &Inputs, rng: &mut Rng) {
    let Some(name) = name else { return };
    match rng.below(6) {
        0 => drop(map.remove(&name)),
        _ => drop(map.insert(name, text(inputs, rng))),
    }
}

fn path(inputs: &Inputs, rng: &mut Rng) -> String {
    match rng.below(5) {
        0 => CHAT.to_owned(),
        1 if !inputs.operations.is_empty() => {
            let at = index(rng, inputs.operations.len());
            format!("/walk-{at}-{}", ["get", "post"][index(rng, 2)])
        }
        2 if !inputs.parameters.is_empty() => {
            let parts: String = inputs
                .parameters
                .iter()
                .map(|_| format!("/{}", segment(&text(inputs, rng))))
                .collect();
            format!("/walk{parts}")
        }
        _ => {
            let text = text(inputs, rng);
            let parts: Vec<String> = text.split('/').filter(|it| !it.is_empty()).map(segment).collect();
            format!("/{}", parts.join("/"))
        }
    }
}

fn segment(text: &str) -> String {
    match escaped(text) {
        text if text.is_empty() => "1".to_owned(),
        text => text,
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn of_kind(kind: &str) -> &'static str {
    match kind {
        "bool" | "Boolean" => "true",
        "JObject" | "JToken" => r#"{"id":"1","name":"one","a":"1"}"#,
        "JArray" => r#"[{"id":"1","name":"one"}]"#,
        "DateTime" => "2024-05-01T12:00:00Z",
        "Guid" => "00000000-0000-0000-0000-000000000001",
        _ => "1",
    }
}

fn kind_of(content: Content) -> Option<&'static str> {
    match content {
        Content::None => None,
        Content::Json | Content::List => Some("application/json"),
        Content::Xml => Some("application/xml"),
        Content::Form => Some("application/x-www-form-urlencoded"),
        Content::Text => Some("text/plain"),
        Content::Events => Some("text/event-stream"),
    }
}

fn written(content: Content, members: &Value, changed: &BTreeMap<String, String>) -> Option<String> {
    let object = || {
        let mut whole = members.clone();
        change(&mut whole, changed);
        whole
    };
    let plain = || {
        let whole = object();
        let pairs = whole.as_object().cloned().unwrap_or_default();
        pairs.into_iter().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| "1".to_owned(), str::to_owned);
            (name, text)
        })
    };
    Some(match content {
        Content::None => return None,
        Content::Json => object().to_string(),
        Content::List => Value::from(vec![object()]).to_string(),
        Content::Xml => {
            let name = |it: &String| {
                it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                    && it.starts_with(|c: char| c.is_ascii_alphabetic())
            };
            let inside: String = plain()
                .filter(|(it, _)| name(it))
                .map(|(name, value)| format!("<{name}>{}</{name}>", value.replace(['<', '&'], "")))
                .collect();
            format!("<root>{inside}</root>")
        }
        Content::Form => {
            let pairs: Vec<String> = plain()
                .map(|(name, value)| format!("{}={}", escaped(&name), escaped(&value)))
                .collect();
            pairs.join("&")
        }
        Content::Text => "hello".to_owned(),
        Content::Events => format!("data: {}\n\ndata: [DONE]\n\n", object()),
    })
}

// Puts other values under names, wherever they are.
fn change(value: &mut Value, changed: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match changed.get(name) {
                    Some(text) => *value = typed(text),
                    None => change(value, changed),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|it| change(it, changed)),
        _ => (),
    }
}

fn typed(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => text.into(),
    }
}

fn certificate() -> String {
    let file = crate::root().join("fixtures/certificates/contoso-root.pem");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let inside = text.split("-----").nth(2).unwrap_or_default();
    inside.split_whitespace().collect()
}
