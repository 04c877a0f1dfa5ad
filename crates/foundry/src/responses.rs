//! Responses: text in and out, in the shape of the Responses API (foundry.md 2.5).

use crate::answer::{Choice, Said};
use crate::body::{Phase, Script};
use crate::catalog::{self, Facts};
use crate::chat::Chat;
use crate::errors::{Failure, invalid};
use crate::running::Running;
use crate::stored::Stored;
use crate::validate;
use bytes::Bytes;
use llm::{ChatRequest, ContentFilter, sse};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Fewest tokens that an answer may be limited to (obs).
const LEAST_OUTPUT: u64 = 16;
const ROLES: [&str; 4] = ["user", "assistant", "system", "developer"];

/// A request, and what it says as a conversation.
#[derive(Debug, Clone)]
pub(crate) struct ResponsesRequest {
    pub(crate) chat: ChatRequest,
    body: Value,
    /// Everything that was said until now, and how much of that is its own.
    said: Vec<Value>,
    own: usize,
    stored: Arc<Stored>,
}

/// Reads the body of a request; it may go on where one of the `stored` ended.
pub(crate) fn read(body: Value, stored: &Arc<Stored>) -> Result<ResponsesRequest, Failure> {
    let previous = body.get("previous_response_id").and_then(Value::as_str);
    let before = previous.map(|id| {
        stored.find(id).ok_or_else(|| {
            let message = format!("Previous response with id '{id}' not found.");
            let (parameter, code) = ("previous_response_id", "previous_response_not_found");
            invalid(&message, Some(parameter), Some(code))
        })
    });
    let before = before.transpose()?;
    if body.get("background") == Some(&Value::Bool(true)) {
        let message = "Unsupported parameter: 'background' is not supported by this server.";
        return Err(invalid(
            message,
            Some("background"),
            Some("unsupported_parameter"),
        ));
    }
    input(body.get("input"))?;
    if let Some(least) = body.get("max_output_tokens").filter(|it| !it.is_null())
        && least.as_u64().is_none_or(|it| it < LEAST_OUTPUT)
    {
        let message = format!(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= {LEAST_OUTPUT}, but got {least} \
             instead."
        );
        return Err(invalid(
            &message,
            Some("max_output_tokens"),
            Some("integer_below_min_value"),
        ));
    }
    let own = items(body.get("input"));
    let (count, mut said) = (own.len(), before.map(|it| it.said.clone()).unwrap_or_default());
    let chat = match said.is_empty() {
        true => ChatRequest::of_responses(&body),
        false => {
            let mut whole = body.clone();
            whole["input"] = said.iter().chain(&own).cloned().collect();
            ChatRequest::of_responses(&whole)
        }
    };
    said.extend(own);
    validate::format(&chat)?;
    Ok(ResponsesRequest {
        chat,
        body,
        said,
        own: count,
        stored: stored.clone(),
    })
}

fn items(input: Option<&Value>) -> Vec<Value> {
    match input {
        Some(Value::String(text)) => {
            vec![
                json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}),
            ]
        }
        Some(Value::Array(items)) => items.clone(),
        _ => Vec::new(),
    }
}

fn input(input: Option<&Value>) -> Result<(), Failure> {
    let wrong = |message: &str, code| Err(invalid(message, Some("input"), Some(code)));
    let items = match input {
        None | Some(Value::Null) => {
            return wrong(
                "Missing required parameter: 'input'.",
                "missing_required_parameter",
            );
        }
        Some(Value::String(_)) => return Ok(()),
        Some(Value::Array(items)) if items.is_empty() => {
            return wrong("Invalid 'input': empty array.", "empty_array");
        }
        Some(Value::Array(items)) => items,
        Some(_) => {
            let message = "Invalid type for 'input': expected one of a string or array of input items.";
            return wrong(message, "invalid_type");
        }
    };
    for (at, item) in items.iter().enumerate() {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        match (text("type"), text("role")) {
            (Some("item_reference"), _) => {
                let id = text("id").unwrap_or_default();
                return wrong(&format!("Item with id '{id}' not found."), "not_found");
            }
            (None | Some("message"), role) if role.is_none_or(|it| !ROLES.contains(&it)) => {
                let message = format!(
                    "Invalid value: '{}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
                    role.unwrap_or_default()
                );
                let place = format!("input[{at}].role");
                return Err(invalid(&message, Some(&place), Some("invalid_value")));
            }
            _ => (),
        }
    }
    Ok(())
}

