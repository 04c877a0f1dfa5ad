//! What a request uses of a model: read once, for every policy that wants to know.

use crate::TokenTally;
use crate::exchange::{Exchange, buffer_fault};
use crate::fault::Fault;
use crate::watch::{Watch, watched};
use bytes::Bytes;
use expression::Message;
use http::header::CONTENT_TYPE;
use llm::sse::Reader;
use llm::{Encoding, Prompt, Tokens};
use parking_lot::Mutex;
use std::sync::Arc;

/// What an exchange knows about its use of a model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter {
    // Read when first asked for; the inner one is absent for what is no request to a model.
    prompt: Option<Option<Arc<Prompt>>>,
    used: Option<Measured>,
}

/// What a response used.
#[derive(Debug, Clone)]
pub(crate) enum Measured {
    /// It does not say.
    Nothing,
    /// So much.
    Known(Tokens),
    /// It passes by, and is counted meanwhile.
    Passing(Passing),
}

/// A stream that is counted.
#[derive(Debug, Clone)]
pub(crate) struct Passing {
    listeners: Arc<Mutex<Vec<Box<dyn Listener>>>>,
}

/// Somebody who wants to know what a stream uses.
pub(crate) trait Listener: Send {
    /// So many more tokens of the answer have passed.
    fn more(&mut self, tokens: u64);
    /// That was all.
    fn end(&mut self, used: Tokens);
}

impl std::fmt::Debug for dyn Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

impl Passing {
    pub(crate) fn tell(&self, listener: impl Listener + 'static) {
        self.listeners.lock().push(Box::new(listener));
    }
}

/// The request as one to a model; its body must be here.
pub(crate) fn prompt(exchange: &mut Exchange) -> Option<Arc<Prompt>> {
    if let Some(known) = &exchange.meter.prompt {
        return known.clone();
    }
    let body = exchange.request.body.plain();
    let read = body.and_then(|body| Prompt::read(body, &exchange.request.original_url.path));
    let prompt = read.map(Arc::new);
    exchange.meter.prompt = Some(prompt.clone());
    prompt
}

/// Tokens of the prompt, about; 0 for what is no request to a model.
pub(crate) fn prompt_tokens(exchange: &mut Exchange) -> u64 {
    let Some(prompt) = prompt(exchange) else { return 0 };
    prompt.tokens(exchange.request.foundry_deployment())
}

/// What the response used. A whole one is brought here and read; one that streams is counted while it passes.
pub(crate) async fn measure(exchange: &mut Exchange) -> Result<Measured, Fault> {
    if let Some(known) = &exchange.meter.used {
        return Ok(known.clone());
    }
    let measured = read(exchange).await?;
    if let (Measured::Known(used), Some(tally)) = (&measured, &exchange.tokens) {
        tally.add(*used);
    }
    exchange.meter.used = Some(measured.clone());
    Ok(measured)
}

async fn read(exchange: &mut Exchange) -> Result<Measured, Fault> {
    let limit = exchange.body_limit;
    let Some(prompt) = prompt(exchange) else {
        return Ok(Measured::Nothing);
    };
    let prompt_tokens = |exchange: &Exchange| prompt.tokens(exchange.request.foundry_deployment());
    let streams = is(exchange, "text/event-stream");
    if streams && exchange.response.as_ref().is_some_and(|it| it.body.is_stream()) {
        let counting = Counting {
            reader: Reader::new(),
            encoding: Encoding::of_model(prompt.model_or(exchange.request.foundry_deployment())),
            prompt: prompt_tokens(exchange),
            completion: 0,
            passing: Passing {
                listeners: Arc::default(),
            },
            tally: exchange.tokens.clone(),
        };
        let passing = counting.passing.clone();
        if let Some(response) = &mut exchange.response {
            response.body.wrap(|inner| watched(inner, counting));
        }
        return Ok(Measured::Passing(passing));
    }
    if !streams && !is(exchange, "application/json") {
        return Ok(Measured::Nothing);
    }
    let Some(response) = &mut exchange.response else {
        return Ok(Measured::Nothing);
    };
    let buffered = response.body.buffer(&response.headers, limit).await;
    buffered.map_err(|error| buffer_fault(Message::Response, &error))?;
    let body = response.body.plain().cloned().unwrap_or_default();
    if streams {
        let encoding = Encoding::of_model(prompt.model_or(exchange.request.foundry_deployment()));
        let completion = count(&mut Reader::new(), encoding, &body);
        return Ok(Measured::Known(Tokens::of(prompt_tokens(exchange), completion)));
    }
    Ok(Tokens::read(&body).map_or(Measured::Nothing, Measured::Known))
}

fn is(exchange: &Exchange, wanted: &str) -> bool {
    let headers = exchange.response.as_ref().map(|it| &it.headers);
    let kind = headers
        .and_then(|it| it.get(CONTENT_TYPE))
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case(wanted)
}

// Each delta by itself: what is kept of a stream does not grow with it.
fn count(reader: &mut Reader, encoding: Encoding, data: &[u8]) -> u64 {
    let frames = reader.push(data);
    let texts = frames.iter().flat_map(llm::delta_texts);
    texts.map(|text| encoding.count(&text)).sum()
}

struct Counting {
    reader: Reader,
    encoding: Encoding,
    prompt: u64,
    completion: u64,
    passing: Passing,
    tally: Option<Arc<TokenTally>>,
}

impl Watch for Counting {
    fn data(&mut self, data: &Bytes) {
        let more = count(&mut self.reader, self.encoding, data);
        if more > 0 {
            self.completion += more;
            for listener in self.passing.listeners.lock().iter_mut() {
                listener.more(more);
            }
        }
    }

    fn end(&mut self) {
        let used = Tokens::of(self.prompt, self.completion);
        if let Some(tally) = &self.tally {
            tally.add(used);
        }
        for mut listener in std::mem::take(&mut *self.passing.listeners.lock()) {
            listener.end(used);
        }
    }
}
