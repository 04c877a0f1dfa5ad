//! What `llm-content-safety` asks the Content Safety service, and what its answers mean.

use super::llm_content_safety::violation;
use crate::ask::{Question, Reply, ask};
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::world::{BackendHandle, World};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use serde_json::{Value as Json, json};
use trace::{Attempt, Step};

/// Characters that are looked at together: the longest text that the service takes.
pub(super) const DEFAULT_WINDOW: i64 = 10_000;
const VERSION: &str = "?api-version=2024-09-01";

/// What is looked for, and where that is asked.
#[derive(Debug)]
pub(super) struct Checker {
    /// Absent when there is no such backend: then nothing is safe.
    pub(super) to: Option<BackendHandle>,
    pub(super) shields: bool,
    /// Categories with the severity from which they are blocked.
    pub(super) categories: Vec<(String, i64)>,
    pub(super) output: String,
    pub(super) blocklists: Vec<String>,
    /// Characters of an answer that are looked at together, and how many of them again with the next.
    pub(super) window: usize,
    pub(super) overlap: usize,
    pub(super) authorization: Option<HeaderValue>,
}

/// What came of looking.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    attempts: Vec<Attempt>,
    /// Why it may not pass.
    pub(super) blocked: Option<String>,
}

impl Verdict {
    /// Records what was asked; a fault when it may not pass.
    pub(super) fn tell(self, exchange: &mut Exchange) -> Result<(), Fault> {
        for attempt in self.attempts {
            exchange.note(Step::Attempt(Box::new(attempt)));
        }
        match self.blocked {
            None => Ok(()),
            Some(reason) => {
                exchange.did(|| format!("blocked: {reason}"));
                Err(violation())
            }
        }
    }
}

impl Checker {
    /// Looks at a prompt: whether it is an attack, then how harmful it is.
    pub(super) async fn prompt(&self, world: &dyn World, text: &str) -> Verdict {
        let mut verdict = Verdict::default();
        if self.shields {
            let body = json!({"userPrompt": text, "documents": []});
            let answer = self
                .ask(world, "/contentsafety/text:shieldPrompt", body, &mut verdict)
                .await;
            verdict.blocked = answer.map_or_else(Some, |answer| is_attack(&answer));
            if verdict.blocked.is_some() {
                return verdict;
            }
        }
        // Windows of requests have their usual size, whatever the policy says of answers (documented).
        let usual = usize::try_from(DEFAULT_WINDOW).unwrap_or(usize::MAX);
        self.analyze(world, text, (usual, 0), verdict).await
    }

    /// Looks at an answer.
    pub(super) async fn completion(&self, world: &dyn World, text: &str) -> Verdict {
        self.analyze(world, text, (self.window, self.overlap), Verdict::default())
            .await
    }

    async fn analyze(
        &self,
        world: &dyn World,
        text: &str,
        (window, overlap): (usize, usize),
        mut verdict: Verdict,
    ) -> Verdict {
        if self.categories.is_empty() && self.blocklists.is_empty() {
            return verdict;
        }
        for part in windows(text, window, overlap) {
            let mut body = json!({
                "text": part, "blocklistNames": self.blocklists, "haltOnBlocklistHit": false, "outputType": self.output,
            });
            if !self.categories.is_empty() {
                body["categories"] = self.categories.iter().map(|(name, _)| name.as_str()).collect();
            }
            let answer = self
                .ask(world, "/contentsafety/text:analyze", body, &mut verdict)
                .await;
            verdict.blocked = answer.map_or_else(Some, |answer| self.harm(&answer));
            if verdict.blocked.is_some() {
                break;
            }
        }
        verdict
    }

    async fn ask(
        &self,
        world: &dyn World,
        path: &'static str,
        body: Json,
        verdict: &mut Verdict,
    ) -> Result<Json, String> {
        let to = self.to.clone().ok_or("there is no such backend")?;
        let mut headers = HeaderMap::new();
        if let Some(value) = &self.authorization {
            headers.insert(AUTHORIZATION, value.clone());
        }
        let question = Question {
            to,
            path,
            query: VERSION.to_owned(),
            headers,
            body,
        };
        let Reply { outcome, attempt } = ask(world, question).await;
        verdict.attempts.push(attempt);
        outcome
    }

    // Every category has to be answered: one that is not cannot be called harmless.
    fn harm(&self, answer: &Json) -> Option<String> {
        let list = |name: &str| {
            answer
                .get(name)
                .and_then(Json::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        if let Some(hit) = list("blocklistsMatch").first() {
            let name = hit
                .get("blocklistName")
                .and_then(Json::as_str)
                .unwrap_or_default();
            return Some(format!("blocklist {name}"));
        }
        let severity = |name: &str| {
            let is = |it: &&Json| {
                it.get("category")
                    .and_then(Json::as_str)
                    .is_some_and(|it| it.eq_ignore_ascii_case(name))
            };
            list("categoriesAnalysis")
                .iter()
                .find(is)?
                .get("severity")?
                .as_i64()
        };
        self.categories
            .iter()
            .find_map(|(name, threshold)| match severity(name) {
                None => Some(format!("no severity of {name}")),
                Some(severity) if severity >= *threshold => Some(format!("{name} {severity}")),
                Some(_) => None,
            })
    }
}

fn is_attack(answer: &Json) -> Option<String> {
    let analysis = answer
        .get("userPromptAnalysis")
        .and_then(|it| it.get("attackDetected"));
    match analysis.and_then(Json::as_bool) {
        Some(false) => None,
        Some(true) => Some("an attack".to_owned()),
        None => Some("no verdict about attacks".to_owned()),
    }
}

/// A text in windows of so many characters, each beginning with the last characters of the one before.
pub(super) fn windows(text: &str, size: usize, overlap: usize) -> Vec<&str> {
    let ends: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    let characters = ends.len() - 1;
    let step = size.saturating_sub(overlap).max(1);
    let mut found = Vec::new();
    let mut from: usize = 0;
    loop {
        let to = from.saturating_add(size).min(characters);
        found.push(&text[ends[from]..ends[to]]);
        if to == characters {
            return found;
        }
        from += step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn windows_overlap_and_cover_everything() {
        assert_eq!(windows("abcdef", 4, 1), ["abcd", "def"]);
        assert_eq!(windows("abc", 4, 9), ["abc"]);
        assert_eq!(windows("äöü", 2, 9), ["äö", "öü"]);
        assert_eq!(windows("", 4, 0), [""]);
    }

    proptest! {
        #[test]
        fn every_character_is_in_a_window(text in "[a-zä]{0,50}", size in 1usize..9, overlap in 0usize..9) {
            let parts = windows(&text, size, overlap);
            prop_assert!(parts.iter().all(|it| it.chars().count() <= size));
            let kept = if overlap < size { overlap } else { size - 1 };
            let mut whole: String = parts[0].to_owned();
            for part in &parts[1..] {
                whole.extend(part.chars().skip(kept));
            }
            prop_assert_eq!(whole, text);
        }
    }
}
