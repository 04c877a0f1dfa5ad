//! Every way in which a backend can fail, with a spare that is healthy and with none.
//!
//! What must come out is written by hand, from the rules of gateway.md 3.4 to 3.6: a status of the breaker's range opens it, so the
//! retry goes to the spare; a conflict is tried again but opens nothing, so the retry meets the same member; a failure below HTTP
//! opens nothing either; when both are open the pool answers 503 itself.

use crate::labs::traffic::HARBOUR;
use crate::remote::{Extra, LabError, Remote};
use crate::{Account, Call, Expectation, Options, Series};
use serde_json::{Value, json};
use std::time::Duration;

/// How the first member fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It does not.
    Healthy,
    /// With a status, perhaps with `Retry-After`.
    Status(u16, Option<u64>),
    /// It is this other member, which cannot be reached.
    Pool(&'static str, &'static str),
    /// It takes longer than `forward-request` waits.
    Slow,
    /// It breaks the connection before the head of the answer.
    Reset,
    /// It breaks the connection inside the body.
    Cut,
    /// The caller leaves while it works.
    Gone,
}

/// A row of the matrix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    name: &'static str,
    way: Way,
    with: Expected,
    without: Expected,
}

/// What must come out: attempts as member and status (0 for a failure below HTTP), open breakers, the caller's status (0 for
/// none), and the reason of an error.
#[derive(Debug, Clone, Copy)]
struct Expected {
    attempts: &'static [(&'static str, u16)],
    open: &'static [&'static str],
    status: u16,
    error: &'static str,
}

const fn expect(
    attempts: &'static [(&'static str, u16)],
    open: &'static [&'static str],
    status: u16,
    error: &'static str,
) -> Expected {
    Expected {
        attempts,
        open,
        status,
        error,
    }
}

// One attempt, passed on as it is.
macro_rules! passes {
    ($status:literal) => {
        expect(&[("primary", $status)], &[], $status, "")
    };
}

// Opens the breaker; the spare answers.
macro_rules! spared {
    ($status:literal) => {
        expect(&[("primary", $status), ("secondary", 200)], &["primary"], 200, "")
    };
}

// Opens both breakers; the third attempt finds nobody, and that 503 goes to `on-error`.
macro_rules! spent {
    ($status:literal) => {
        expect(
            &[("primary", $status), ("secondary", $status), ("", 503)],
            &["primary", "secondary"],
            503,
            "ServiceUnavailable",
        )
    };
}

// A failure below HTTP opens nothing: three attempts at the same member, then 500.
macro_rules! fails {
    ($member:literal, $reason:literal) => {
        expect(&[($member, 0), ($member, 0), ($member, 0)], &[], 500, $reason)
    };
}

const CONFLICT: Expected = expect(
    &[("primary", 409), ("primary", 409), ("primary", 409)],
    &[],
    409,
    "",
);

const fn row(name: &'static str, way: Way, with: Expected, without: Expected) -> Row {
    Row {
        name,
        way,
        with,
        without,
    }
}

const fn status(name: &'static str, status: u16, with: Expected, without: Expected) -> Row {
    row(name, Way::Status(status, None), with, without)
}

static ROWS: [Row; 21] = [
    row("200", Way::Healthy, passes!(200), passes!(200)),
    status("400", 400, passes!(400), passes!(400)),
    status("401", 401, passes!(401), passes!(401)),
    status("403", 403, passes!(403), passes!(403)),
    status("404", 404, passes!(404), passes!(404)),
    status("408", 408, spared!(408), spent!(408)),
    row(
        "409 with Retry-After",
        Way::Status(409, Some(3)),
        CONFLICT,
        CONFLICT,
    ),
    status("409", 409, passes!(409), passes!(409)),
    row("429", Way::Status(429, Some(7)), spared!(429), spent!(429)),
    status("499", 499, spared!(499), spent!(499)),
    status("500", 500, spared!(500), spent!(500)),
    status("502", 502, spared!(502), spent!(502)),
    status("503", 503, spared!(503), spent!(503)),
    status("504", 504, spared!(504), spent!(504)),
    row(
        "connection refused",
        Way::Pool("refused-pool", "refused"),
        REFUSED,
        REFUSED,
    ),
    row(
        "name not resolved",
        Way::Pool("unresolved-pool", "unresolved"),
        UNRESOLVED,
        UNRESOLVED,
    ),
    row("TLS failure", Way::Pool("plain-pool", "plain"), PLAIN, PLAIN),
    row(
        "timeout",
        Way::Slow,
        fails!("primary", "Timeout"),
        fails!("primary", "Timeout"),
    ),
    row("reset before headers", Way::Reset, RESET, RESET),
    row("reset in mid body", Way::Cut, passes!(200), passes!(200)),
    row("caller gone", Way::Gone, GONE, GONE),
];

const REFUSED: Expected = fails!("refused", "BackendConnectionFailure");
const UNRESOLVED: Expected = fails!("unresolved", "BackendConnectionFailure");
const PLAIN: Expected = fails!("plain", "BackendConnectionFailure");
const RESET: Expected = fails!("primary", "BackendConnectionFailure");
const GONE: Expected = expect(&[], &[], 0, "");

