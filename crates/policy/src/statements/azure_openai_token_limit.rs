//! `<azure-openai-token-limit>`: `llm-token-limit` for APIs that were imported from Azure OpenAI. Both do the same, and count in the
//! same counters.
//!
//! ```xml
//! <azure-openai-token-limit counter-key="@(context.Subscription.Id)" tokens-per-minute="500" estimate-prompt-tokens="false" />
//! ```

use super::llm_token_limit::ATTRIBUTES;
pub(super) use super::llm_token_limit::parse;
use crate::shape::{Content, Shape};

pub(super) static SHAPE: Shape = Shape {
    name: "azure-openai-token-limit",
    attributes: &ATTRIBUTES,
    content: Content::Empty,
};
