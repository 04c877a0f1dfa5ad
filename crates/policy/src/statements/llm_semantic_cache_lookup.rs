//! `<llm-semantic-cache-lookup>`: answers a prompt with what was answered to one like it.
//!
//! ```xml
//! <llm-semantic-cache-lookup score-threshold="0.05" embeddings-backend-id="embeddings" embeddings-backend-auth="system-assigned">
//!   <vary-by>@(context.Subscription.Id)</vary-by>
//! </llm-semantic-cache-lookup>
//! ```
//! The threshold is a distance: the smaller, the more alike two prompts must be (documented). Whatever fails on the way is a miss, never
//! an error (documented). After a hit outbound goes on behind the store.

use super::named_backend::NamedBackend;
use super::{Action, Flow, Statement, Wait};
use crate::ask::{Question, ask};
use crate::caching::{self, Prompted, Store};
use crate::catalog::CatalogNames;
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::meter;
use crate::shape::{Attribute, Child, Content, Shape, many, optional, required};
use crate::template::{Setting, Template};
use crate::world::{BackendHandle, CachingType, World};
use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use llm::{Prompt, PromptKind, Turn};
use serde_json::{Value as Json, json};
use source::Diagnostic;
use std::fmt::Write;
use std::sync::Arc;
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "llm-semantic-cache-lookup",
    attributes: &ATTRIBUTES,
    content: Content::Children(&CHILDREN),
};
pub(super) const ATTRIBUTES: [Attribute; 6] = [
    required("score-threshold").number(),
    required("embeddings-backend-id"),
    required("embeddings-backend-auth")
        .literal()
        .one_of(&["system-assigned"]),
    optional("ignore-system-messages").or("false").bool(),
    optional("max-message-count").int(),
    // Of the policy toolkit: the reference page does not have it.
    optional("cache-id").literal(),
];
pub(super) const CHILDREN: [Child; 1] = [many(&VARY_BY)];
static VARY_BY: Shape = Shape {
    name: "vary-by",
    attributes: &[],
    content: Content::Text,
};

/// The audience of tokens for model servers.
const RESOURCE: &str = "https://cognitiveservices.azure.com";
/// Versions that the gateway asks for where a path needs one (inferred: what Azure sends is not documented).
const DEPLOYMENTS_VERSION: &str = "2024-10-21";
const MODELS_VERSION: &str = "2024-05-01-preview";

struct SemanticCacheLookup {
    threshold: Setting<f64>,
    backend: NamedBackend,
    ignore_system: Setting<bool>,
    most: Option<Setting<i64>>,
    vary_by: Vec<Template>,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    // The prompt stands in the body.
    element.build.needs.request = true;
    element.choice("embeddings-backend-auth", &[("system-assigned", ())]);
    external_cache(element);
    let backend = element.required("embeddings-backend-id");
    Action::wait(SemanticCacheLookup {
        threshold: threshold(element),
        backend: NamedBackend::find(element, backend),
        ignore_system: element.setting_or("ignore-system-messages", false),
        most: super::limits::whole(element, "max-message-count", super::limits::COUNT),
        vary_by: element.children("vary-by", |it| it.text()),
    })
}

fn threshold(element: &mut Element<'_, '_, '_>) -> Setting<f64> {
    let template = element.required("score-threshold");
    let (span, known) = (template.span, template.known().map(str::to_owned));
    let setting = template.setting::<f64>();
    let fits = match &setting {
        Some(Setting::Literal(number)) => (0.0..=1.0).contains(number),
        Some(Setting::Expression(_)) => true,
        None => false,
    };
    if let (false, Some(text)) = (fits, known) {
        element.wrong_value("score-threshold", &text, "a number from 0.0 to 1.0", span);
    }
    setting.unwrap_or(Setting::Literal(0.0))
}

// Azure saves the policy without a cache too; every look-up is then a miss.
fn external_cache(element: &mut Element<'_, '_, '_>) {
    let id = element.literal("cache-id");
    if element.build.is_lone() {
        return;
    }
    let caches = element.build.catalog.names(CatalogNames::Caches);
    if caches.is_empty() {
        let message = format!(
            "the service has no external cache, so `{}` never finds anything",
            element.shape.name
        );
        let help = "a `caches` resource stands for one";
        let diagnostic = Diagnostic::warning("no-external-cache", message, element.name_span());
        element.report(diagnostic.help(help));
    } else if let Some(id) = id.filter(|id| !caches.iter().any(|it| it.eq_ignore_ascii_case(id))) {
        let message = format!("the service has no external cache `{id}`: the one that it has is used");
        let span = element.attribute_span("cache-id");
        element.report(Diagnostic::warning("no-external-cache", message, span));
    }
}

impl Wait for SemanticCacheLookup {
    fn run<'a>(
        &'a self,
        _: &'a Statement,
        exchange: &'a mut Exchange,
        world: &'a dyn World,
    ) -> BoxFuture<'a, Result<Flow, Fault>> {
        Box::pin(self.look(exchange, world))
    }
}

