//! Responses that an account keeps for its callers: they are fetched, deleted and continued (foundry.md 2.5).

use crate::errors::{self, Failure};
use crate::reply;
use crate::serve::Call;
use axum::body::Body;
use http::{Method, Response};
use indexmap::IndexMap;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many are kept, and how many bytes of them; the oldest make room.
const MOST: usize = 1_000;
const BYTES: usize = 32 * 1024 * 1024;

/// The responses of one account, by id.
#[derive(Debug, Default)]
pub(crate) struct Stored(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    all: IndexMap<String, Arc<Kept>>,
    bytes: usize,
}

/// A response that was given.
#[derive(Debug)]
pub(crate) struct Kept {
    /// As it was answered.
    text: String,
    /// What it was asked with.
    input: Vec<Value>,
    /// Everything that was said until then, its own answer included.
    pub(crate) said: Vec<Value>,
    bytes: usize,
}

impl Stored {
    /// Keeps a response: what was said before it and with it, and how many of these items were its own input.
    pub(crate) fn keep(&self, response: &Value, mut said: Vec<Value>, own: usize) {
        let input = said[said.len().saturating_sub(own)..].to_vec();
        said.extend(response["output"].as_array().into_iter().flatten().cloned());
        let text = response.to_string();
        let bytes = text.len() + said.iter().map(|it| it.to_string().len()).sum::<usize>();
        let id = response["id"].as_str().unwrap_or_default().to_owned();
        let mut inner = self.0.lock();
        inner.bytes += bytes;
        let kept = Kept {
            text,
            input,
            said,
            bytes,
        };
        if let Some(before) = inner.all.insert(id, Arc::new(kept)) {
            inner.bytes -= before.bytes;
        }
        while inner.all.len() > MOST || (inner.bytes > BYTES && inner.all.len() > 1) {
            inner.remove_at(0);
        }
    }

    /// The response of that id.
    pub(crate) fn find(&self, id: &str) -> Option<Arc<Kept>> {
        self.0.lock().all.get(id).cloned()
    }

    fn remove(&self, id: &str) -> bool {
        let mut inner = self.0.lock();
        let at = inner.all.get_index_of(id);
        at.map(|at| inner.remove_at(at)).is_some()
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        *self.0.lock() = Inner::default();
    }
}

impl Inner {
    fn remove_at(&mut self, at: usize) {
        if let Some((_, kept)) = self.all.shift_remove_index(at) {
            self.bytes -= kept.bytes;
        }
    }
}

/// Answers a call for a response that was given earlier; `items` asks for its input.
pub(crate) fn answer(call: &Call, id: &str, items: bool) -> Result<Response<Body>, Failure> {
    let stored = &call.server.stored;
    let kept = stored.find(id).ok_or_else(|| errors::no_response(id))?;
    let body = if items {
        list(id, &kept.input).to_string()
    } else if call.parts.method == Method::DELETE {
        stored.remove(id);
        json!({ "id": id, "object": "response", "deleted": true }).to_string()
    } else {
        kept.text.clone()
    };
    let now = call.now().nanos();
    call.note(|entry| entry.ended = Some(now));
    Ok(call.stamped(reply::json(200, body)))
}

fn list(id: &str, input: &[Value]) -> Value {
    let named = |(at, item): (usize, &Value)| {
        let mut item = item.clone();
        if item.get("id").is_none() {
            item["id"] = format!("msg_{}_{at}", id.trim_start_matches("resp_")).into();
        }
        item
    };
    let data: Vec<Value> = input.iter().enumerate().map(named).collect();
    let id = |item: Option<&Value>| item.map(|it| it["id"].clone()).unwrap_or_default();
    json!({ "object": "list", "first_id": id(data.first()), "last_id": id(data.last()), "has_more": false, "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let stored = Stored::default();
        for number in 0..=MOST {
            let response = json!({ "id": format!("resp_{number}"), "output": [{ "role": "assistant" }] });
            stored.keep(&response, vec![json!({ "role": "user" })], 1);
        }
        assert!(stored.find("resp_0").is_none());
        let kept = stored.find("resp_1").expect("kept");
        assert_eq!((kept.input.len(), kept.said.len()), (1, 2));
        assert!(stored.remove("resp_1") && !stored.remove("resp_1"));
        let large = json!({ "id": "resp_large", "output": [], "text": "x".repeat(BYTES) });
        stored.keep(&large, Vec::new(), 0);
        assert!(stored.find("resp_large").is_some() && stored.find("resp_2").is_none());
        assert!(stored.0.lock().bytes > BYTES);
    }
}
