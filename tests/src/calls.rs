//! Tables of calls: each row says what is sent and what must come of it. `tests/README.md` lists the columns.

use crate::message::Message;
use crate::page::{Block, rows};
use crate::run::World;
use crate::setup::duration;
use crate::{pattern, script};
use std::collections::BTreeMap;
use testkit::Response;

type Row = Vec<(String, String)>;

/// Runs a table as one sequence of calls against one gateway.
pub(crate) async fn sequence(
    world: &World,
    block: &Block,
    request: Option<&Message>,
) -> Result<Vec<String>, String> {
    let mut failures = Vec::new();
    for (at, row) in rows(block)?.iter().enumerate() {
        let found = play(world, row, request).await?;
        failures.extend(found.into_iter().map(|text| format!("row {}: {text}", at + 1)));
        // What follows a wrong row is wrong too.
        if !failures.is_empty() {
            break;
        }
    }
    Ok(failures)
}

/// Runs every row of a table against a gateway of its own.
pub(crate) async fn each_row(blocks: &[Block], table: &Block) -> Result<(), String> {
    let request = blocks
        .iter()
        .rev()
        .find(|block| block.role == crate::page::Role::Request);
    let request = request.map(|block| Message::parse(&block.text)).transpose()?;
    let mut failures = Vec::new();
    for row in rows(table)? {
        let name = cell(&row, "case").unwrap_or_default().to_owned();
        let mut upstreams = BTreeMap::new();
        for (column, text) in &row {
            if let Some(upstream) = column.strip_suffix(" answers") {
                upstreams.insert(upstream.to_owned(), script::upstream(text)?);
            }
        }
        let mut world = World::start(blocks, &upstreams)
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        if let Some(patience) = cell(&row, "patience").filter(|cell| !cell.is_empty()) {
            world.setup.patience = Some(patience.to_owned());
        }
        let found = play(&world, &row, request.as_ref())
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        if !found.is_empty() {
            failures.push(format!("{name}: {}\n{}", found.join("; "), world.story()));
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n")),
    }
}

fn cell<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.iter()
        .find(|(column, _)| column == name)
        .map(|(_, text)| text.as_str())
}

async fn play(world: &World, row: &Row, request: Option<&Message>) -> Result<Vec<String>, String> {
    let request = message(row, request)?;
    if let Some(wait) = cell(row, "wait").filter(|cell| !cell.is_empty()) {
        world.apimite.advance(duration(wait)?).await;
    }
    let pause = cell(row, "pause")
        .filter(|cell| !cell.is_empty())
        .map(duration)
        .transpose()?;
    let mut failures = Vec::new();
    for call in 0..count(cell(row, "calls").unwrap_or("1"))? {
        if let Some(pause) = pause {
            world.apimite.advance(pause).await;
        }
        let before = world.apimite.requests();
        let response = world.send(&request).await?;
        // A caller that leaves is noticed a moment later.
        world.apimite.settle().await;
        let is_recorded = world.apimite.requests() > before;
        for (column, text) in row {
            if let Some(failure) = check(world, column, text, call, &response, is_recorded)? {
                failures.push(format!("call {}: {failure}", call + 1));
            }
        }
        if !failures.is_empty() {
            break;
        }
    }
    Ok(failures)
}

