//! The same in rhai.

use rhai::{AST, Dynamic, Engine, Scope};
use std::hint::black_box;

/// The condition.
pub const CONDITION: &str = "status == 429 || status == 503";

/// The block; JSON is read and written by the engine's own functions.
pub const BLOCK: &str = r#"
    let body = parse_json(text);
    let limit = body.limit;
    let chosen = body.items.filter(|item| item.active && item.price > limit);
    let total = 0.0;
    for item in chosen { total += item.price; }
    let names = [];
    for item in chosen { names.push(item.name); }
    let owners = [];
    for item in chosen { if !owners.contains(item.owner) { owners.push(item.owner); } }
    owners.sort();
    let sorted = chosen;
    sorted.sort(|a, b| if a.price < b.price { -1 } else if a.price > b.price { 1 } else { 0 });
    let joined = "";
    for owner in owners { if joined != "" { joined += ","; } joined += owner; }
    let region = body.region;
    region.make_upper();
    let result = #{};
    result.region = region;
    result.count = chosen.len();
    result.total = total;
    result.names = names;
    result.cheapest = sorted[0].name;
    result.owners = joined;
    result.to_json()
"#;

/// Text to syntax tree.
pub fn compile(text: &str) {
    // The engine itself is made once, as a host would.
    thread_local!(static ENGINE: Engine = engine());
    ENGINE.with(|engine| drop(black_box(engine.compile(text))));
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.register_fn("parse_json", |text: &str| -> Dynamic {
        let json: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
        rhai::serde::to_dynamic(json).unwrap_or_default()
    });
    engine
}

fn run(text: &str, scope: Scope<'static>) -> impl FnMut() -> Dynamic {
    let engine = engine();
    let ast: AST = engine.compile(text).unwrap_or_else(|error| panic!("{error}"));
    move || {
        let mut scope = scope.clone();
        let value: Result<Dynamic, _> = engine.eval_ast_with_scope(&mut scope, &ast);
        value.unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Runs the condition.
pub fn condition() -> impl FnMut() {
    let mut scope = Scope::new();
    scope.push("status", 503_i64);
    let mut run = run(CONDITION, scope);
    move || drop(black_box(run()))
}

/// Runs the block.
pub fn block(body: &str) -> impl FnMut() + use<> {
    let mut scope = Scope::new();
    scope.push("text", body.to_owned());
    let mut run = run(BLOCK, scope);
    let first = run().to_string();
    assert!(first.contains("\"count\":7") && first.contains("team-0,team-1,team-2,team-3"), "{first}");
    move || drop(black_box(run()))
}
