//! Runs a case: builds what its blocks describe, sends its requests, compares what came.

use crate::document::{self, Assembled};
use crate::message::{self, Message};
use crate::page::{Block, Case, Page, Role, Scope};
use crate::setup::{Setup, duration};
use crate::{calls, eval, pattern, script, template};
use std::collections::BTreeMap;
use std::sync::Arc;
use testkit::{Apimite, Builder, Reply, Response, Seen, Upstream};
use trace::{Metric, Record, Step};

/// Runs one case; the text lists what differs.
pub(crate) async fn run(page: &Page, case: &Case) -> Result<(), String> {
    let blocks: Vec<Block> = page.setup.iter().chain(&case.blocks).cloned().collect();
    let of = |role: &Role| blocks.iter().any(|block| block.role == *role);
    if blocks.iter().any(|block| matches!(block.role, Role::File(_))) {
        return template::run(&blocks);
    }
    if of(&Role::Eval) {
        return eval::run(&blocks).await;
    }
    if of(&Role::Diagnostics) {
        return diagnostics(&blocks).await;
    }
    let rows = blocks
        .iter()
        .find(|block| block.role == Role::Calls && block.text.starts_with("| case "));
    if let Some(rows) = rows {
        return calls::each_row(&blocks, rows).await;
    }
    let checks = |role: &Role| {
        matches!(
            role,
            Role::Response
                | Role::Receives(_)
                | Role::Attempts
                | Role::Trace
                | Role::Metrics
                | Role::Published
                | Role::Calls
        )
    };
    if !blocks.iter().any(|block| checks(&block.role)) {
        return Err("the case expects nothing".to_owned());
    }
    let world = World::start(&blocks, &BTreeMap::new()).await?;
    world.play(&blocks).await
}

/// What a case runs against.
pub(crate) struct World {
    pub(crate) apimite: Apimite,
    pub(crate) setup: Setup,
}

/// What came of the last request.
#[derive(Default)]
struct Outcomes {
    response: Option<Result<Response, String>>,
    seen_before: BTreeMap<String, usize>,
}

impl World {
    /// Starts everything that `blocks` describe; `upstreams` replace those of the blocks.
    pub(crate) async fn start(
        blocks: &[Block],
        upstreams: &BTreeMap<String, Upstream>,
    ) -> Result<World, String> {
        let (builder, setup, documents) = builder(blocks, upstreams)?;
        let apimite = builder.try_start().await.map_err(|findings| {
            let lines: Vec<String> = findings
                .iter()
                .map(|finding| document::line(finding, &documents))
                .collect();
            format!("the service does not load:\n{}", lines.join("\n"))
        })?;
        Ok(World { apimite, setup })
    }

    async fn play(&self, blocks: &[Block]) -> Result<(), String> {
        let mut failures = Vec::new();
        let mut pending: Option<Message> = None;
        let mut outcomes = Outcomes::default();
        for block in blocks {
            let is_check = matches!(
                block.role,
                Role::Response
                    | Role::Receives(_)
                    | Role::Attempts
                    | Role::Trace
                    | Role::Metrics
                    | Role::Published
            );
            let ends = is_check || matches!(block.role, Role::Request | Role::Advance);
            if ends && let Some(request) = pending.take() {
                outcomes.seen_before = self.counts();
                outcomes.response = Some(self.send(&request).await?);
            }
            let found = match &block.role {
                Role::Request => {
                    pending = Some(Message::parse(&block.text)?);
                    Vec::new()
                }
                Role::Advance => {
                    self.apimite.advance(duration(&block.text)?).await;
                    Vec::new()
                }
                Role::Calls => calls::sequence(self, block, pending.take().as_ref()).await?,
                _ if is_check => self.check(block, &outcomes)?,
                _ => Vec::new(),
            };
            failures.extend(
                found
                    .into_iter()
                    .map(|text| format!("line {}: {text}", block.line)),
            );
        }
        match failures.is_empty() {
            true => Ok(()),
            false => Err(format!("{}\n{}", failures.join("\n"), self.story())),
        }
    }

