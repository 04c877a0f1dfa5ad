use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// `usage` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens of all choices together.
    pub completion_tokens: u64,
    /// What they were used for.
    pub completion_tokens_details: CompletionDetails,
    /// Tokens of the request.
    pub prompt_tokens: u64,
    /// Where they came from.
    pub prompt_tokens_details: PromptDetails,
    /// Both together.
    pub total_tokens: u64,
}

impl Usage {
    /// Usage of a prompt and its answer, of which `reasoning` tokens were never shown.
    pub fn of(prompt: u64, completion: u64, reasoning: u64) -> Usage {
        Usage {
            completion_tokens: completion,
            completion_tokens_details: CompletionDetails {
                reasoning_tokens: reasoning,
                ..Default::default()
            },
            prompt_tokens: prompt,
            prompt_tokens_details: PromptDetails::default(),
            total_tokens: prompt + completion,
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        self.completion_tokens += other.completion_tokens;
        self.completion_tokens_details.reasoning_tokens += other.completion_tokens_details.reasoning_tokens;
        self.prompt_tokens += other.prompt_tokens;
        self.prompt_tokens_details.cached_tokens += other.prompt_tokens_details.cached_tokens;
        self.total_tokens += other.total_tokens;
    }
}

/// `completion_tokens_details`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CompletionDetails {
    /// Of a prediction that came true.
    pub accepted_prediction_tokens: u64,
    /// Sound.
    pub audio_tokens: u64,
    /// Thought, not shown.
    pub reasoning_tokens: u64,
    /// Of a prediction that did not come true.
    pub rejected_prediction_tokens: u64,
}

/// `prompt_tokens_details`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PromptDetails {
    /// Sound.
    pub audio_tokens: u64,
    /// Read from the prompt cache.
    pub cached_tokens: u64,
}