/// What the model says to a request that was admitted.
pub(crate) fn fits(facts: &Facts, model: &str, prompt: u64, provisioned: bool) -> Result<(), Failure> {
    let is_refused = provisioned && catalog::provisioned_refuses(model, prompt);
    if prompt > facts.context || is_refused {
        let message =
            "Your input exceeds the context window of this model. Please adjust your input and try again.";
        return Err(invalid(message, Some("input"), Some("context_length_exceeded")));
    }
    Ok(())
}

/// The whole answer, which is kept unless the request says otherwise.
pub(crate) fn whole(chat: &Chat, request: &ResponsesRequest) -> String {
    let response = Answering { chat, request }.response(Stage::Over);
    request.keep(&response);
    response.to_string()
}

impl ResponsesRequest {
    fn keep(&self, response: &Value) {
        if self.body.get("store") != Some(&Value::Bool(false)) {
            self.stored.keep(response, self.said.clone(), self.own);
        }
    }
}

/// How far a response has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begun,
    Over,
}

/// An answer in the words of the Responses API.
struct Answering<'a> {
    chat: &'a Chat,
    request: &'a ResponsesRequest,
}

impl Answering<'_> {
    fn choice(&self) -> Option<&Choice> {
        self.chat.running.answer.choices.first()
    }

    fn id(&self, prefix: &str) -> String {
        let id = &self.chat.envelope.id;
        format!("{prefix}_{}", id.strip_prefix("resp_").unwrap_or(id))
    }

    fn is_cut_short(&self) -> bool {
        self.choice().is_some_and(|it| it.finish == "length")
    }

    fn thought(&self) -> Option<Value> {
        let tokens = self
            .chat
            .running
            .answer
            .usage
            .completion_tokens_details
            .reasoning_tokens;
        (tokens > 0).then(|| json!({"id": self.id("rs"), "type": "reasoning", "summary": []}))
    }

    /// Place of the message or call among the items.
    fn index(&self) -> usize {
        usize::from(self.thought().is_some())
    }

    fn part(&self, text: &str) -> Value {
        json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    }

    // The message or the call, at its beginning or complete.
    fn item(&self, stage: Stage) -> Value {
        let status = match stage {
            Stage::Begun => "in_progress",
            Stage::Over if self.is_cut_short() => "incomplete",
            Stage::Over => "completed",
        };
        match self.choice().map(|it| &it.said) {
            Some(Said::Call(call)) => {
                let arguments = if stage == Stage::Over {
                    call.function.arguments.as_str()
                } else {
                    ""
                };
                json!({
                    "id": self.id("fc"), "type": "function_call", "status": status, "call_id": call.id,
                    "name": call.function.name, "arguments": arguments,
                })
            }
            said => {
                let content = match (said, stage) {
                    (Some(Said::Text(text)), Stage::Over) => vec![self.part(text)],
                    _ => Vec::new(),
                };
                json!({
                    "id": self.id("msg"), "type": "message", "status": status, "role": "assistant", "content": content,
                })
            }
        }
    }

    fn response(&self, stage: Stage) -> Value {
        let running = &self.chat.running;
        let over = stage == Stage::Over;
        let status = match over {
            false => "in_progress",
            true if self.is_cut_short() => "incomplete",
            true => "completed",
        };
        let mut output: Vec<Value> = Vec::new();
        if over {
            output.extend(self.thought());
            output.push(self.item(stage));
        }
        let ended = (running.start + running.schedule.total()).seconds();
        let echo = |name: &str, usual: Value| match self.request.body.get(name) {
            Some(value) if !value.is_null() => value.clone(),
            _ => usual,
        };
        let cut = json!({"reason": "max_output_tokens"});
        let members = [
            ("id", self.chat.envelope.id.clone().into()),
            ("object", "response".into()),
            ("created_at", running.start.seconds().into()),
            ("status", status.into()),
            ("background", false.into()),
            ("completed_at", if over { ended.into() } else { Value::Null }),
            ("content_filters", if over { filters() } else { Value::Null }),
            ("error", Value::Null),
            (
                "incomplete_details",
                if status == "incomplete" { cut } else { Value::Null },
            ),
            ("instructions", echo("instructions", Value::Null)),
            ("max_output_tokens", echo("max_output_tokens", Value::Null)),
            ("max_tool_calls", echo("max_tool_calls", Value::Null)),
            ("model", self.chat.envelope.model.clone().into()),
            ("output", output.into()),
            ("parallel_tool_calls", echo("parallel_tool_calls", true.into())),
            ("previous_response_id", echo("previous_response_id", Value::Null)),
            ("prompt_cache_key", echo("prompt_cache_key", Value::Null)),
            (
                "reasoning",
                echo("reasoning", json!({"effort": null, "summary": null})),
            ),
            ("safety_identifier", echo("safety_identifier", Value::Null)),
            ("service_tier", "default".into()),
            ("store", echo("store", true.into())),
            ("temperature", echo("temperature", json!(1.0))),
            (
                "text",
                echo("text", json!({"format": {"type": "text"}, "verbosity": "medium"})),
            ),
            ("tool_choice", echo("tool_choice", "auto".into())),
            ("tools", echo("tools", json!([]))),
            ("top_logprobs", echo("top_logprobs", 0.into())),
            ("top_p", echo("top_p", json!(1.0))),
            ("truncation", echo("truncation", "disabled".into())),
            ("usage", if over { self.usage() } else { Value::Null }),
            ("user", echo("user", Value::Null)),
            ("metadata", echo("metadata", json!({}))),
        ];
        let members: Map<String, Value> = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Value::Object(members)
    }

    fn usage(&self) -> Value {
        let usage = &self.chat.running.answer.usage;
        json!({
            "input_tokens": usage.prompt_tokens,
            "input_tokens_details": {"cached_tokens": usage.prompt_tokens_details.cached_tokens, "cache_write_tokens": 0},
            "output_tokens": usage.completion_tokens,
            "output_tokens_details": {"reasoning_tokens": usage.completion_tokens_details.reasoning_tokens},
            "total_tokens": usage.total_tokens,
        })
    }
}

