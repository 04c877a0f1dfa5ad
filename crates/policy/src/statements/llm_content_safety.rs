//! `<llm-content-safety>`: lets no harmful prompt through, nor a harmful answer.
//!
//! ```xml
//! <llm-content-safety backend-id="safety" shield-prompt="true" enforce-on-completions="true">
//!   <categories output-type="EightSeverityLevels"><category name="Violence" threshold="4" /></categories>
//!   <blocklists><id>names</id></blocklists>
//! </llm-content-safety>
//! ```
//! Who cannot ask the Content Safety service lets nothing through (observed). In outbound it is about the answer.

use super::content::{is_json, media_type_of};
use super::guarded::{Guarded, guarded};
use super::limits::whole;
use super::named_backend::NamedBackend;
use super::safety::{Checker, DEFAULT_WINDOW};
use super::statement::Origin;
use super::{Action, Flow, Statement, Wait};
use crate::element::Element;
use crate::exchange::{Exchange, buffer_fault};
use crate::fault::Fault;
use crate::late::Late;
use crate::meter;
use crate::shape::{Content, Shape, maybe, optional, required, some};
use crate::template::{Setting, Template};
use crate::world::World;
use expression::Message;
use futures_util::future::BoxFuture;
use http::StatusCode;
use http::header::AUTHORIZATION;
use source::Diagnostic;
use std::ops::RangeInclusive;
use std::sync::Arc;
use trace::Section;

pub(super) static SHAPE: Shape = Shape {
    name: "llm-content-safety",
    attributes: &[
        required("backend-id"),
        optional("shield-prompt").or("false").bool(),
        optional("enforce-on-completions").or("false").bool(),
        optional("window-size").or("10000").int(),
        optional("window-overlap-size").int(),
    ],
    content: Content::Children(&[maybe(&CATEGORIES), maybe(&BLOCKLISTS), maybe(&TOOLKIT_BLOCKLISTS)]),
};
static CATEGORIES: Shape = Shape {
    name: "categories",
    attributes: &[optional("output-type")
        .or("FourSeverityLevels")
        .one_of(&OUTPUT_TYPES)],
    content: Content::Children(&[some(&CATEGORY)]),
};
static CATEGORY: Shape = Shape {
    name: "category",
    attributes: &[required("name").one_of(&NAMES), required("threshold").int()],
    content: Content::Empty,
};
static BLOCKLISTS: Shape = Shape {
    name: "blocklists",
    attributes: &[],
    content: Content::Children(&[some(&ID)]),
};
// The spelling of the policy toolkit.
static TOOLKIT_BLOCKLISTS: Shape = Shape {
    name: "block-lists",
    attributes: &[],
    content: Content::Children(&[some(&ID)]),
};
static ID: Shape = Shape {
    name: "id",
    attributes: &[],
    content: Content::Text,
};

const NAMES: [&str; 4] = ["Hate", "SelfHarm", "Sexual", "Violence"];
const OUTPUT_TYPES: [&str; 2] = ["FourSeverityLevels", "EightSeverityLevels"];
const SEVERITIES: RangeInclusive<i64> = 0..=7;
const REASON: &str = "ContentSafetyPolicyViolated";
const MESSAGE: &str = "Request failed content safety check.";

struct ContentSafety {
    backend: NamedBackend,
    shields: Setting<bool>,
    completions: Setting<bool>,
    window: Setting<i64>,
    overlap: Setting<i64>,
    output: Option<Template>,
    categories: Vec<(Template, Setting<i64>)>,
    blocklists: Vec<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    // In inbound it reads the prompt. An answer is looked at as it passes by.
    element.build.needs.request = true;
    let backend = element.required("backend-id");
    let (output, categories) = element.child("categories", categories).unwrap_or_default();
    let mut blocklists = element.child("blocklists", ids).unwrap_or_default();
    blocklists.extend(element.child("block-lists", toolkit_ids).into_iter().flatten());
    Action::wait(ContentSafety {
        backend: NamedBackend::find(element, backend),
        shields: element.setting_or("shield-prompt", false),
        completions: element.setting_or("enforce-on-completions", false),
        window: whole(element, "window-size", 1..=i64::MAX).unwrap_or(Setting::Literal(DEFAULT_WINDOW)),
        overlap: whole(element, "window-overlap-size", 0..=i64::MAX).unwrap_or(Setting::Literal(0)),
        output,
        categories,
        blocklists,
    })
}

type Categories = (Option<Template>, Vec<(Template, Setting<i64>)>);

fn categories(element: &mut Element<'_, '_, '_>) -> Categories {
    let output = one_of(element, "output-type", &OUTPUT_TYPES);
    let categories = element.children("category", |category| {
        let name = one_of(category, "name", &NAMES);
        let threshold = whole(category, "threshold", SEVERITIES);
        Some((name?, threshold?))
    });
    (output, categories.into_iter().flatten().collect())
}

