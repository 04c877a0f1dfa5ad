use crate::labs::failover_matrix;
use crate::remote::{LabError, Remote};
use crate::{Call, Options};
use std::time::Duration;

/// The traffic of a lab.
#[derive(Debug)]
pub(crate) enum Traffic {
    /// One call after the other, with a pause after each answer.
    Sequence { ask: Ask, runs: u64, pause: Duration },
    /// A call each `pace`, slowed down by `slow` for the last `rest` of the calls.
    Paced {
        ask: Ask,
        runs: u64,
        pace: Duration,
        rest: f64,
        slow: u32,
    },
    /// The rows of the failure matrix.
    Matrix,
}

/// A chat call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) deployment: &'static str,
    pub(crate) system: &'static str,
    pub(crate) user: &'static str,
    pub(crate) max_tokens: Option<u64>,
}

/// 31 tokens by the arithmetic of foundry.md 5.2: 11 + 9 for the texts, 4 for each message, 3 for the answer.
pub(crate) const HARBOUR: Ask = Ask {
    deployment: "gpt-4o-mini",
    system: "You are a patient guide to a small harbour town.",
    user: "Where can I watch the boats come in?",
    max_tokens: None,
};

impl Ask {
    /// Characters of the prompt, from which a quota's estimate is made.
    pub(crate) fn characters(&self) -> usize {
        self.system.chars().count() + self.user.chars().count()
    }

    pub(crate) fn body(&self, stream: bool) -> serde_json::Value {
        let mut body = serde_json::json!({
            "messages": [
                { "role": "system", "content": self.system },
                { "role": "user", "content": self.user },
            ],
        });
        if let Some(tokens) = self.max_tokens {
            body["max_tokens"] = tokens.into();
        }
        if stream {
            body["stream"] = true.into();
        }
        body
    }
}

impl Traffic {
    pub(crate) async fn send(
        &self,
        remote: &mut Remote<'_>,
        options: &Options,
        seen: &mut (dyn FnMut(Call) + Send),
    ) -> Result<(), LabError> {
        match self {
            Traffic::Sequence { ask, runs, pause } => {
                let runs = options.runs.unwrap_or(*runs);
                let pause = options.interval.unwrap_or(*pause);
                for run in 1..=runs {
                    seen(remote.call(run, ask).await?);
                    if run < runs {
                        remote.clock().sleep(pause).await;
                    }
                }
                Ok(())
            }
            Traffic::Paced {
                ask,
                runs,
                pace,
                rest,
                slow,
            } => {
                let runs = options.runs.unwrap_or(*runs);
                let pace = options.interval.unwrap_or(*pace);
                let quiet = slow_from(runs, *rest);
                let mut next = remote.clock().now();
                for run in 1..=runs {
                    remote.clock().sleep_until(next).await;
                    seen(remote.call(run, ask).await?);
                    next = next + if run < quiet { pace } else { pace * *slow };
                }
                Ok(())
            }
            Traffic::Matrix => failover_matrix::send(remote, options, seen).await,
        }
    }
}

/// The first run of the part that is slowed down.
fn slow_from(runs: u64, rest: f64) -> u64 {
    runs - ((runs as f64 * rest) as u64).min(runs) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_has_31_tokens() {
        let count = |text: &str| bpe_openai::o200k_base().count(text);
        assert_eq!(3 + 2 * (3 + 1) + count(HARBOUR.system) + count(HARBOUR.user), 31);
    }

    #[test]
    fn the_last_part_is_slow() {
        assert_eq!(slow_from(100, 0.1), 91);
        assert_eq!(slow_from(0, 0.1), 1);
    }
}
