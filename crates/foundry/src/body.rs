//! Bodies that are sent bit by bit: streams of frames, and answers that are cut.

use crate::answer::Said;
use crate::chat::{Chat, prompt_filter};
use crate::running::Running;
use bytes::Bytes;
use clock::Sleep;
use http_body::{Body, Frame};
use llm::{ChatChunk, ChunkChoice, ContentFilter, Delta, DeltaFunction, DeltaToolCall, sse};
use serde_json::Value;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// The connection is cut in the middle of an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut on purpose")]
pub(crate) struct Cut;

/// What a streamed answer consists of, in the shape of one API.
pub(crate) trait Script: Send + Unpin + 'static {
    /// A frame.
    type Item: Copy + Send + Unpin + 'static;
    /// The answer under way.
    fn running(&mut self) -> &mut Running;
    /// Every frame with the moment at which it is due, counted from the start of the call.
    fn plan(&self) -> Vec<(Self::Item, Duration)>;
    /// Where a frame stands.
    fn phase(item: Self::Item) -> Phase;
    /// The frame as it is sent; `number` counts frames from 0.
    fn write(&self, item: Self::Item, number: usize) -> Bytes;
}

/// Where a frame stands in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before the first token.
    Before,
    /// It brings this token.
    Token(usize),
    /// Behind the last token.
    After,
}

/// A streamed answer.
pub(crate) struct Stream<S: Script> {
    script: S,
    plan: Vec<(S::Item, Duration)>,
    at: usize,
    sleep: Option<Sleep>,
    cut: Option<usize>,
    ending: Ending,
}

/// One frame of a chat completion (foundry.md 2.2).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item {
    /// What the content filter thinks of the prompt. Azure only.
    Annotation,
    Role(usize),
    /// A token of a choice.
    Token(usize, usize),
    Finish(usize),
    Usage,
    Done,
}

/// How a cut comes about: what was written is flushed first, or hyper would drop it together with the connection.
#[derive(Debug, Default)]
struct Ending {
    flushed: bool,
}

impl Ending {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if std::mem::replace(&mut self.flushed, true) {
            return Poll::Ready(Some(Err(Cut)));
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<S: Script> Stream<S> {
    /// `cut` is the number of tokens after which the connection breaks.
    pub(crate) fn new(script: S, cut: Option<u64>) -> Stream<S> {
        let plan = script.plan();
        let cut = cut.map(|tokens| usize::try_from(tokens).unwrap_or(usize::MAX));
        Stream {
            script,
            plan,
            at: 0,
            sleep: None,
            cut,
            ending: Ending::default(),
        }
    }

    fn is_cut(&self, item: S::Item) -> bool {
        let Some(cut) = self.cut else { return false };
        match S::phase(item) {
            Phase::Token(token) => token >= cut,
            Phase::After => true,
            Phase::Before => false,
        }
    }

    fn write(&mut self, item: S::Item) -> Bytes {
        let number = self.at;
        self.at += 1;
        if let Phase::Token(token) = S::phase(item) {
            self.script.running().sent = Some(token + 1);
        }
        if self.at == self.plan.len() {
            self.script.running().finish();
        }
        self.script.write(item, number)
    }
}

impl Script for Chat {
    type Item = Item;

    fn running(&mut self) -> &mut Running {
        &mut self.running
    }

    fn plan(&self) -> Vec<(Item, Duration)> {
        plan(self)
    }

    fn phase(item: Item) -> Phase {
        match item {
            Item::Token(_, token) => Phase::Token(token),
            Item::Finish(_) | Item::Usage | Item::Done => Phase::After,
            Item::Annotation | Item::Role(_) => Phase::Before,
        }
    }

    fn write(&self, item: Item, _: usize) -> Bytes {
        if let Item::Done = item {
            return sse::frame(sse::DONE);
        }
        sse::frame(&serde_json::to_string(&self.chunk(item)).unwrap_or_default())
    }
}

impl Chat {
    fn chunk(&self, item: Item) -> ChatChunk {
        let usage = self.includes_usage.then_some(None);
        if let Item::Annotation = item {
            return ChatChunk {
                prompt_filter_results: Some(prompt_filter()),
                usage,
                ..ChatChunk::default()
            };
        }
        let envelope = &self.envelope;
        let usage = match item {
            Item::Usage => Some(Some(self.running.answer.usage)),
            _ => usage,
        };
        ChatChunk {
            choices: self.choice(item).into_iter().collect(),
            created: envelope.created,
            id: envelope.id.clone(),
            model: envelope.model.clone(),
            object: "chat.completion.chunk".into(),
            prompt_filter_results: None,
            system_fingerprint: Some(envelope.fingerprint.clone()),
            usage,
        }
    }