fn filters() -> Value {
    let filter = |source: &str, results: ContentFilter| {
        json!({
            "blocked": false, "source_type": source, "content_filter_raw": [], "content_filter_results": results,
            "content_filter_offsets": {"start_offset": 0, "end_offset": 0, "check_offset": 0},
        })
    };
    json!([
        filter("prompt", ContentFilter::clean_prompt()),
        filter("completion", ContentFilter::clean_answer()),
    ])
}

/// A streamed answer.
pub(crate) struct Events {
    pub(crate) chat: Chat,
    pub(crate) request: Box<ResponsesRequest>,
}

/// One event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    Created,
    InProgress,
    ThoughtAdded,
    ThoughtDone,
    ItemAdded,
    PartAdded,
    Delta(usize),
    TextDone,
    PartDone,
    ItemDone,
    Completed,
}

impl Script for Events {
    type Item = Event;

    fn running(&mut self) -> &mut Running {
        &mut self.chat.running
    }

    fn plan(&self) -> Vec<(Event, Duration)> {
        let (schedule, answering) = (&self.chat.running.schedule, self.answering());
        let (first, total) = (schedule.first(), schedule.total());
        let is_call = answering
            .choice()
            .is_some_and(|it| matches!(it.said, Said::Call(_)));
        let mut plan = vec![
            (Event::Created, Duration::ZERO),
            (Event::InProgress, Duration::ZERO),
        ];
        if answering.thought().is_some() {
            plan.extend([(Event::ThoughtAdded, first), (Event::ThoughtDone, first)]);
        }
        plan.push((Event::ItemAdded, first));
        if !is_call {
            plan.push((Event::PartAdded, first));
        }
        let tokens = self.chat.running.answer.len();
        plan.extend((0..tokens).map(|token| (Event::Delta(token), schedule.token(token))));
        plan.push((Event::TextDone, total));
        if !is_call {
            plan.push((Event::PartDone, total));
        }
        plan.extend([(Event::ItemDone, total), (Event::Completed, total)]);
        plan
    }

