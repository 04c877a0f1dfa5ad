use crate::call::Try;
use crate::draw::Ink;
use crate::{Account, Call, Verdict};

/// What the columns of [`call_line`] mean.
pub fn heading() -> String {
    format!(
        "{:>4}  {:<6}  {:<15}  {:>9}  {:>9}  {}",
        "run", "status", "region", "tokens", "time", "attempts"
    )
}

/// A call in one line.
pub fn call_line(call: &Call, ink: Ink) -> String {
    let status = match (call.status, call.cut) {
        (None, _) => "none".to_owned(),
        (Some(status), true) => format!("{status} cut"),
        (Some(status), false) => status.to_string(),
    };
    let code = if call.succeeded() { "32" } else { "31" };
    let status = ink.paint(code, &format!("{status:<6}"));
    let (region, width) = match (&call.case, &call.region) {
        (Some(case), _) => (case.as_str(), 36),
        (None, region) => (region.as_deref().unwrap_or("-"), 15),
    };
    let tokens = match call.prompt_tokens + call.completion_tokens {
        0 => "-".to_owned(),
        _ => format!("{} + {}", call.prompt_tokens, call.completion_tokens),
    };
    let tries: Vec<String> = call
        .tries()
        .chunk_by(alike)
        .map(|group| attempts(group, ink))
        .collect();
    let millis = format!("{:.0} ms", call.millis);
    format!(
        "{:>4}  {status}  {region:<width$}  {tokens:>9}  {millis:>9}  {}",
        call.run,
        tries.join(" > ")
    )
}

fn alike(one: &Try, next: &Try) -> bool {
    (&one.backend, one.status) == (&next.backend, next.status)
}

// Attempts that came to the same are told once, in the words of the last.
fn attempts(group: &[Try], ink: Ink) -> String {
    match group {
        [] => String::new(),
        [only] => attempt(only, ink),
        [.., last] => format!("{}x {}", group.len(), attempt(last, ink)),
    }
}

fn attempt(attempt: &Try, ink: Ink) -> String {
    let backend = attempt.backend.as_deref().unwrap_or("pool");
    let status = attempt
        .status
        .map_or("failed".to_owned(), |status| status.to_string());
    let good = attempt.status.is_some_and(|status| status < 400);
    let status = ink.paint(if good { "32" } else { "31" }, &status);
    // The status says that already.
    let reason = attempt
        .reason
        .strip_prefix("answered")
        .unwrap_or(&attempt.reason)
        .trim_start_matches("; ");
    match reason.is_empty() {
        true => format!("{backend} {status}"),
        false => format!("{backend} {status} {}", ink.paint("2", &format!("[{reason}]"))),
    }
}

/// What the accounts say: limit, what was counted before the first refusal, and what the refused call was estimated at.
pub fn account_lines(accounts: &[Account]) -> String {
    let mut text = format!(
        "{:<12} {:<15} {:<13} {:>8} {:>9} {:>8} {:>8} {:>9}\n",
        "account", "region", "deployment", "limit", "answered", "refused", "counted", "estimate"
    );
    for it in accounts {
        let number = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
        text.push_str(&format!(
            "{:<12} {:<15} {:<13} {:>8} {:>9} {:>8} {:>8} {:>9}\n",
            it.name,
            it.region,
            it.deployment,
            it.limit,
            it.answered,
            it.refused,
            number(it.refusal.map(|it| it.counted)),
            number(it.refusal.map(|it| it.estimate)),
        ));
    }
    text
}

/// The judgement, a line per expectation.
pub fn verdict_lines(verdict: &Verdict, ink: Ink) -> String {
    let mut text = String::new();
    for it in &verdict.expectations {
        let mark = if it.ok {
            ink.paint("32", "ok  ")
        } else {
            ink.paint("31", "FAIL")
        };
        text.push_str(&match (it.ok, it.expected == it.actual) {
            (true, true) => format!("{mark}  {}: {}\n", it.name, it.actual),
            (true, false) => format!("{mark}  {}: {} (expected {})\n", it.name, it.actual, it.expected),
            (false, _) => format!(
                "{mark}  {}\n      expected {}\n      came     {}\n",
                it.name, it.expected, it.actual
            ),
        });
    }
    let word = match verdict.passed() {
        true => ink.paint("1;32", "pass"),
        false => ink.paint("1;31", "fail"),
    };
    text.push_str(&format!("verdict: {word}\n"));
    text
}
