//! `<azure-openai-semantic-cache-store>`: `llm-semantic-cache-store` for APIs that were imported from Azure OpenAI. Both do the same.
//!
//! ```xml
//! <azure-openai-semantic-cache-store duration="60" />
//! ```

use super::llm_semantic_cache_store::ATTRIBUTES;
pub(super) use super::llm_semantic_cache_store::parse;
use crate::shape::{Content, Shape};

pub(super) static SHAPE: Shape = Shape {
    name: "azure-openai-semantic-cache-store",
    attributes: &ATTRIBUTES,
    content: Content::Empty,
};
