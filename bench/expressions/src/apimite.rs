//! The policy expression.

use crate::work::RESULT;
use expression::{Expression, Options, Symbols};
use scene::Scene;
use source::Mapped;
use std::hint::black_box;

#[path = "../../../crates/expression/benches/scene/mod.rs"]
mod scene;

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
    let mut host = Scene::new(&Symbols::default(), &[], "");
    move || drop(black_box(expression.eval(&mut host)))
}

/// Runs the block.
pub fn block(body: &str) -> impl FnMut() + use<> {
    let expression = compiled(BLOCK, &Symbols::default());
    let mut host = Scene::new(&Symbols::default(), &[], body.to_owned());
    let first = expression.eval(&mut host).map(|it| it.to_text());
    assert_eq!(first.as_deref(), Ok(RESULT));
    move || drop(black_box(expression.eval(&mut host)))
}