impl SemanticCacheLookup {
    async fn look(&self, exchange: &mut Exchange, world: &dyn World) -> Result<Flow, Fault> {
        let threshold = self.threshold.get(exchange)?;
        let (text, prompt) = match self.text(exchange)? {
            Ok(found) => found,
            Err(reason) => {
                exchange.did(|| format!("not looked up: {reason}"));
                return Ok(Flow::Next);
            }
        };
        let Some(cache) = world.cache(CachingType::External) else {
            exchange.did(|| "miss: there is no external cache".to_owned());
            return Ok(Flow::Next);
        };
        let partition = self.partition(exchange, &prompt)?;
        let vector = match self.embed(exchange, world, &text).await {
            Ok(vector) => vector,
            Err(message) => {
                exchange.did(|| format!("miss: no embeddings: {message}"));
                return Ok(Flow::Next);
            }
        };
        let now = exchange.time();
        let found = cache.nearest(&partition, vector.clone(), now).get().await;
        if let Some(nearest) = found.filter(|it| it.distance <= threshold)
            && let Some((parts, _)) =
                caching::get_response(now, world, CachingType::External, &nearest.key).await
        {
            exchange.did(|| format!("hit: {:.4} away", nearest.distance));
            return Ok(caching::hit(exchange, parts, Store::Semantic));
        }
        exchange.did(|| "miss: nothing is near enough".to_owned());
        exchange.remembered.semantic = Some(Prompted { partition, vector });
        Ok(Flow::Next)
    }

    // What is compared: the texts of the messages; or why there is nothing to compare.
    fn text(&self, exchange: &mut Exchange) -> Result<Result<(String, Arc<Prompt>), &'static str>, Fault> {
        let ignores_system = self.ignore_system.get(exchange)?;
        let most = self.most.as_ref().map(|it| it.get(exchange)).transpose()?;
        let Some(prompt) = meter::prompt(exchange) else {
            return Ok(Err("no request to a model"));
        };
        if prompt.kind == PromptKind::Embeddings {
            return Ok(Err("a request for embeddings"));
        }
        if prompt.streams {
            return Ok(Err("the answer streams"));
        }
        let turns: Vec<&Turn> = prompt
            .turns
            .iter()
            .filter(|it| !(ignores_system && it.is_system()))
            .collect();
        if most.is_some_and(|most| i64::try_from(turns.len()).is_ok_and(|count| count > most)) {
            return Ok(Err("more messages than max-message-count"));
        }
        let texts: Vec<&str> = turns.iter().map(|it| it.text.as_str()).collect();
        let text = texts.join("\n");
        match text.trim().is_empty() {
            true => Ok(Err("no text")),
            false => Ok(Ok((text, prompt.clone()))),
        }
    }

    // Prompts are only compared with those to the same operation and model, and with the same values of `vary-by`.
    fn partition(&self, exchange: &mut Exchange, prompt: &Prompt) -> Result<String, Fault> {
        let mut key = String::from("semantic ");
        let facts = exchange.facts();
        if let Some(api) = &facts.api {
            let _ = write!(key, "{};rev={}", api.id, api.revision);
        }
        if let Some(operation) = &facts.operation {
            let _ = write!(key, "/{}", operation.id);
        }
        let model = prompt.model_or(exchange.request.foundry_deployment());
        let _ = write!(key, " {:?} {model}", prompt.kind);
        for template in &self.vary_by {
            let value = template.text(exchange)?;
            let _ = write!(key, "::{}:{value}", value.len());
        }
        Ok(key)
    }

    async fn embed(
        &self,
        exchange: &mut Exchange,
        world: &dyn World,
        text: &str,
    ) -> Result<Arc<[f32]>, String> {
        let to = self
            .backend
            .get(exchange, world)
            .map_err(|fault| fault.message.clone())?;
        let token = world.token(RESOURCE, None)?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(|it| it.to_string())?;
        bearer.set_sensitive(true);
        let question = Question {
            query: query(&to),
            to,
            path: "",
            headers: HeaderMap::from_iter([(AUTHORIZATION, bearer)]),
            body: json!({ "input": text }),
        };
        let reply = ask(world, question).await;
        exchange.note(Step::Attempt(Box::new(reply.attempt)));
        vector(&reply.outcome?).ok_or_else(|| "it answered no vector".to_owned())
    }
}

// A path of a deployment needs a version; a pool is taken for one of deployments.
fn query(to: &BackendHandle) -> String {
    let path = to.url.as_ref().map(|it| it.path.to_ascii_lowercase());
    let version = match path.as_deref() {
        None => DEPLOYMENTS_VERSION,
        Some(path) if path.contains("/deployments/") => DEPLOYMENTS_VERSION,
        Some(path) if path.ends_with("/models/embeddings") => MODELS_VERSION,
        Some(_) => return String::new(),
    };
    format!("?api-version={version}")
}

fn vector(answer: &Json) -> Option<Arc<[f32]>> {
    let numbers = answer.get("data")?.get(0)?.get("embedding")?.as_array()?;
    let numbers: Option<Vec<f32>> = numbers.iter().map(|it| Some(it.as_f64()? as f32)).collect();
    numbers.filter(|it| !it.is_empty()).map(Arc::from)
}