fn message(row: &Row, template: Option<&Message>) -> Result<Message, String> {
    let mut message = template.cloned().unwrap_or_else(|| Message {
        first: "GET /".to_owned(),
        ..Message::default()
    });
    if let Some(line) = cell(row, "request") {
        code(line).clone_into(&mut message.first);
    }
    if let Some(headers) = cell(row, "with") {
        for header in headers
            .split(" and ")
            .map(code)
            .filter(|header| !header.is_empty())
        {
            let (name, value) = header
                .split_once(':')
                .ok_or_else(|| format!("`{header}` is no header"))?;
            message
                .headers
                .push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    Ok(message)
}

// Cells may stand in backticks.
fn code(text: &str) -> &str {
    text.trim().trim_matches('`')
}

// `3` names the third call, `1-5` five of them.
fn count(text: &str) -> Result<usize, String> {
    let number = |text: &str| {
        text.trim()
            .parse::<usize>()
            .map_err(|_| format!("`{text}` is no number"))
    };
    match text.split_once('-') {
        Some((first, last)) => Ok(number(last)? + 1 - number(first)?),
        None => number(text).map(|_| 1),
    }
}

fn check(
    world: &World,
    column: &str,
    text: &str,
    call: usize,
    response: &Result<Response, String>,
    is_recorded: bool,
) -> Result<Option<String>, String> {
    if text.is_empty()
        || matches!(
            column,
            "case" | "calls" | "wait" | "pause" | "request" | "with" | "patience" | "why"
        )
    {
        return Ok(None);
    }
    if column.ends_with(" answers") {
        return Ok(None);
    }
    // Alternatives take turns.
    let turns: Vec<&str> = text.split(" / ").collect();
    let expected = code(turns[call % turns.len()]);
    let actual = match column {
        "attempts" if !is_recorded => "no record".to_owned(),
        "attempts" => match world.apimite.attempts() {
            attempts if attempts.is_empty() => "none".to_owned(),
            attempts => attempts.join(" "),
        },
        "caller" => caller(response),
        "open" => match world.apimite.open_breakers() {
            open if open.is_empty() => "none".to_owned(),
            open => open.join(" "),
        },
        "body" => match response {
            Ok(response) if response.body().is_empty() => "(empty)".to_owned(),
            Ok(response) => world.apimite.named(&response.text()),
            Err(_) => "(none)".to_owned(),
        },
        "error" => world
            .apimite
            .last()
            .and_then(|record| record.summary.error)
            .unwrap_or_else(|| "none".to_owned()),
        "api" => world
            .apimite
            .last()
            .and_then(|record| record.summary.api)
            .map_or_else(|| "none".to_owned(), |api| api.to_string()),
        "operation" => world
            .apimite
            .last()
            .and_then(|record| record.summary.operation)
            .map_or_else(|| "none".to_owned(), |operation| operation.to_string()),
        "product" => world
            .apimite
            .last()
            .and_then(|record| record.summary.product)
            .map_or_else(|| "none".to_owned(), |product| product.to_string()),
        "subscription" => world
            .apimite
            .last()
            .and_then(|record| record.summary.subscription)
            .map_or_else(|| "none".to_owned(), |subscription| subscription.to_string()),
        "took" => format!("{:?}", response.as_ref().map(Response::took).unwrap_or_default()),
        _ if column.ends_with(" receives") => received(world, column.trim_end_matches(" receives")),
        header => {
            let values: Vec<String> = match response {
                Ok(response) => {
                    let lines = response.headers().get_all(header).iter();
                    lines
                        .map(|value| world.apimite.named(&String::from_utf8_lossy(value.as_bytes())))
                        .collect()
                }
                Err(_) => Vec::new(),
            };
            if values.is_empty() {
                "(absent)".to_owned()
            } else {
                values.join(" + ")
            }
        }
    };
    let is_same = pattern::matches(expected, &actual);
    Ok((!is_same).then(|| format!("{column}: expected `{expected}`, got `{actual}`")))
}

fn caller(response: &Result<Response, String>) -> String {
    match response {
        Ok(response) if response.is_whole() => response.status().to_string(),
        Ok(response) => format!("{} cut", response.status()),
        Err(error) if error == "gone" => "gone".to_owned(),
        Err(_) => "reset".to_owned(),
    }
}

// Method and target of the last call of an upstream.
fn received(world: &World, upstream: &str) -> String {
    match world.apimite.seen(upstream).last() {
        Some(seen) => format!("{} {}", seen.method, seen.target),
        None => "nothing".to_owned(),
    }
}