    /// Sends a request of the page.
    pub(crate) async fn send(&self, request: &Message) -> Result<Result<Response, String>, String> {
        let (method, path) = request.target()?;
        let mut call = self.apimite.call(method, path);
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        if let Some(body) = &request.body {
            call = call.body(body.clone());
        }
        Ok(match self.setup.patience()? {
            Some(patience) => match call.send_for(patience).await {
                Some(answer) => answer.map_err(|error| error.to_string()),
                None => Err("gone".to_owned()),
            },
            None => call.try_send().await.map_err(|error| error.to_string()),
        })
    }

    fn counts(&self) -> BTreeMap<String, usize> {
        self.apimite
            .upstreams()
            .map(|name| (name.to_owned(), self.apimite.seen(name).len()))
            .collect()
    }

    fn check(&self, block: &Block, outcomes: &Outcomes) -> Result<Vec<String>, String> {
        match &block.role {
            Role::Response => {
                let expected = Message::parse(&block.text)?;
                match &outcomes.response {
                    Some(Ok(response)) => Ok(self.compare_response(&expected, response)),
                    Some(Err(error)) => Ok(vec![format!("no response: {error}")]),
                    None => Err("a response without a request".to_owned()),
                }
            }
            Role::Receives(name) => {
                let before = outcomes.seen_before.get(name).copied().unwrap_or_default();
                let seen = self.apimite.seen(name);
                Ok(self.compare_seen(&block.text, seen.get(before..).unwrap_or_default())?)
            }
            Role::Attempts => {
                let actual = self.apimite.attempts();
                Ok(lines(&block.text, &actual))
            }
            Role::Trace => Ok(lines(&block.text, &messages(self.apimite.last().as_ref()))),
            Role::Metrics => Ok(lines(&block.text, &metrics(&self.apimite.gateway().metrics()))),
            Role::Published => Ok(lines(&block.text, &published(self.apimite.last().as_ref()))),
            _ => Ok(Vec::new()),
        }
    }

    fn compare_response(&self, expected: &Message, response: &Response) -> Vec<String> {
        let reason = response
            .reason()
            .map_or_else(|| standard_reason(response.status()), str::to_owned);
        let first = format!("HTTP/1.1 {} {reason}", response.status());
        let headers = self.header_lines(response.headers());
        let mut differences = message::compare(
            expected,
            first.trim(),
            &headers,
            &self.apimite.named(&response.text()),
        );
        if !response.is_whole() {
            differences.push("the body broke off".to_owned());
        }
        differences
    }

    fn compare_seen(&self, text: &str, seen: &[Seen]) -> Result<Vec<String>, String> {
        if text.trim() == "(nothing)" {
            return Ok(match seen {
                [] => Vec::new(),
                [seen, ..] => vec![format!("expected nothing, got {} {}", seen.method, seen.target)],
            });
        }
        let expected = Message::parse(text)?;
        let Some(seen) = seen.last() else {
            return Ok(vec!["the upstream was not called".to_owned()]);
        };
        let first = match expected.first.ends_with(" HTTP/1.1") {
            true => format!("{} {} HTTP/1.1", seen.method, seen.target),
            false => format!("{} {}", seen.method, seen.target),
        };
        let body = String::from_utf8_lossy(&seen.body);
        Ok(message::compare(
            &expected,
            &first,
            &self.header_lines(&seen.headers),
            &self.apimite.named(&body),
        ))
    }

    fn header_lines(&self, headers: &http::HeaderMap) -> Vec<(String, String)> {
        let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (
                name.as_str().to_owned(),
                self.apimite.named(&String::from_utf8_lossy(value.as_bytes())),
            )
        };
        headers.iter().map(line).collect()
    }

    /// What happened, for somebody who reads a failure.
    pub(crate) fn story(&self) -> String {
        let Some(record) = self.apimite.last() else {
            return "no request reached the gateway".to_owned();
        };
        let mut lines = vec![format!(
            "last request: {} {} -> {}",
            record.summary.method, record.summary.path, record.summary.status
        )];
        for event in &record.events {
            lines.push(format!(
                "  {} {} {}: {:?}",
                event.section.name(),
                event.source,
                event.place,
                event.step
            ));
        }
        lines.join("\n")
    }
}

