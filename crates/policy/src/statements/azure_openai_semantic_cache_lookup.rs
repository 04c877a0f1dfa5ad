//! `<azure-openai-semantic-cache-lookup>`: `llm-semantic-cache-lookup` for APIs that were imported from Azure OpenAI. Both do the same.
//!
//! ```xml
//! <azure-openai-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="embeddings"
//!                                     embeddings-backend-auth="system-assigned" ignore-system-messages="true" />
//! ```

pub(super) use super::llm_semantic_cache_lookup::parse;
use super::llm_semantic_cache_lookup::{ATTRIBUTES, CHILDREN};
use crate::shape::{Content, Shape};

pub(super) static SHAPE: Shape = Shape {
    name: "azure-openai-semantic-cache-lookup",
    attributes: &ATTRIBUTES,
    content: Content::Children(&CHILDREN),
};
