use clock::Moment;
use serde::Serialize;
use trace::{Attempt, Outcome, SkipReason};

/// One call, as the caller and the gateway saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Place in the traffic, from 1.
    pub run: u64,
    /// What the call is about, in a lab whose calls differ.
    pub case: Option<String>,
    /// When it was sent.
    pub started: Moment,
    /// Milliseconds until the answer was read.
    pub millis: f64,
    /// HTTP status; absent when nothing came back.
    pub status: Option<u16>,
    /// Whether the answer broke off.
    pub cut: bool,
    /// `x-ms-region` of an answer that succeeded.
    pub region: Option<String>,
    /// Backend that answered, if the call succeeded.
    pub backend: Option<String>,
    /// Attempts, as the gateway recorded them.
    pub attempts: Vec<Attempt>,
    /// Tokens of the prompt, as the answer counts them.
    pub prompt_tokens: u64,
    /// Tokens of the answer, as it counts them.
    pub completion_tokens: u64,
    /// `Retry-After` that the caller got.
    pub retry_after: Option<String>,
    /// Percent of `azure-openai-deployment-utilization`, if the answer carries it.
    pub utilization: Option<f64>,
    /// Header that a lab's policy adds to say what failed.
    pub error: Option<String>,
    /// Bytes of the answer's body.
    pub body_bytes: usize,
    /// Backends whose breaker was open afterwards, in a lab that asks.
    pub open: Vec<String>,
}

/// An attempt in the words of the lab's output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Try {
    /// Backend; absent when no member was available.
    pub backend: Option<String>,
    /// Status; absent for a failure below HTTP.
    pub status: Option<u16>,
    /// What came of it, and which members could not be picked.
    pub reason: String,
}

impl Call {
    /// Whether the caller got what it wanted.
    pub fn succeeded(&self) -> bool {
        self.status == Some(200) && !self.cut
    }

    /// The attempts in words.
    pub fn tries(&self) -> Vec<Try> {
        self.attempts.iter().map(Try::of).collect()
    }

    /// The line of `--format json`.
    pub fn json(&self) -> serde_json::Value {
        let mut line = serde_json::Map::new();
        line.insert("run".to_owned(), self.run.into());
        if let Some(case) = &self.case {
            line.insert("case".to_owned(), case.as_str().into());
        }
        line.insert("status".to_owned(), self.status.into());
        line.insert("region".to_owned(), self.region.clone().into());
        line.insert("backend".to_owned(), self.backend.clone().into());
        line.insert("attempts".to_owned(), serde_json::json!(self.tries()));
        line.insert("promptTokens".to_owned(), self.prompt_tokens.into());
        line.insert("completionTokens".to_owned(), self.completion_tokens.into());
        line.insert("ms".to_owned(), round(self.millis).into());
        line.into()
    }
}

/// To a tenth.
pub(crate) fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Who answered an attempt: a member of a pool, or a backend on its own.
pub(crate) fn member(attempt: &Attempt) -> Option<&str> {
    match attempt.outcome {
        // No call was made, so no member answered, even if the breaker of a single backend did.
        Outcome::Unavailable { .. } => None,
        _ => attempt.backend.as_deref(),
    }
}

/// A port of this machine is another one on each run, which is no difference between runs.
fn without_port(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(LOOPBACK) {
        let (before, after) = rest.split_at(at + LOOPBACK.len());
        text.push_str(before);
        let port = after
            .strip_prefix(':')
            .map(|port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest = port.unwrap_or(after);
    }
    text.push_str(rest);
    text
}

const LOOPBACK: &str = "127.0.0.1";

impl Try {
    fn of(attempt: &Attempt) -> Try {
        let mut reason = match &attempt.outcome {
            Outcome::Answered { status } if *status < 400 => "answered".to_owned(),
            Outcome::Answered { status: 429 } => "refused".to_owned(),
            Outcome::Answered { .. } => "answered with an error".to_owned(),
            Outcome::Unavailable { retry_after, .. } => {
                format!("no member available, Retry-After {retry_after}")
            }
            Outcome::Failed { reason, message } => format!("{reason}: {}", without_port(message)),
        };
        if let Some(trip) = &attempt.tripped {
            let seconds = trip.until.since(attempt.ended).as_secs_f64();
            reason.push_str(&format!("; opens for {seconds:.0} s, {}", trip.source.explain()));
        }
        for skip in &attempt.skipped {
            if let SkipReason::Open { .. } = skip.reason {
                reason.push_str(&format!(
                    "; {} {}",
                    skip.backend,
                    skip.reason.explain(attempt.started)
                ));
            }
        }
        Try {
            backend: member(attempt).map(str::to_owned),
            status: attempt.outcome.status(),
            reason,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A call with these attempts that cost 20 and 30 tokens.
    pub(crate) fn call(run: u64, attempts: Vec<Attempt>) -> Call {
        let last = attempts.last();
        Call {
            run,
            case: None,
            started: attempts.first().map_or(Moment::EPOCH, |it| it.started),
            millis: 1.26,
            status: last.and_then(|it| it.outcome.status()),
            cut: false,
            region: None,
            backend: last.and_then(member).map(str::to_owned),
            prompt_tokens: 20,
            completion_tokens: 30,
            retry_after: None,
            utilization: None,
            error: None,
            body_bytes: 0,
            open: Vec::new(),
            attempts,
        }
    }

    #[test]
    fn ports_of_this_machine_are_left_out() {
        assert_eq!(
            without_port("TLS to 127.0.0.1:4711 failed"),
            "TLS to 127.0.0.1 failed"
        );
        assert_eq!(
            without_port("h.example:443, 127.0.0.1"),
            "h.example:443, 127.0.0.1"
        );
    }

    #[test]
    fn a_failed_call_has_no_region_and_an_exhausted_pool_no_backend() {
        let attempt = Attempt {
            pool: Some("pool".into()),
            backend: None,
            url: None,
            skipped: Vec::new(),
            outcome: Outcome::Unavailable {
                status: 503,
                retry_after: 7,
            },
            tripped: None,
            retry_after: None,
            started: Moment::EPOCH,
            ended: Moment::EPOCH,
        };
        let call = Call {
            prompt_tokens: 0,
            completion_tokens: 0,
            ..call(3, vec![attempt])
        };
        assert_eq!(
            call.json().to_string(),
            r#"{"run":3,"status":503,"region":null,"backend":null,"attempts":[{"backend":null,"status":503,"reason":"no member available, Retry-After 7"}],"promptTokens":0,"completionTokens":0,"ms":1.3}"#
        );
    }
}
