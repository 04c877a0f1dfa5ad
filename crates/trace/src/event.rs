use crate::Attempt;
use clock::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One step of a request's walk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Nanoseconds since 1970.
    #[serde(with = "crate::moment")]
    pub at: Moment,
    /// Where the walk was.
    pub section: Section,
    /// Policy or built-in step, such as `set-header`.
    pub source: Arc<str>,
    /// Scope and place inside the section, such as `api choose[1]/when[2]`.
    pub place: Arc<str>,
    /// What happened.
    pub step: Step,
}

/// A section of a policy document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Before the backend.
    Inbound,
    /// Around the backend.
    Backend,
    /// After the backend.
    Outbound,
    /// After a fault.
    OnError,
}

impl Section {
    /// The element's name.
    pub fn name(self) -> &'static str {
        match self {
            Section::Inbound => "inbound",
            Section::Backend => "backend",
            Section::Outbound => "outbound",
            Section::OnError => "on-error",
        }
    }
}

/// What a step did. Thousands are kept: what is large and rare is boxed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Step {
    /// The request as it arrived; only a traced one says so.
    Received {
        /// Name and value, keys and tokens masked.
        headers: Vec<(String, String)>,
    },
    /// The walk came to a policy; only a full record says so.
    Entered,
    /// An expression was evaluated; its value as text, cut short, secrets masked.
    Evaluated {
        /// Source text.
        expression: Arc<str>,
        /// Value.
        value: String,
    },
    /// A branch was taken or a condition judged.
    Decided {
        /// Such as `when[2]` or `retry`.
        what: String,
        /// The condition's value.
        value: bool,
    },
    /// A backend was tried.
    Attempt(Box<Attempt>),
    /// The walk waited.
    Waited {
        /// Milliseconds.
        millis: f64,
        /// Which retry it came before, from 1.
        retry: u32,
    },
    /// A policy did what it says.
    Did {
        /// In a few words.
        message: String,
    },
    /// `<trace>` or `context.Trace`.
    Message(Box<Message>),
    /// A message was handed to an Event Hub or a Service Bus.
    Published(Box<Published>),
    /// The walk left its section with an error.
    Faulted {
        /// `LastError.Reason`.
        reason: String,
        /// `LastError.Message`.
        message: String,
    },
}

/// What a policy has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `verbose`, `information` or `error`.
    pub severity: String,
    /// Text.
    pub message: String,
    /// Name and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<(String, String)>,
}

/// A message for others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// `eventhub` or `servicebus`.
    pub channel: String,
    /// Logger, queue or topic.
    pub to: String,
    /// Its text.
    pub body: String,
    /// Name and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<(String, String)>,
}