    fn phase(item: Event) -> Phase {
        match item {
            Event::Delta(token) => Phase::Token(token),
            Event::TextDone | Event::PartDone | Event::ItemDone | Event::Completed => Phase::After,
            _ => Phase::Before,
        }
    }

    fn write(&self, item: Event, number: usize) -> Bytes {
        if let Event::Completed = item {
            self.request.keep(&self.answering().response(Stage::Over));
        }
        let (kind, members) = self.event(item);
        let mut event = Map::new();
        event.insert("type".to_owned(), kind.as_str().into());
        event.insert("sequence_number".to_owned(), number.into());
        event.extend(members);
        sse::event(&kind, &Value::Object(event).to_string())
    }
}

impl Events {
    fn answering(&self) -> Answering<'_> {
        Answering {
            chat: &self.chat,
            request: &self.request,
        }
    }

    fn event(&self, item: Event) -> (String, Map<String, Value>) {
        let it = self.answering();
        let (kind, members) = match item {
            Event::Created => ("created", json!({"response": it.response(Stage::Begun)})),
            Event::InProgress => ("in_progress", json!({"response": it.response(Stage::Begun)})),
            Event::ThoughtAdded => (
                "output_item.added",
                json!({"output_index": 0, "item": it.thought()}),
            ),
            Event::ThoughtDone => (
                "output_item.done",
                json!({"output_index": 0, "item": it.thought()}),
            ),
            Event::ItemAdded => (
                "output_item.added",
                json!({"output_index": it.index(), "item": it.item(Stage::Begun)}),
            ),
            Event::ItemDone => (
                "output_item.done",
                json!({"output_index": it.index(), "item": it.item(Stage::Over)}),
            ),
            Event::Completed if it.is_cut_short() => {
                ("incomplete", json!({"response": it.response(Stage::Over)}))
            }
            Event::Completed => ("completed", json!({"response": it.response(Stage::Over)})),
            Event::PartAdded | Event::PartDone | Event::TextDone | Event::Delta(_) => self.said(&it, item),
        };
        let members = match members {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        (format!("response.{kind}"), members)
    }

    // What is said, in parts: a text, or the arguments of a call.
    fn said(&self, it: &Answering<'_>, item: Event) -> (&'static str, Value) {
        let Some(choice) = it.choice() else {
            return ("output_text.done", json!({}));
        };
        let piece = |token: usize| choice.pieces.get(token).map_or("", |piece| piece.text.as_str());
        match &choice.said {
            Said::Call(call) => {
                let place = json!({"item_id": it.id("fc"), "output_index": it.index()});
                match item {
                    Event::Delta(token) => (
                        "function_call_arguments.delta",
                        with(place, [("delta", piece(token).into())]),
                    ),
                    _ => (
                        "function_call_arguments.done",
                        with(
                            place,
                            [
                                ("arguments", call.function.arguments.as_str().into()),
                                ("name", call.function.name.as_str().into()),
                            ],
                        ),
                    ),
                }
            }
            Said::Text(text) => {
                let place = json!({"item_id": it.id("msg"), "output_index": it.index(), "content_index": 0});
                match item {
                    Event::PartAdded => ("content_part.added", with(place, [("part", it.part(""))])),
                    Event::PartDone => ("content_part.done", with(place, [("part", it.part(text))])),
                    Event::Delta(token) => (
                        "output_text.delta",
                        with(place, [("delta", piece(token).into()), ("logprobs", json!([]))]),
                    ),
                    _ => (
                        "output_text.done",
                        with(place, [("text", text.as_str().into()), ("logprobs", json!([]))]),
                    ),
                }
            }
        }
    }
}

fn with<const N: usize>(mut place: Value, more: [(&str, Value); N]) -> Value {
    for (name, value) in more {
        place[name] = value;
    }
    place
}
