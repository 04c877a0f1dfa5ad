//! Answers of models: admission, refusal, spillover, and the answer in its time, in the shape that was asked for.

use crate::account::{Admission, Deployed};
use crate::answer::{self, Answer as Answered, Choice, Question, Said, base62};
use crate::ask::Ask;
use crate::body::{Partial, Stream};
use crate::embeddings::EmbeddingsRequest;
use crate::errors::{self, Failure, Refusal};
use crate::knobs::{Latency, Style};
use crate::latency::Schedule;
use crate::path::{Operation, Surface, Target};
use crate::quota::{Limiter, Limits, Refused};
use crate::responses::{self, Events, ResponsesRequest};
use crate::running::Running;
use crate::serve::{Answer, Call};
use crate::{catalog, models, reply};
use axum::body::Body;
use clock::Moment;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue, Response};
use llm::{ChatChoice, ChatMessage, ChatRequest, ChatResponse, ContentFilter, PromptFilter};
use std::sync::Arc;

/// An answer that was admitted.
pub(crate) struct Chat {
    pub(crate) running: Running,
    pub(crate) envelope: Envelope,
    pub(crate) streams: bool,
    pub(crate) includes_usage: bool,
    headers: HeaderMap,
    form: Form,
    /// Whether vectors have an id too.
    shows_id: bool,
}

/// The shape of an answer.
enum Form {
    Chat,
    Responses(Box<ResponsesRequest>),
    Embeddings(Box<EmbeddingsRequest>),
}

/// What all frames of an answer have in common.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) model: String,
    pub(crate) fingerprint: String,
}

/// A deployment's no.
struct Failed {
    response: Box<Response<Body>>,
    /// Whether a provisioned deployment passes such a call on.
    spills: bool,
}

/// Admits a call, or has it refused; passes it on where a provisioned deployment spills over.
pub(crate) fn start(call: &Call, deployed: &Arc<Deployed>, ask: &Ask) -> Answer {
    match attempt(call, deployed, ask) {
        Ok(chat) => Answer::Chat(Box::new(chat)),
        Err(failed) if failed.spills => spill(call, deployed, ask, *failed.response),
        Err(failed) => Answer::Ready(*failed.response),
    }
}

/// Tries the standard deployment that takes what a provisioned one will not (4.4); when that refuses too, the original
/// answer stands.
pub(crate) fn spill(call: &Call, from: &Arc<Deployed>, ask: &Ask, mut original: Response<Body>) -> Answer {
    let asked = call
        .parts
        .headers
        .get("x-ms-spillover-deployment")
        .and_then(|it| it.to_str().ok());
    let target = from
        .resource
        .spillover
        .as_deref()
        .or(asked)
        .and_then(|name| call.server.deployment(name));
    let target = target.filter(|to| from.resource.sku.is_provisioned() && !to.resource.sku.is_provisioned());
    let Some(target) = target else {
        return Answer::Ready(original);
    };
    call.note(|entry| entry.spilled_to = Some(target.resource.name.clone()));
    match attempt(call, target, ask) {
        Ok(mut chat) => {
            reply::set(
                &mut chat.headers,
                "x-ms-spillover-from-deployment",
                &from.resource.name,
            );
            Answer::Chat(Box::new(chat))
        }
        Err(failed) => {
            reply::set(
                original.headers_mut(),
                "x-ms-spillover-error",
                failed.response.status().as_str(),
            );
            Answer::Ready(original)
        }
    }
}

fn attempt(call: &Call, deployed: &Arc<Deployed>, ask: &Ask) -> Result<Chat, Failed> {
    let model = &deployed.resource.model;
    let facts = catalog::of_model(&model.name);
    let request = ask.conversation(&model.name);
    let prompt_tokens = ask.prompt_tokens(&model.name);
    let start = call.now();
    let admission = deployed.admit(start, &request, prompt_tokens);
    call.note(|entry| {
        entry.estimate = Some(admission.estimate);
        entry.prompt_tokens = Some(prompt_tokens);
        (entry.before, entry.after) = (Some(admission.before), Some(admission.after));
    });
    let mut headers = HeaderMap::new();
    reply::quota(&mut headers, admission.show);
    if let Err(refused) = admission.outcome {
        let mut response = call.refuse(
            &refusal(call, deployed, admission.knobs.refusal, refused),
            refused,
        );
        response.headers_mut().extend(headers);
        return Err(Failed {
            response: Box::new(response),
            spills: true,
        });
    }
    let provisioned = matches!(admission.knobs.limits, Limits::Provisioned(_));
    if let Err(failure) = ask.fits(&facts, &model.name, prompt_tokens, provisioned) {
        let level = deployed.reject(start, &admission);
        call.note(|entry| entry.settled = Some(level));
        let spills = failure.code == "context_length_exceeded";
        return Err(Failed {
            response: Box::new(call.fail(&failure)),
            spills,
        });
    }
    Ok(begin(
        call,
        deployed,
        (ask, &request),
        Admitted {
            admission,
            prompt_tokens,
            start,
            headers,
        },
    ))
}

