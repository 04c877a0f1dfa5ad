use llm::Tokens;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tokens that calls used, as far as a policy wanted to know; of the requests that were given the same.
#[derive(Debug, Default)]
pub struct TokenTally {
    prompt: AtomicU64,
    completion: AtomicU64,
}

impl TokenTally {
    /// Tokens of prompts.
    pub fn prompt(&self) -> u64 {
        self.prompt.load(Ordering::Relaxed)
    }

    /// Tokens of answers.
    pub fn completion(&self) -> u64 {
        self.completion.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, used: Tokens) {
        self.prompt.fetch_add(used.prompt, Ordering::Relaxed);
        self.completion.fetch_add(used.completion, Ordering::Relaxed);
    }
}