fn standard_reason(status: u16) -> String {
    let known = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    known.unwrap_or_default().to_owned()
}

// `NAMESPACE/NAME VALUE` and the dimensions, in brackets.
fn metrics(measured: &[Arc<Metric>]) -> Vec<String> {
    let line = |metric: &Arc<Metric>| {
        let dimensions: Vec<String> = metric
            .dimensions
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let (namespace, name, value) = (&metric.namespace, &metric.name, metric.value);
        format!("{namespace}/{name} {value} [{}]", dimensions.join(", "))
    };
    measured.iter().map(line).collect()
}

fn messages(record: Option<&Record>) -> Vec<String> {
    let mut found = Vec::new();
    for event in record.into_iter().flat_map(|record| &record.events) {
        if let Step::Message(said) = &event.step {
            let metadata: Vec<String> = said
                .metadata
                .iter()
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            found.push(format!("{} {}{}", said.severity, said.message, metadata.concat()));
        }
    }
    found
}

fn published(record: Option<&Record>) -> Vec<String> {
    let mut found = Vec::new();
    for event in record.into_iter().flat_map(|record| &record.events) {
        if let Step::Published(message) = &event.step {
            let properties: Vec<String> = message
                .properties
                .iter()
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            let (channel, to, body) = (&message.channel, &message.to, &message.body);
            found.push(format!("{channel} {to}: {body}{}", properties.concat()));
        }
    }
    found
}

fn lines(expected: &str, actual: &[String]) -> Vec<String> {
    let wanted: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let is_same = wanted == ["(none)"] && actual.is_empty()
        || wanted.len() == actual.len()
            && wanted
                .iter()
                .zip(actual)
                .all(|(wanted, given)| pattern::matches(wanted, given));
    match is_same {
        true => Vec::new(),
        false => vec![format!(
            "expected\n  {}\ngot\n  {}",
            wanted.join("\n  "),
            actual.join("\n  ")
        )],
    }
}

/// Puts everything together that blocks describe.
pub(crate) fn builder(
    blocks: &[Block],
    upstreams: &BTreeMap<String, Upstream>,
) -> Result<(Builder, Setup, Vec<Assembled>), String> {
    let (service, setup, documents) = resources(blocks)?;
    let mut builder = environment(&setup)?.merge(service);
    for (name, upstream) in scripted(blocks, upstreams)? {
        builder = builder.upstream(&name, upstream);
    }
    Ok((builder, setup, documents))
}

/// Clock, lab and the like.
pub(crate) fn environment(setup: &Setup) -> Result<Builder, String> {
    let mut builder = Apimite::builder();
    if let Some(lab) = &setup.lab {
        builder = builder.lab(lab);
    }
    if setup.offline {
        builder = builder.offline();
    }
    match setup.clock.as_deref() {
        None | Some("auto") => Ok(builder.auto_clock()),
        Some("manual") => Ok(builder.manual_clock()),
        Some("real") => Ok(builder.real_clock()),
        Some(other) => Err(format!("`{other}` is no clock")),
    }
}

