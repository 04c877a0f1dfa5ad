//! The policy expression.

use crate::work::RESULT;
use bytes::Bytes;
use clock::Moment;
use expression::{
    BackendFacts, BodyRead, Expression, Facts, Host, LastError, Message, Options, RequestView, ResponseView, Symbol,
    Symbols, Url, Value,
};
use http::HeaderMap;
use source::Mapped;
use std::hint::black_box;
use uuid::Uuid;

/// The commonest condition of a policy.
pub const CONDITION: &str = "@(context.Response.StatusCode == 429 || context.Response.StatusCode == 503)";

/// Thirty lines over a JSON body.
pub const BLOCK: &str = r#"@{
    var body = context.Request.Body.As<JObject>(preserveContent: true);
    var items = (JArray)body["items"];
    var limit = (int)body["limit"];
    var region = ((string)body["region"]).ToUpper();
    var chosen = items
        .Where(item => (bool)item["active"] && (double)item["price"] > limit)
        .ToList();
    var total = 0.0;
    foreach (var item in chosen)
    {
        total += (double)item["price"];
    }
    var names = new JArray();
    foreach (var item in chosen)
    {
        names.Add((string)item["name"]);
    }
    var owners = chosen
        .Select(item => (string)item["owner"])
        .Distinct()
        .OrderBy(owner => owner);
    var cheapest = chosen
        .OrderBy(item => (double)item["price"])
        .First();
    var result = new JObject();
    result["region"] = region;
    result["count"] = chosen.Count;
    result["total"] = total;
    result["names"] = names;
    result["cheapest"] = (string)cheapest["name"];
    result["owners"] = string.Join(",", owners);
    return result.ToString(Formatting.None);
}"#;

/// Text to code.
pub fn compile(text: &str) {
    black_box(compiled(text, &Symbols::default()));
}

fn compiled(text: &str, symbols: &Symbols) -> Expression {
    let compiled = expression::compile(&Mapped::copied(text, 0), symbols, &Options::default());
    compiled.expression.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

/// Runs the condition.
pub fn condition() -> impl FnMut() {
    let expression = compiled(CONDITION, &Symbols::default());
    let mut host = Fixed::new("");
    move || drop(black_box(expression.eval(&mut host)))
}

/// Runs the block.
pub fn block(body: &str) -> impl FnMut() + use<> {
    let expression = compiled(BLOCK, &Symbols::default());
    let mut host = Fixed::new(body);
    let first = expression.eval(&mut host).map(|it| it.to_text());
    assert_eq!(first.as_deref(), Ok(RESULT));
    move || drop(black_box(expression.eval(&mut host)))
}

struct Fixed {
    url: Url,
    headers: HeaderMap,
    facts: Facts,
    body: Bytes,
}

impl Fixed {
    fn new(body: &str) -> Fixed {
        Fixed {
            url: Url::default(),
            headers: HeaderMap::new(),
            facts: Facts::default(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }
}

impl Host for Fixed {
    fn now(&self) -> Moment {
        Moment::EPOCH
    }

    fn random(&mut self) -> u64 {
        4
    }

    fn request(&self) -> RequestView<'_> {
        RequestView {
            method: "POST",
            url: &self.url,
            original_url: &self.url,
            headers: &self.headers,
            ip_address: "127.0.0.1",
            matched_parameters: &[],
            foundry_deployment: None,
            certificate: None,
        }
    }

    fn response(&self) -> Option<ResponseView<'_>> {
        Some(ResponseView {
            status: 503,
            reason: "Service Unavailable",
            headers: &self.headers,
        })
    }

    fn body(&mut self, _: Message, _: bool) -> BodyRead {
        BodyRead::Content(self.body.clone())
    }

    fn has_body(&self, _: Message) -> bool {
        true
    }

    fn variable(&self, _: Symbol) -> Option<&Value> {
        None
    }

    fn variables(&self) -> Vec<(Symbol, Value)> {
        Vec::new()
    }

    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn backend(&self) -> Option<BackendFacts> {
        None
    }

    fn last_error(&self) -> Option<&LastError> {
        None
    }

    fn request_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn timestamp(&self) -> Moment {
        Moment::EPOCH
    }

    fn tracing(&self) -> bool {
        false
    }

    fn trace(&mut self, _: &str) {}
}