const PRIMARY: &str = "primary";
const SECONDARY: &str = "secondary";
const MEMBERS: [&str; 5] = [PRIMARY, SECONDARY, "refused", "unresolved", "plain"];
/// `forward-request timeout="1"` in the lab's policy.
const SLOW: u64 = 1500;
const WORK: u64 = 800;
const LEAVES: Duration = Duration::from_millis(300);

/// Sends each row, with a spare and without.
pub(super) async fn send(
    remote: &mut Remote<'_>,
    options: &Options,
    seen: &mut (dyn FnMut(Call) + Send),
) -> Result<(), LabError> {
    let most = options.runs.unwrap_or(u64::MAX);
    for (run, (row, spare)) in (1..).zip(cases()).take_while(|(run, _)| *run <= most) {
        prepare(remote, row, spare).await?;
        let extra = Extra {
            case: Some(title(row, spare)),
            pool: match row.way {
                Way::Pool(pool, _) => Some(pool),
                _ => None,
            },
            stream: row.way == Way::Cut,
            leave_after: (row.way == Way::Gone).then_some(LEAVES),
        };
        let mut call = remote.call_with(run, &HARBOUR, &extra).await?;
        call.open = remote.open_breakers().await?;
        seen(call);
        if let Some(wait) = options.interval {
            remote.clock().sleep(wait).await;
        }
    }
    tidy(remote).await
}

fn cases() -> impl Iterator<Item = (&'static Row, bool)> {
    ROWS.iter().flat_map(|row| [(row, true), (row, false)])
}

fn title(row: &Row, spare: bool) -> String {
    match spare {
        true => format!("{}, with a spare", row.name),
        false => format!("{}, without", row.name),
    }
}

async fn tidy(remote: &Remote<'_>) -> Result<(), LabError> {
    for member in MEMBERS {
        remote.reset_breaker(member).await?;
    }
    remote.set_faults(PRIMARY, &json!([])).await?;
    remote.set_faults(SECONDARY, &json!([])).await
}

async fn prepare(remote: &Remote<'_>, row: &Row, spare: bool) -> Result<(), LabError> {
    tidy(remote).await?;
    let Some(fault) = fault(row.way) else {
        return Ok(());
    };
    let faults = json!([fault]);
    if !matches!(row.way, Way::Pool(..)) {
        remote.set_faults(PRIMARY, &faults).await?;
    }
    if !spare {
        remote.set_faults(SECONDARY, &faults).await?;
    }
    Ok(())
}

fn fault(way: Way) -> Option<Value> {
    Some(match way {
        Way::Healthy => return None,
        Way::Status(status, None) => json!({ "do": "status", "status": status }),
        Way::Status(status, Some(wait)) => json!({ "do": "status", "status": status, "retry-after": wait }),
        // What the spare does then; it is never asked.
        Way::Pool(..) => json!({ "do": "status", "status": 503 }),
        Way::Slow => json!({ "do": "delay", "millis": SLOW }),
        Way::Gone => json!({ "do": "delay", "millis": WORK }),
        Way::Reset => json!({ "do": "reset" }),
        Way::Cut => json!({ "do": "cut", "tokens": 3 }),
    })
}

pub(super) fn judge(
    calls: &[Call],
    _accounts: &[Account],
    _options: &Options,
) -> (Vec<Expectation>, Vec<Series>) {
    let expectations = cases()
        .zip(calls)
        .map(|((row, spare), call)| {
            let expected = if spare { row.with } else { row.without };
            Expectation::same(&title(row, spare), wanted(row, expected), came(row, call))
        })
        .collect();
    (expectations, Vec::new())
}

fn wanted(row: &Row, expected: Expected) -> String {
    let attempts = expected
        .attempts
        .iter()
        .map(|(member, status)| attempt(member, *status));
    let cut = row.way == Way::Cut;
    words(
        &attempts.collect::<Vec<_>>(),
        expected.status,
        cut,
        expected.error,
        &expected.open.join(","),
    )
}

fn came(row: &Row, call: &Call) -> String {
    let tries = call.tries();
    let attempts = tries
        .iter()
        .map(|it| attempt(it.backend.as_deref().unwrap_or_default(), it.status.unwrap_or(0)));
    let attempts = match row.way {
        // Nobody waits for the first attempt any more; what matters is that there is no other.
        Way::Gone if tries.len() <= 1 => Vec::new(),
        _ => attempts.collect(),
    };
    let error = call.error.as_deref().unwrap_or_default();
    words(
        &attempts,
        call.status.unwrap_or(0),
        call.cut,
        error,
        &call.open.join(","),
    )
}

fn attempt(member: &str, status: u16) -> String {
    let member = if member.is_empty() { "nobody" } else { member };
    match status {
        0 => format!("{member} fails"),
        status => format!("{member} {status}"),
    }
}

fn words(attempts: &[String], status: u16, cut: bool, error: &str, open: &str) -> String {
    let attempts = if attempts.is_empty() {
        "no further attempt".to_owned()
    } else {
        attempts.join(", ")
    };
    let mut text = format!("{attempts}; caller ");
    match status {
        0 => text.push_str("leaves"),
        status => text.push_str(&status.to_string()),
    }
    if cut {
        text.push_str(", cut");
    }
    if !error.is_empty() {
        text.push_str(&format!(", {error}"));
    }
    match open.is_empty() {
        true => text.push_str("; all closed"),
        false => text.push_str(&format!("; {open} open")),
    }
    text
}