// A literal is one of the words; what an expression gives is seen later.
fn one_of(element: &mut Element<'_, '_, '_>, name: &'static str, words: &[&'static str]) -> Option<Template> {
    let template = element.optional(name)?;
    if let Some(text) = template.known()
        && !words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
    {
        let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let (text, span) = (text.to_owned(), template.span);
        element.wrong_value(name, &text, &quoted.join(" or "), span);
    }
    Some(template)
}

fn ids(element: &mut Element<'_, '_, '_>) -> Vec<Template> {
    element.children("id", |it| it.text())
}

fn toolkit_ids(element: &mut Element<'_, '_, '_>) -> Vec<Template> {
    let message = "the element is called `blocklists`";
    element.report(Diagnostic::warning(
        "other-spelling",
        message,
        element.name_span(),
    ));
    ids(element)
}

impl Wait for ContentSafety {
    fn run<'a>(
        &'a self,
        at: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.enforce(at, exchange, world))
    }
}

impl ContentSafety {
    async fn enforce(
        &self,
        at: &Statement,
        exchange: &mut Exchange,
        world: &dyn World,
    ) -> Result<Flow, Fault> {
        let checker = Arc::new(self.checker(exchange, world)?);
        if at.place.section == Section::Outbound {
            completion(&checker, exchange, world).await?;
            return Ok(Flow::Next);
        }
        let text = prompt(exchange);
        match text.trim().is_empty() {
            true => exchange.did(|| "no prompt".to_owned()),
            false => {
                let verdict = checker.prompt(world, &text).await;
                verdict.tell(exchange)?;
            }
        }
        if self.completions.get(exchange)? {
            exchange.late.push(Box::new(Completion {
                checker,
                origin: at.origin(),
            }));
        }
        Ok(Flow::Next)
    }

    fn checker(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Checker, Fault> {
        let mut categories = Vec::new();
        for (name, threshold) in &self.categories {
            let name = name.text(exchange)?.trim().to_owned();
            categories.push((name, threshold.get(exchange)?));
        }
        let mut blocklists = Vec::new();
        for id in &self.blocklists {
            blocklists.push(id.text(exchange)?.trim().to_owned());
        }
        let output = match &self.output {
            Some(output) => output.text(exchange)?.trim().to_owned(),
            None => OUTPUT_TYPES[0].to_owned(),
        };
        let (window, overlap) = (self.window.get(exchange)?, self.overlap.get(exchange)?);
        Ok(Checker {
            to: self.backend.get(exchange, world).ok(),
            shields: self.shields.get(exchange)?,
            categories,
            output,
            blocklists,
            window: usize::try_from(window).unwrap_or(1).max(1),
            overlap: usize::try_from(overlap).unwrap_or(0),
            // For a backend that has no credential of its own (observed).
            authorization: exchange.request.headers.get(AUTHORIZATION).cloned(),
        })
    }
}

// All texts of the request, one behind the other (documented).
fn prompt(exchange: &mut Exchange) -> String {
    let Some(prompt) = meter::prompt(exchange) else {
        return String::new();
    };
    let texts: Vec<&str> = prompt.turns.iter().map(|it| it.text.as_str()).collect();
    texts.join("\n")
}

/// What a text or an answer that is not safe comes to.
pub(super) fn violation() -> Fault {
    Fault::refusal(StatusCode::FORBIDDEN, REASON, MESSAGE, MESSAGE)
}

/// Looks at the answer when it is there.
struct Completion {
    checker: Arc<Checker>,
    origin: Origin,
}

impl Late for Completion {
    fn answered<'a>(
        &'a mut self,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let checked = completion(&self.checker, exchange, world).await;
            checked.map_err(|fault| self.origin.locate(fault))
        })
    }
}

// A whole answer is brought here; a stream is held back piece by piece until it was looked at.
async fn completion(checker: &Arc<Checker>, exchange: &mut Exchange, world: &dyn World) -> Result<(), Fault> {
    let limit = exchange.body_limit;
    let Some(response) = &mut exchange.response else {
        return Ok(());
    };
    let kind = media_type_of(&response.headers);
    if kind == "text/event-stream" && response.body.is_stream() {
        let guard = Guarded::new(checker.clone(), world.shared());
        response.body.wrap(|inner| guarded(inner, guard));
        exchange.did(|| "the answer is looked at as it passes by".to_owned());
        return Ok(());
    }
    let streams = kind == "text/event-stream";
    if !streams && !is_json(&kind) {
        return Ok(());
    }
    let buffered = response.body.buffer(&response.headers, limit).await;
    buffered.map_err(|error| buffer_fault(Message::Response, &error))?;
    let body = response.body.plain().cloned().unwrap_or_default();
    let text = match streams {
        true => {
            let frames = llm::sse::Reader::new().push(&body);
            frames.iter().flat_map(llm::delta_texts).collect::<String>()
        }
        false => llm::answer_texts(&body).join("\n"),
    };
    if text.trim().is_empty() {
        exchange.did(|| "no completion".to_owned());
        return Ok(());
    }
    let verdict = checker.completion(world, &text).await;
    verdict.tell(exchange)
}
