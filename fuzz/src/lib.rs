//! What the fuzz targets share: a request for expressions to see, and a grammar that makes expressions which mostly compile.

mod grammar;
#[path = "../../crates/expression/benches/scene/mod.rs"]
mod scene;

pub use grammar::write;

use expression::{Limits, Options, Symbols, Value};
use scene::Scene;
use source::Mapped;

const BODY: &[u8] = br#"{"model":"m","n":5,"messages":[{"role":"user","content":"hi","tags":["a","b"]}],"when":"2024-03-05T07:08:09Z"}"#;

/// Small limits, so that a run is over soon.
pub fn options() -> Options {
    Options {
        limits: Limits {
            steps: 20_000,
            depth: 200,
            backtracks: 20_000,
            bytes: 8 << 20,
            ..Limits::default()
        },
        ..Options::default()
    }
}

/// Compiles a text and, if it is right, runs it twice: nothing of the first run may be left in the second.
pub fn run(text: &str) {
    let symbols = Symbols::default();
    let mapped = Mapped::copied(text, 0);
    let Some(expression) = expression::compile(&mapped, &symbols, &options()).expression else {
        return;
    };
    let variables = [
        ("text", Value::from("hello 42")),
        ("number", Value::from(7)),
        ("flag", Value::from(true)),
        ("nothing", Value::null()),
    ];
    let outcome = || {
        let mut scene = Scene::new(&symbols, &variables, BODY);
        match expression.eval(&mut scene) {
            Ok(value) => value.to_text(),
            Err(exception) => format!("{}: {}", exception.type_name, exception.message),
        }
    };
    assert_eq!(outcome(), outcome(), "two runs differ: {text}");
}
