//! What upstreams answer: whole messages in `http NAME answers` blocks, and a short form for cells of tables.

use crate::message::Message;
use crate::setup::duration;
use testkit::{Reply, Upstream};

/// The reply that a block describes. Lines in parentheses direct it: before the status line `(delay 3s)`, `(reset)`,
/// `(never)`; in the body `(wait 1s)` and `(cut)`, which also part it into chunks, as does `(next)`.
pub(crate) fn reply(text: &str) -> Result<Reply, String> {
    let mut rest = text;
    let mut before = Vec::new();
    while let Some((line, tail)) = rest.split_once('\n')
        && let Some(directive) = directive(line)
    {
        before.push(directive);
        rest = tail;
    }
    let mut reply = match rest.trim().is_empty() {
        true => Reply::default(),
        false => message(rest)?,
    };
    for directive in before {
        reply = match directive.split_once(' ') {
            None if directive == "reset" => Reply::reset(),
            None if directive == "never" => Reply::never(),
            Some(("delay", wait)) => reply.delay(duration(wait)?),
            _ => return Err(format!("`({directive})` directs nothing")),
        };
    }
    Ok(reply)
}

fn directive(line: &str) -> Option<&str> {
    line.trim().strip_prefix('(')?.strip_suffix(')')
}

fn message(text: &str) -> Result<Reply, String> {
    let message = Message::parse(text)?;
    let mut words = message.first.splitn(3, ' ');
    let status = words.nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("`{}` is no status line", message.first))?;
    let mut reply = Reply::status(status);
    if let Some(reason) = words.next() {
        reply = reply.reason(reason);
    }
    for (name, value) in message.headers {
        reply = reply.header(name, value);
    }
    match message.body {
        Some(body) => chunks(reply, &body),
        None => Ok(reply),
    }
}

fn chunks(mut reply: Reply, body: &str) -> Result<Reply, String> {
    let mut chunk = String::new();
    for line in body.split_inclusive('\n') {
        let Some(directive) = directive(line) else {
            chunk.push_str(line);
            continue;
        };
        if !chunk.is_empty() {
            reply = reply.body(std::mem::take(&mut chunk));
        }
        reply = match directive.split_once(' ') {
            None if directive == "cut" => reply.cut(),
            None if directive == "next" => reply,
            Some(("wait", wait)) => reply.wait(duration(wait)?),
            _ => return Err(format!("`({directive})` directs nothing")),
        };
    }
    Ok(if chunk.is_empty() {
        reply
    } else {
        reply.body(chunk)
    })
}

/// The upstream that a cell describes: `200`, `429 retry-after 5`, `5 x 200 then 429`, `refused`, `unresolved`, `tls`.
pub(crate) fn upstream(cell: &str) -> Result<Upstream, String> {
    match cell {
        "refused" => return Ok(Upstream::refused()),
        "unresolved" => return Ok(Upstream::unresolved()),
        "tls" => return Ok(Upstream::no_tls()),
        _ => (),
    }
    let mut replies = Vec::new();
    for part in cell.split(" then ") {
        let (times, part) = match part.trim().split_once(" x ") {
            Some((times, part)) => (
                times
                    .trim()
                    .parse()
                    .map_err(|_| format!("`{times}` is no number"))?,
                part,
            ),
            None => (1, part),
        };
        replies.extend(short(part.trim())?.times(times));
    }
    Ok(Upstream::script(replies))
}

fn short(text: &str) -> Result<Reply, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let status = |text: &str| text.parse::<u16>().map_err(|_| format!("`{text}` is no status"));
    match words[..] {
        ["reset"] => Ok(Reply::reset()),
        ["never"] => Ok(Reply::never()),
        ["cut"] => Ok(Reply::status(200)
            .header("content-type", "text/plain")
            .body("begun")
            .cut()),
        ["delay", wait] => Ok(Reply::status(200).delay(duration(wait)?)),
        [code] => Ok(Reply::status(status(code)?)),
        [code, "retry-after", value] => Ok(Reply::status(status(code)?).header("retry-after", value)),
        _ => Err(format!("`{text}` is no answer")),
    }
}
