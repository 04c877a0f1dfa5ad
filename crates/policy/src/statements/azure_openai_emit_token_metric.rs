//! `<azure-openai-emit-token-metric>`: `llm-emit-token-metric` for APIs that were imported from Azure OpenAI.
//!
//! ```xml
//! <azure-openai-emit-token-metric namespace="models"><dimension name="Subscription ID" /></azure-openai-emit-token-metric>
//! ```

use super::dimensions::DIMENSION;
use super::llm_emit_token_metric::ATTRIBUTES;
pub(super) use super::llm_emit_token_metric::parse;
use crate::shape::{Content, Shape, some};

pub(super) static SHAPE: Shape = Shape {
    name: "azure-openai-emit-token-metric",
    attributes: &ATTRIBUTES,
    content: Content::Children(&[some(&DIMENSION)]),
};
