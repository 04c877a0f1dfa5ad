//! What a call asks of a deployment, in whichever shape.

use crate::catalog::Facts;
use crate::embeddings::{self, EmbeddingsRequest};
use crate::errors::{Failure, invalid};
use crate::path::Operation;
use crate::responses::{self, ResponsesRequest};
use crate::stored::Stored;
use crate::validate;
use llm::ChatRequest;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// A request that was read and is right as far as its shape goes.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Chat(Box<ChatRequest>),
    Responses(Box<ResponsesRequest>),
    Embeddings(Box<EmbeddingsRequest>),
}

impl Ask {
    /// Reads the body of a request.
    pub(crate) fn read(operation: Operation, body: &[u8], stored: &Arc<Stored>) -> Result<Ask, Failure> {
        let value = object(body)?;
        Ok(match operation {
            Operation::Chat => Ask::Chat(Box::new(validate::read(value)?)),
            Operation::Responses => Ask::Responses(Box::new(responses::read(value, stored)?)),
            Operation::Embeddings => Ask::Embeddings(Box::new(embeddings::read(&value)?)),
        })
    }

    /// Whether the answer comes as an event stream.
    pub(crate) fn streams(&self) -> bool {
        match self {
            Ask::Chat(chat) => chat.streams(),
            Ask::Responses(request) => request.chat.streams(),
            Ask::Embeddings(_) => false,
        }
    }

    /// The same as a conversation, by which quotas weigh it and answers are found.
    pub(crate) fn conversation(&self, model: &str) -> Cow<'_, ChatRequest> {
        match self {
            Ask::Chat(chat) => Cow::Borrowed(chat),
            Ask::Responses(request) => Cow::Borrowed(&request.chat),
            Ask::Embeddings(request) => Cow::Owned(request.conversation(model)),
        }
    }

    /// Tokens of the prompt.
    pub(crate) fn prompt_tokens(&self, model: &str) -> u64 {
        match self {
            Ask::Chat(chat) => llm::prompt_tokens(model, chat),
            Ask::Responses(request) => llm::prompt_tokens(model, &request.chat),
            Ask::Embeddings(request) => request.tokens(model),
        }
    }

    /// What the model says to a request that was admitted.
    pub(crate) fn fits(
        &self,
        facts: &Facts,
        model: &str,
        prompt: u64,
        provisioned: bool,
    ) -> Result<(), Failure> {
        match self {
            Ask::Chat(chat) => validate::for_model(chat, facts, model, prompt, provisioned),
            Ask::Responses(_) => responses::fits(facts, model, prompt, provisioned),
            Ask::Embeddings(request) => request.fits(facts, model),
        }
    }
}

fn object(body: &[u8]) -> Result<Value, Failure> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| invalid("We could not parse the JSON body of your request.", None, None))?;
    match value.is_object() {
        true => Ok(value),
        false => Err(invalid(
            "The JSON body of your request has to be an object.",
            None,
            None,
        )),
    }
}
