//! `text eval` blocks: rows `expression => value`. Each row becomes an operation that answers with its value.

use crate::message::Message;
use crate::page::{Block, Role};
use crate::{pattern, run};
use source::Finding;
use std::collections::BTreeMap;
use std::fmt;
use testkit::Apimite;

/// A row of a block.
struct Row {
    line: usize,
    expression: String,
    expected: Expected,
}

enum Expected {
    /// The text that a body would get.
    Text(String),
    Null,
    /// The evaluation fails with this message.
    Throws(String),
    /// The expression does not compile; the code of the diagnostic.
    Refused(String),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Text(text) => write!(f, "{text:?}"),
            Expected::Null => f.write_str("null"),
            Expected::Throws(text) => write!(f, "throws {text:?}"),
            Expected::Refused(code) => write!(f, "refused {code}"),
        }
    }
}

const ON_ERROR: &str = "<return-response><set-header name=\"x-thrown\"><value>yes</value></set-header>\
    <set-body>@(context.LastError.Message)</set-body></return-response>";

/// Evaluates every row.
pub(crate) async fn run(blocks: &[Block]) -> Result<(), String> {
    let mut rows = Vec::new();
    for block in blocks.iter().filter(|block| block.role == Role::Eval) {
        rows.extend(parse(block)?);
    }
    let findings = start(blocks, &rows, true).err().unwrap_or_default();
    let mut failures = Vec::new();
    let mut runnable = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        let errors: Vec<&Finding> = findings
            .iter()
            .filter(|it| it.is_error() && it.source.name() == file(at))
            .collect();
        match (&row.expected, errors.first()) {
            (Expected::Refused(code), Some(error)) if pattern::matches(code, error.diagnostic.code) => (),
            (Expected::Refused(_), None) => {
                failures.push(format!("line {}: `{}` compiles", row.line, row.expression))
            }
            (_, Some(error)) => {
                let diagnostic = &error.diagnostic;
                let text = format!("[{}] {}", diagnostic.code, diagnostic.message);
                failures.push(format!(
                    "line {}: `{}` does not compile: {text}",
                    row.line, row.expression
                ));
            }
            (_, None) => runnable.push(row),
        }
    }
    failures.extend(evaluate(blocks, &runnable).await?);
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n")),
    }
}

/// The expressions of a block that are to compile, each as a policy has it.
pub(crate) fn expressions(block: &Block) -> Result<Vec<String>, String> {
    let rows = parse(block)?.into_iter();
    let compiles = |row: &Row| !matches!(row.expected, Expected::Refused(_));
    Ok(rows
        .filter(compiles)
        .map(|row| match row.expression.starts_with("@{") {
            true => row.expression,
            false => format!("@({})", row.expression),
        })
        .collect())
}

fn file(at: usize) -> String {
    format!("row-{at}.xml")
}

async fn evaluate(blocks: &[Block], rows: &[Row]) -> Result<Vec<String>, String> {
    let apimite = match start(blocks, rows, false) {
        Ok(starting) => starting.await?,
        Err(findings) => return Err(format!("{:?}", findings.first())),
    };
    let request = blocks.iter().rev().find(|block| block.role == Role::Request);
    let request = request.map(|block| Message::parse(&block.text)).transpose()?;
    let mut failures = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let query = match &request {
            Some(request) => request
                .target()?
                .1
                .split_once('?')
                .map_or(String::new(), |(_, query)| format!("?{query}")),
            None => String::new(),
        };
        let method = request
            .as_ref()
            .map(Message::target)
            .transpose()?
            .map_or("GET", |(method, _)| method);
        let mut call = apimite.call(method, &format!("/{at}{query}"));
        for (name, value) in request.iter().flat_map(|request| &request.headers) {
            call = call.header(name, value);
        }
        if let Some(body) = request.as_ref().and_then(|request| request.body.clone()) {
            call = call.body(body);
        }
        let response = call
            .try_send()
            .await
            .map_err(|error| format!("line {}: {error}", row.line))?;
        let thrown = response.header("x-thrown").is_some();
        let actual = response.text();
        let is_right = match &row.expected {
            Expected::Text(text) => !thrown && pattern::matches(text, &actual),
            // A block cannot be compared in place: nothing is written for it.
            Expected::Null if row.expression.starts_with("@{") => !thrown && actual.is_empty(),
            Expected::Null => !thrown && actual == "True",
            Expected::Throws(text) => {
                let message = actual
                    .strip_prefix("Expression evaluation failed. ")
                    .unwrap_or(&actual);
                thrown && pattern::matches(text, message)
            }
            Expected::Refused(_) => true,
        };
        if !is_right {
            let how = if thrown { "throws " } else { "" };
            failures.push(format!(
                "line {}: `{}` gives {how}{actual:?}, not {}",
                row.line, row.expression, row.expected
            ));
        }
    }
    Ok(failures)
}