struct Admitted {
    admission: Admission,
    prompt_tokens: u64,
    start: Moment,
    headers: HeaderMap,
}

// Thinks of the answer and of the moments at which its tokens fall due.
fn begin(
    call: &Call,
    deployed: &Arc<Deployed>,
    (ask, request): (&Ask, &ChatRequest),
    admitted: Admitted,
) -> Chat {
    let Admitted {
        admission,
        prompt_tokens,
        start,
        mut headers,
    } = admitted;
    let model = &deployed.resource.model.name;
    let answer = match ask {
        Ask::Embeddings(_) => Answered::nothing(prompt_tokens),
        Ask::Chat(_) | Ask::Responses(_) => answer::answer(
            call.shared.dice,
            &Question {
                request,
                model,
                reasoning: catalog::of_model(model).reasoning,
                prompt_tokens,
                length: admission.knobs.answer_tokens,
            },
        ),
    };
    let schedule = schedule(call, admission.knobs.latency, &answer);
    call.simulate(schedule.total());
    call.note(|entry| {
        entry.completion_tokens = Some(answer.usage.completion_tokens);
        (entry.error, entry.ended) = (None, None);
    });
    let streams = ask.streams();
    let took = if streams {
        schedule.first()
    } else {
        schedule.total()
    };
    let session = session(call, deployed);
    reply::served(&mut headers, &deployed.resource.name, &session, took);
    let running = Running {
        shared: call.shared.clone(),
        deployed: deployed.clone(),
        admission,
        number: call.number,
        answer,
        schedule,
        start,
        sent: streams.then_some(0),
        over: false,
    };
    Chat {
        envelope: envelope(call, deployed, &running),
        running,
        streams,
        includes_usage: request.includes_usage(),
        headers,
        shows_id: call.asked.surface == Surface::Inference,
        form: match ask {
            Ask::Chat(_) => Form::Chat,
            Ask::Responses(request) => Form::Responses(request.clone()),
            Ask::Embeddings(request) => Form::Embeddings(request.clone()),
        },
    }
}

fn schedule(call: &Call, latency: Latency, answer: &Answered) -> Schedule {
    // Vectors take their time by the length of the texts.
    let each = match answer.choices.len() as u64 {
        0 => answer.usage.prompt_tokens,
        choices => answer.usage.completion_tokens_details.reasoning_tokens / choices,
    };
    let mut rng = call
        .shared
        .dice
        .roll(("foundry latency", &call.server.name), call.ordinal);
    Schedule::new(latency, each, answer.len(), &mut rng)
}

fn refusal(call: &Call, deployed: &Deployed, style: Option<Style>, refused: Refused) -> Failure {
    if refused.limiter == Limiter::Utilisation && style.is_none() {
        return errors::exhausted();
    }
    let style = style.unwrap_or(match call.asked.surface {
        Surface::V1 => Style::V1,
        _ => Style::Classic,
    });
    let refusal = Refusal {
        operation: operation(call).id(),
        limiter: refused.limiter,
        seconds: refused.seconds(),
        surface: call.asked.surface,
        version: call.asked.api_version.as_deref().unwrap_or(""),
        model: &deployed.resource.model.name,
        deployment: &deployed.resource.name,
        region: &call.server.region,
        region_id: &call.server.region_id,
        tier: call.server.tier,
    };
    errors::refused(style, &refusal)
}

// Opaque, and the same for all calls of a deployment.
fn session(call: &Call, deployed: &Deployed) -> String {
    let mut rng = call
        .shared
        .dice
        .roll(("foundry session", &call.server.name, &deployed.resource.name), 0);
    format!(
        "d{:03}-{:014}",
        rng.below(1_000),
        20_260_000_000_000 + rng.below(1_000_000_000)
    )
}

