use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// One entry of an account's fault script.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", try_from = "Written")]
pub struct Fault {
    /// What happens.
    #[serde(flatten)]
    pub action: FaultAction,
    /// For how many calls; without end when absent.
    pub calls: Option<u64>,
    /// For how many seconds; without end when absent.
    pub seconds: Option<f64>,
    /// Calls that pass before it begins.
    pub after: Option<u64>,
    /// Only this deployment.
    pub deployment: Option<String>,
}

/// What a fault does to a call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum FaultAction {
    /// Answers with a status, perhaps with `retry-after` seconds and a body.
    Status {
        /// HTTP status.
        status: u16,
        /// Seconds of `retry-after`; also sent as `retry-after-ms`.
        #[serde(rename = "retry-after", skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// Body instead of the usual one.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Headers to add.
        #[serde(skip_serializing_if = "IndexMap::is_empty")]
        headers: IndexMap<String, String>,
    },
    /// Waits before it answers as usual.
    Delay {
        /// Milliseconds.
        millis: u64,
    },
    /// Closes the connection without an answer.
    Reset,
    /// Sends so many tokens (frames of a stream) and cuts the connection.
    Cut {
        /// Tokens that are still sent.
        tokens: u64,
    },
}

// An entry as it is written: every key of every action, so that serde can refuse one that nobody knows.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    r#do: Word,
    status: Option<u16>,
    retry_after: Option<u64>,
    body: Option<String>,
    headers: Option<IndexMap<String, String>>,
    millis: Option<u64>,
    tokens: Option<u64>,
    calls: Option<u64>,
    seconds: Option<f64>,
    after: Option<u64>,
    deployment: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Status,
    Delay,
    Reset,
    Cut,
}

impl Word {
    fn as_written(self) -> &'static str {
        match self {
            Word::Status => "status",
            Word::Delay => "delay",
            Word::Reset => "reset",
            Word::Cut => "cut",
        }
    }
}

impl TryFrom<Written> for Fault {
    type Error = String;

    fn try_from(written: Written) -> Result<Fault, String> {
        let word = written.r#do;
        let keys = [
            ("status", written.status.is_some(), Word::Status),
            ("retry-after", written.retry_after.is_some(), Word::Status),
            ("body", written.body.is_some(), Word::Status),
            ("headers", written.headers.is_some(), Word::Status),
            ("millis", written.millis.is_some(), Word::Delay),
            ("tokens", written.tokens.is_some(), Word::Cut),
        ];
        if let Some((key, _, owner)) = keys.iter().find(|(_, given, owner)| *given && *owner != word) {
            let (word, owner) = (word.as_written(), owner.as_written());
            return Err(format!(
                "`{key}` belongs to `do = \"{owner}\"`, not to `do = \"{word}\"`"
            ));
        }
        let missing = |key: &str| format!("`do = \"{}\"` needs `{key}`", word.as_written());
        let action = match word {
            Word::Status => FaultAction::Status {
                status: written.status.ok_or_else(|| missing("status"))?,
                retry_after: written.retry_after,
                body: written.body,
                headers: written.headers.unwrap_or_default(),
            },
            Word::Delay => FaultAction::Delay {
                millis: written.millis.ok_or_else(|| missing("millis"))?,
            },
            Word::Reset => FaultAction::Reset,
            Word::Cut => FaultAction::Cut {
                tokens: written.tokens.ok_or_else(|| missing("tokens"))?,
            },
        };
        Ok(Fault {
            action,
            calls: written.calls,
            seconds: written.seconds,
            after: written.after,
            deployment: written.deployment,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(json: serde_json::Value) -> Result<Fault, String> {
        serde_json::from_value(json).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_is_read_back() {
        for entry in [
            json!({"do": "status", "status": 503, "retry-after": 5, "calls": 3}),
            json!({"do": "delay", "millis": 250, "seconds": 1.5}),
            json!({"do": "reset", "after": 2, "deployment": "gpt"}),
            json!({"do": "cut", "tokens": 4}),
        ] {
            let fault = read(entry.clone()).expect("a good entry");
            let again = serde_json::to_value(&fault).expect("plain data");
            assert_eq!(read(again), Ok(fault), "{entry}");
        }
    }

    #[test]
    fn a_key_that_is_misspelt_missing_or_another_actions_is_refused() {
        for (entry, wanted) in [
            (
                json!({"do": "status", "status": 503, "retry-aftre": 5}),
                "unknown field `retry-aftre`",
            ),
            (json!({"do": "delay"}), "`do = \"delay\"` needs `millis`"),
            (
                json!({"do": "reset", "tokens": 3}),
                "`tokens` belongs to `do = \"cut\"`, not to `do = \"reset\"`",
            ),
            (json!({"do": "explode"}), "unknown variant `explode`"),
            (json!({"status": 503}), "missing field `do`"),
        ] {
            let error = read(entry).expect_err(wanted);
            assert!(error.contains(wanted), "{error}");
        }
    }
}