type Starting = std::pin::Pin<Box<dyn Future<Output = Result<Apimite, String>>>>;

// With `only_check` the findings are wanted, not the gateway.
fn start(blocks: &[Block], rows: &[Row], only_check: bool) -> Result<Starting, Vec<Finding>> {
    let built = run::resources(blocks).and_then(|(mut service, setup, _)| {
        let api = service.apis.first_mut().ok_or("no API")?;
        api.operations.clear();
        for (at, row) in rows.iter().enumerate() {
            for method in ["GET", "POST"] {
                let mut operation = testkit::operation(method, &format!("/{at}"));
                operation.policy = Some(testkit::document(&file(at), &row.document()));
                api.operations.push(operation);
            }
        }
        let mut builder = run::environment(&setup)?.merge(service);
        for (name, upstream) in run::scripted(blocks, &BTreeMap::new())? {
            builder = builder.upstream(&name, upstream);
        }
        Ok(builder)
    });
    let failed = |text: String| -> Starting { Box::pin(std::future::ready(Err(text))) };
    match built {
        Err(text) => Ok(failed(text)),
        Ok(builder) => match builder.check() {
            findings if only_check => Err(findings),
            findings if findings.iter().any(Finding::is_error) => Err(findings),
            _ => Ok(Box::pin(async move {
                builder
                    .try_start()
                    .await
                    .map_err(|findings| format!("does not load: {findings:?}"))
            })),
        },
    }
}

fn parse(block: &Block) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let mut open = String::new();
    for (at, line) in block.text.lines().enumerate() {
        // A remark of the oracle; no C# begins so.
        if line.trim().is_empty() || line.starts_with("# ") {
            continue;
        }
        open.push_str(line);
        // Lambdas have arrows too: the last one that stands between spaces parts expression and value.
        let Some((expression, expected)) = open.rsplit_once(" => ").filter(|_| line.contains(" => ")) else {
            open.push('\n');
            continue;
        };
        let expected =
            expected_of(expected.trim()).map_err(|error| format!("line {}: {error}", block.line + at))?;
        rows.push(Row {
            line: block.line + at,
            expression: expression.trim().to_owned(),
            expected,
        });
        open.clear();
    }
    match open.is_empty() {
        true => Ok(rows),
        false => Err(format!("`{open}` has no value")),
    }
}

fn expected_of(text: &str) -> Result<Expected, String> {
    if text == "null" {
        return Ok(Expected::Null);
    }
    if let Some(message) = text.strip_prefix("throws ") {
        return plain(message).map(Expected::Throws);
    }
    if let Some(code) = text.strip_prefix("refused") {
        let code = code.trim();
        return Ok(Expected::Refused(
            if code.is_empty() { "expression-<any>" } else { code }.to_owned(),
        ));
    }
    plain(text).map(Expected::Text)
}

// Bare text, or a JSON string.
fn plain(text: &str) -> Result<String, String> {
    match text.starts_with('"') {
        true => serde_json::from_str(text).map_err(|error| format!("{text}: {error}")),
        false => Ok(text.to_owned()),
    }
}

impl Row {
    fn document(&self) -> String {
        let expression = match (&self.expected, self.expression.starts_with("@{")) {
            (Expected::Null, false) => format!("@((object)({}) == null)", self.expression),
            (_, true) => self.expression.clone(),
            (_, false) => format!("@({})", self.expression),
        };
        format!(
            "<policies><inbound><base /><return-response><set-body>{expression}</set-body></return-response></inbound>\
             <backend><base /></backend><outbound><base /></outbound><on-error>{ON_ERROR}</on-error></policies>"
        )
    }
}
