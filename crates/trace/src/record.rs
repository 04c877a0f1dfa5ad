use crate::{Attempt, Event, Step};
use clock::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// One request, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The facts about it.
    #[serde(flatten)]
    pub summary: RequestSummary,
    /// Its steps in order.
    pub events: Vec<Event>,
}

/// A request in one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestSummary {
    /// `context.RequestId`.
    pub id: Uuid,
    /// Ordinal since the gateway started, from 1.
    pub number: u64,
    /// Nanoseconds since 1970 at which it arrived.
    #[serde(with = "crate::moment")]
    pub started: Moment,
    /// Nanoseconds since 1970 at which its head was answered.
    #[serde(with = "crate::moment")]
    pub ended: Moment,
    /// Method.
    pub method: String,
    /// Path and query as received, keys masked.
    pub path: String,
    /// Matched API.
    pub api: Option<Arc<str>>,
    /// Matched operation.
    pub operation: Option<Arc<str>>,
    /// Product in context.
    pub product: Option<Arc<str>>,
    /// Subscription in context.
    pub subscription: Option<Arc<str>>,
    /// Status that the caller got; 0 when the caller had gone.
    pub status: u16,
    /// `LastError.Reason`, if the walk ended in `on-error`.
    pub error: Option<String>,
}

impl Record {
    /// The attempts at backends, in order.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.events.iter().filter_map(|event| match &event.step {
            Step::Attempt(attempt) => Some(&**attempt),
            _ => None,
        })
    }
}