/// The service that blocks describe, with the documents that were put together for it.
pub(crate) fn resources(blocks: &[Block]) -> Result<(model::Service, Setup, Vec<Assembled>), String> {
    let setup = match blocks.iter().rev().find(|block| block.role == Role::Service) {
        Some(block) => Setup::parse(&block.text)?,
        None => Setup::default(),
    };
    let mut service = setup.service()?;
    let mut documents = Vec::new();
    for scope in [Scope::Global, Scope::Product, Scope::Api, Scope::Operation] {
        let Some(document) = document::assemble(scope, blocks)? else {
            continue;
        };
        let policy = testkit::document(&document.name, &document.text);
        match scope {
            Scope::Global => service.policy = Some(policy),
            Scope::Product => service
                .products
                .iter_mut()
                .for_each(|product| product.policy = Some(policy.clone())),
            Scope::Api => service
                .apis
                .iter_mut()
                .for_each(|api| api.policy = Some(policy.clone())),
            Scope::Operation => {
                let operations = service.apis.iter_mut().flat_map(|api| &mut api.operations);
                operations.for_each(|operation| operation.policy = Some(policy.clone()));
            }
        }
        documents.push(document);
    }
    for block in blocks {
        if let Role::Fragment(name) = &block.role {
            let file = format!("{name}.xml");
            service.fragments.push(model::Fragment {
                name: name.clone(),
                description: String::new(),
                document: testkit::document(&file, &block.text),
            });
            documents.push(Assembled::whole(file, block.text.clone()));
        }
    }
    Ok((service, setup, documents))
}

/// Every upstream that the blocks name, with its script.
pub(crate) fn scripted(
    blocks: &[Block],
    given: &BTreeMap<String, Upstream>,
) -> Result<BTreeMap<String, Upstream>, String> {
    let mut replies: BTreeMap<String, Vec<Reply>> = BTreeMap::new();
    replies.entry("backend".to_owned()).or_default();
    for block in blocks {
        for name in hosts(&block.text) {
            replies.entry(name).or_default();
        }
        match &block.role {
            Role::Answers { upstream, times } => {
                let reply =
                    script::reply(&block.text).map_err(|error| format!("line {}: {error}", block.line))?;
                replies
                    .entry(upstream.clone())
                    .or_default()
                    .extend(reply.times(*times));
            }
            Role::Receives(name) => {
                replies.entry(name.clone()).or_default();
            }
            _ => (),
        }
    }
    let mut upstreams: BTreeMap<String, Upstream> = replies
        .into_iter()
        .map(|(name, replies)| (name, Upstream::script(replies)))
        .collect();
    upstreams.extend(
        given
            .iter()
            .map(|(name, upstream)| (name.clone(), upstream.clone())),
    );
    Ok(upstreams)
}

// The NAMEs of `//NAME.test` in a text.
fn hosts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in text.split("//").skip(1) {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        if end > 0 && rest[end..].starts_with(".test") {
            found.push(rest[..end].to_owned());
        }
    }
    found
}

async fn diagnostics(blocks: &[Block]) -> Result<(), String> {
    let (builder, _, documents) = builder(blocks, &BTreeMap::new())?;
    let findings = builder.check();
    let actual: Vec<String> = findings
        .iter()
        .map(|finding| document::line(finding, &documents))
        .collect();
    let expected = blocks.iter().rev().find(|block| block.role == Role::Diagnostics);
    let wanted: Vec<&str> = expected
        .map(|block| {
            block
                .text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect()
        })
        .unwrap_or_default();
    let is_same = wanted == ["(none)"] && actual.is_empty()
        || wanted.len() == actual.len()
            && wanted
                .iter()
                .zip(&actual)
                .all(|(wanted, given)| diagnostic(wanted, given));
    match is_same {
        true => Ok(()),
        false => Err(format!(
            "expected\n  {}\ngot\n  {}",
            wanted.join("\n  "),
            actual.join("\n  ")
        )),
    }
}

/// Whether a finding is the expected one; message and advice may be left out of what is expected.
pub(crate) fn diagnostic(wanted: &str, given: &str) -> bool {
    let Some((code, rest)) = wanted.split_once(']') else {
        return false;
    };
    let pattern = match rest.strip_prefix(": ") {
        Some(_) => wanted.to_owned(),
        None => format!("{code}]: <any>{rest}"),
    };
    pattern::matches(&pattern, given) || pattern::matches(&format!("{pattern}, <any>"), given)
}
