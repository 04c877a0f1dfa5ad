//! The same in JavaScript.

use boa_engine::{Context, JsValue, Script, Source, js_string};
use std::cell::RefCell;
use std::hint::black_box;

/// The condition.
pub const CONDITION: &str = "status => status === 429 || status === 503";

/// The block.
pub const BLOCK: &str = r#"text => {
    const body = JSON.parse(text);
    const limit = body.limit;
    const chosen = body.items.filter(item => item.active && item.price > limit);
    let total = 0.0;
    for (const item of chosen) { total += item.price; }
    const names = [];
    for (const item of chosen) { names.push(item.name); }
    const owners = [...new Set(chosen.map(item => item.owner))].sort();
    const cheapest = [...chosen].sort((a, b) => a.price - b.price)[0];
    const result = {};
    result.region = body.region.toUpperCase();
    result.count = chosen.length;
    result.total = total;
    result.names = names;
    result.cheapest = cheapest.name;
    result.owners = owners.join(",");
    return JSON.stringify(result);
}"#;

/// Text to byte code.
pub fn compile(text: &str) {
    // The realm is made once, as a host would.
    thread_local!(static CONTEXT: RefCell<Context> = RefCell::new(Context::default()));
    CONTEXT.with_borrow_mut(|context| {
        let script = Script::parse(Source::from_bytes(text), None, context);
        black_box(script.and_then(|it| it.codeblock(context))).unwrap_or_else(|error| panic!("{error}"));
    });
}

fn run(text: &str, argument: JsValue, mut context: Context) -> impl FnMut() -> JsValue {
    let function = context.eval(Source::from_bytes(text)).unwrap_or_else(|error| panic!("{error}"));
    let function = function.as_callable().unwrap_or_else(|| panic!("a function"));
    move || {
        let arguments = std::slice::from_ref(&argument);
        let value = function.call(&JsValue::undefined(), arguments, &mut context);
        value.unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Runs the condition.
pub fn condition() -> impl FnMut() {
    let mut run = run(CONDITION, JsValue::from(503), Context::default());
    move || drop(black_box(run()))
}

/// Runs the block.
pub fn block(body: &str) -> impl FnMut() + use<> {
    let mut run = run(BLOCK, JsValue::from(js_string!(body)), Context::default());
    let first = run().as_string().map(|it| it.to_std_string_escaped()).unwrap_or_default();
    assert!(first.contains("\"count\":7") && first.contains("team-0,team-1,team-2,team-3"), "{first}");
    move || drop(black_box(run()))
}