fn envelope(call: &Call, deployed: &Deployed, running: &Running) -> Envelope {
    let model = models::full_name(&deployed.resource.model.name, &deployed.resource.model.version);
    let dice = call.shared.dice;
    let mut id = dice.roll(("chatcmpl", &call.server.name), call.ordinal);
    let mut build = dice.roll(("fingerprint", &model), 0);
    if operation(call) == Operation::Responses {
        return Envelope {
            id: format!("resp_{:016x}{:016x}{:016x}", id.bits(), id.bits(), id.bits()),
            created: running.start.seconds(),
            fingerprint: String::new(),
            // The name that the caller sent, not that of the model (obs).
            model: deployed.resource.name.clone(),
        };
    }
    Envelope {
        id: format!("chatcmpl-{}", base62(&mut id, 29)),
        created: running.start.seconds(),
        fingerprint: format!("fp_{:010x}", build.bits() >> 24),
        model,
    }
}

fn operation(call: &Call) -> Operation {
    match &call.asked.target {
        Target::Model { operation, .. } => *operation,
        _ => Operation::Chat,
    }
}

/// Sends the answer as its tokens fall due: a stream at once, a whole answer when it is complete.
pub(crate) async fn deliver(call: &Call, mut chat: Chat, cut: Option<u64>) -> Response<Body> {
    let headers = std::mem::take(&mut chat.headers);
    let mut response = match (chat.streams, cut) {
        (true, cut) => reply::response(200, reply::EVENT_STREAM, stream(chat, cut)),
        (false, None) => {
            wait(&chat.running, chat.running.schedule.total()).await;
            chat.running.finish();
            reply::json(200, whole(&chat))
        }
        (false, Some(tokens)) => partial(chat, tokens).await,
    };
    response.headers_mut().extend(headers);
    call.stamped(response)
}

fn stream(mut chat: Chat, cut: Option<u64>) -> Body {
    match std::mem::replace(&mut chat.form, Form::Chat) {
        Form::Responses(request) => Body::new(Stream::new(Events { chat, request }, cut)),
        _ => Body::new(Stream::new(chat, cut)),
    }
}

async fn wait(running: &Running, passed: std::time::Duration) {
    let due = running.start + passed;
    if running.shared.clock.now() < due {
        running.shared.clock.sleep_until(due).await;
    }
}

// The beginning of a whole answer, as much of it as those tokens are, under the length of all of it.
async fn partial(mut chat: Chat, tokens: u64) -> Response<Body> {
    let all = chat.running.answer.len();
    let frames = usize::try_from(tokens).unwrap_or(usize::MAX).min(all);
    let due = match frames.checked_sub(1) {
        Some(last) => chat.running.schedule.token(last),
        None => chat.running.schedule.first(),
    };
    wait(&chat.running, due).await;
    chat.running.cut(frames);
    let mut text = whole(&chat).into_bytes();
    let length = HeaderValue::from(text.len());
    text.truncate((text.len() * frames / all.max(1)).min(text.len().saturating_sub(1)));
    let mut response = reply::response(200, "application/json", Body::new(Partial::new(text)));
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

fn whole(chat: &Chat) -> String {
    match &chat.form {
        Form::Chat => completion(chat),
        Form::Responses(request) => responses::whole(chat, request),
        Form::Embeddings(request) => {
            let model = &chat.running.deployed.resource.model.name;
            let id = chat.shows_id.then_some(chat.envelope.id.as_str());
            request.answer(&catalog::of_model(model), model, &chat.envelope.model, id)
        }
    }
}

fn completion(chat: &Chat) -> String {
    let choices = chat
        .running
        .answer
        .choices
        .iter()
        .zip(0..)
        .map(|(choice, index)| ChatChoice {
            content_filter_results: ContentFilter::clean_answer(),
            finish_reason: Some(choice.finish.to_owned()),
            index,
            logprobs: choice.logprobs(0..choice.len()),
            message: message(choice),
        });
    let response = ChatResponse {
        choices: choices.collect(),
        created: chat.envelope.created,
        id: chat.envelope.id.clone(),
        model: chat.envelope.model.clone(),
        object: "chat.completion".into(),
        prompt_filter_results: prompt_filter(),
        service_tier: Some("default".into()),
        system_fingerprint: Some(chat.envelope.fingerprint.clone()),
        usage: chat.running.answer.usage,
    };
    serde_json::to_string(&response).unwrap_or_default()
}

fn message(choice: &Choice) -> ChatMessage {
    let mut message = ChatMessage {
        role: "assistant".into(),
        ..ChatMessage::default()
    };
    match &choice.said {
        Said::Text(text) => message.content = Some(text.clone()),
        Said::Call(call) => message.tool_calls.push(call.clone()),
    }
    message
}

pub(crate) fn prompt_filter() -> Vec<PromptFilter> {
    vec![PromptFilter {
        prompt_index: 0,
        content_filter_results: ContentFilter::clean_prompt(),
    }]
}
