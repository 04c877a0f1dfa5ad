//! What clients and model servers say to each other, and how long it is in tokens.
//!
//! - [`ChatRequest`], [`ChatResponse`], [`ChatChunk`]: the chat completion wire shapes, tolerant of members that they do
//!   not know, written in the alphabetical order that Azure uses;
//! - [`EmbeddingsInput`], [`ChatRequest::of_responses`]: what embeddings and responses requests hold;
//! - [`sse`]: frames of an event stream, written and read piece by piece;
//! - [`Encoding`]: the tokenizer of a model, loaded on first use or by [`warm`];
//! - [`prompt_tokens`]: what a chat request costs, by the published recipe.
//!
//! This crate opens no socket and never asks what time it is.

mod embeddings; // texts that become vectors
mod encoding; // texts to tokens and back
mod overhead; // what a chat request costs in tokens
mod prompt; // a request in whichever shape
mod request; // what a client sends
mod response; // what a server answers, whole or in chunks
mod responses; // the same conversation in the shape of responses
pub mod sse; // event stream frames
mod tokens; // what an answer used, in whichever shape
mod usage; // tokens that were used

pub use embeddings::EmbeddingsInput;
pub use encoding::{Encoding, Piece, warm};
pub use overhead::{image_tokens, prompt_tokens, text_length, tools_tokens};
pub use prompt::{Prompt, PromptKind, Turn};
pub use request::{
    ChatRequest, Content, Function, FunctionCall, ImageUrl, JsonSchema, Message, Part, ResponseFormat, Stop,
    StreamOptions, Tool, ToolCall, ToolChoice,
};
pub use response::{
    ChatChoice, ChatChunk, ChatMessage, ChatResponse, ChunkChoice, ContentFilter, Delta, DeltaFunction,
    DeltaToolCall, PromptFilter,
};
pub use tokens::{Tokens, answer_texts, delta_texts, delta_texts_of};
pub use usage::{CompletionDetails, PromptDetails, Usage};