    fn choice(&self, item: Item) -> Option<ChunkChoice> {
        let (index, token) = match item {
            Item::Role(choice) | Item::Finish(choice) => (choice, None),
            Item::Token(choice, token) => (choice, Some(token)),
            _ => return None,
        };
        let choice = self.running.answer.choices.get(index)?;
        let call = match &choice.said {
            Said::Text(_) => None,
            Said::Call(call) => Some(call),
        };
        let mut part = ChunkChoice {
            index: index as u64,
            ..ChunkChoice::default()
        };
        match (item, token.and_then(|token| choice.pieces.get(token))) {
            (Item::Role(_), _) => {
                part.delta.role = Some("assistant".into());
                part.delta.refusal = Some(None);
                part.delta.content = Some(if call.is_some() { None } else { Some(String::new()) });
            }
            (Item::Finish(_), _) => part.finish_reason = Some(choice.finish.to_owned()),
            (_, Some(piece)) => {
                part.content_filter_results = ContentFilter::clean_part();
                part.logprobs = token.map_or(Value::Null, |token| choice.logprobs(token..token + 1));
                part.delta = match call {
                    None => Delta {
                        content: Some(Some(piece.text.clone())),
                        ..Delta::default()
                    },
                    Some(_) => arguments(&piece.text),
                };
                if let (Some(call), Some(0)) = (call, token) {
                    let first = part.delta.tool_calls.first_mut()?;
                    (first.id, first.kind) = (Some(call.id.clone()), Some("function".into()));
                    first.function.name = Some(call.function.name.clone());
                }
            }
            (_, None) => return None,
        }
        Some(part)
    }
}

fn arguments(text: &str) -> Delta {
    let function = DeltaFunction {
        arguments: text.to_owned(),
        name: None,
    };
    Delta {
        tool_calls: vec![DeltaToolCall {
            function,
            ..DeltaToolCall::default()
        }],
        ..Delta::default()
    }
}

// Every frame with the moment at which it is due, counted from the start of the call. Tokens of several choices are made
// side by side.
fn plan(chat: &Chat) -> Vec<(Item, Duration)> {
    let (answer, schedule) = (&chat.running.answer, &chat.running.schedule);
    let mut plan = vec![(Item::Annotation, Duration::ZERO)];
    plan.extend((0..answer.choices.len()).map(|choice| (Item::Role(choice), schedule.first())));
    for (index, _) in answer
        .choices
        .iter()
        .enumerate()
        .filter(|(_, choice)| choice.len() == 0)
    {
        plan.push((Item::Finish(index), schedule.first()));
    }
    for token in 0..answer.len() {
        let due = schedule.token(token);
        for (index, choice) in answer
            .choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| token < choice.len())
        {
            plan.push((Item::Token(index, token), due));
            if token + 1 == choice.len() {
                plan.push((Item::Finish(index), due));
            }
        }
    }
    if chat.includes_usage {
        plan.push((Item::Usage, schedule.total()));
    }
    plan.push((Item::Done, schedule.total()));
    plan
}

impl<S: Script> Body for Stream<S> {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        let Some(&(item, due)) = this.plan.get(this.at) else {
            return Poll::Ready(None);
        };
        let running = this.script.running();
        let (due, clock) = (running.start + due, &running.shared.clock);
        if clock.now() < due || this.sleep.is_some() {
            let sleep = this.sleep.get_or_insert_with(|| clock.sleep_until(due));
            ready!(Pin::new(sleep).poll(context));
            this.sleep = None;
        }
        if this.is_cut(item) {
            let running = this.script.running();
            let frames = running.sent.unwrap_or(0);
            running.cut(frames);
            return this.ending.poll(context);
        }
        Poll::Ready(Some(Ok(Frame::data(this.write(item)))))
    }
}

/// The beginning of a body whose rest never comes.
#[derive(Debug)]
pub(crate) struct Partial {
    bytes: Option<Bytes>,
    ending: Ending,
}

impl Partial {
    pub(crate) fn new(bytes: Vec<u8>) -> Partial {
        Partial {
            bytes: Some(bytes.into()).filter(|it: &Bytes| !it.is_empty()),
            ending: Ending::default(),
        }
    }
}

impl Body for Partial {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.bytes.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => self.ending.poll(context),
        }
    }
}

/// A body that fails before its first byte, so that not even the head is sent.
#[derive(Debug)]
pub(crate) struct Never;

impl Body for Never {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        Poll::Ready(Some(Err(Cut)))
    }
}
