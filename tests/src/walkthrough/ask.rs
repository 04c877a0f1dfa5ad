//! Requests, and what the stub answers to them. One that reaches something new is varied further.

use super::content::{CONTENTS, Content, escaped, kind_of, written};
use super::goals::{Goal, Source};
use super::prelude::{FAULT, FAULTS, claims, header_of};
use super::prepare::Prepared;
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
    /// Claims of its own token that are not as usual.
    claims: BTreeMap<String, String>,
    /// A policy of the global document that fails, so that `on-error` runs.
    fault: Option<&'static str>,
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
    /// Whether the connection breaks instead.
    breaks: bool,
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
    "http://stub.example/a",
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
            claims: BTreeMap::new(),
            fault: None,
            waits: true,
            answers: Answers {
                statuses: vec![200],
                content: Content::Json,
                headers: usual(&inputs.headers),
                members: BTreeMap::new(),
                breaks: false,
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
                it.headers.insert("origin".into(), "http://stub.example".into());
                it.headers
                    .insert("access-control-request-method".into(), "GET".into());
            }),
            with(&|it| it.answers.content = Content::Xml),
            with(&|it| it.body = Content::Xml),
            with(&|it| it.fault = FAULTS.first().copied()),
            with(&|it| it.answers.breaks = true),
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
        if let Some(goal) = inputs.goals.get(index(rng, inputs.goals.len()))
            && rng.below(2) == 0
        {
            return self.pursue(goal, rng);
        }
        match rng.below(18) {
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
            15 => self.fault = FAULTS.get(index(rng, FAULTS.len() * 2)).copied(),
            16 => self.answers.breaks = rng.below(3) == 0,
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

    // Gives what an expression looks at the values that it compares with.
    fn pursue(&mut self, goal: &Goal, rng: &mut Rng) {
        let text = |rng: &mut Rng| match index(rng, goal.texts.len() + 1) {
            at if at < goal.texts.len() => goal.texts[at].clone(),
            _ => USUAL[index(rng, USUAL.len())].to_owned(),
        };
        for source in &goal.sources {
            if rng.below(4) == 0 {
                continue;
            }
            let value = text(rng);
            let is_gone = rng.below(8) == 0;
            let put = |map: &mut BTreeMap<String, String>, name: &String| match is_gone {
                true => drop(map.remove(name)),
                false => drop(map.insert(name.clone(), value.clone())),
            };
            match source {
                Source::Header(name) => {
                    put(&mut self.headers, name);
                    put(&mut self.answers.headers, name);
                }
                Source::Query(name) => put(&mut self.query, name),
                Source::Variable(name) => put(&mut self.variables, name),
                Source::Claim(name) => {
                    put(&mut self.claims, name);
                    self.token = Token::Own;
                }
                Source::Member(name) => {
                    put(&mut self.members, name);
                    put(&mut self.answers.members, name);
                }
                Source::Status => {
                    if let Ok(status @ 200..=599) = value.parse() {
                        self.answers.statuses = vec![status];
                    }
                }
                Source::Method => {
                    let known = METHODS.iter().find(|it| it.eq_ignore_ascii_case(&value));
                    self.method = known.copied().unwrap_or(self.method);
                }
                Source::Path => {
                    let parts: Vec<String> = value
                        .split('/')
                        .filter(|it| !it.is_empty())
                        .map(segment)
                        .collect();
                    self.path = format!("/{}", parts.join("/"));
                }
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

    /// Whether it was made to fail before the document, or what it calls, has had a say.
    pub(super) fn is_provoked(&self) -> bool {
        self.fault.is_some() || self.answers.breaks
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
        if let Some(fault) = self.fault {
            all.insert(FAULT.to_owned(), fault.to_owned());
        }
        self.sign(prepared, &mut all);
        all
    }

    fn sign(&self, prepared: &Prepared, all: &mut BTreeMap<String, String>) {
        let inputs = &prepared.inputs;
        let mut said = claims(inputs);
        said.extend(
            self.claims
                .iter()
                .map(|(name, text)| (name.clone(), text.as_str().into())),
        );
        let own = crate::token::token(Map::new(), &said);
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
        if self.breaks {
            return Reply::reset();
        }
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

fn certificate() -> String {
    let file = crate::root().join("fixtures/certificates/contoso-root.pem");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let inside = text.split("-----").nth(2).unwrap_or_default();
    inside.split_whitespace().collect()
}
