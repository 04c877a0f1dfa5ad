use super::say;
use crate::cli::{Eval, Format};
use crate::eval::{Batch, Outcome, evaluate};
use crate::exit::Exit;
use crate::timing;
use clock::Clock;
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

pub(super) fn run(args: &Eval) -> Result<Exit, String> {
    let now = match &args.now {
        Some(text) => timing::moment(text)?,
        None => Clock::real().now(),
    };
    let batch = Batch { now, seed: args.seed };
    if let Some(file) = &args.batch {
        for line in read(file)?.lines().filter(|line| !line.trim().is_empty()) {
            say(batch.line(line));
        }
        return Ok(Exit::Good);
    }
    let context = args
        .context
        .as_deref()
        .map(context)
        .transpose()?
        .unwrap_or(Value::Null);
    let outcome = evaluate(
        args.expression.as_deref().unwrap_or_default(),
        &context,
        &batch,
        0,
    );
    say(match args.format {
        Format::Json => outcome.json().to_string(),
        Format::Text => outcome.text(),
    });
    Ok(match outcome {
        Outcome::Value { .. } => Exit::Good,
        _ => Exit::Failed,
    })
}

fn read(file: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot read `{}`: {error}", file.display());
    if file != Path::new("-") {
        return std::fs::read_to_string(file).map_err(cannot);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(cannot)?;
    Ok(text)
}

fn context(text: &str) -> Result<Value, String> {
    let json = match text.trim_start().starts_with('{') {
        true => text.to_owned(),
        false => read(Path::new(text))?,
    };
    serde_json::from_str(&json).map_err(|error| format!("the context is no JSON: {error}"))
}
