use super::say;
use crate::ask::ask;
use crate::cli::{ClockAction, ClockArgs, Format};
use crate::exit::Exit;
use http::Method;
use serde_json::{Value, json};

pub(super) async fn run(args: &ClockArgs) -> Result<Exit, String> {
    let control = &args.running.control;
    let shown = match &args.action {
        None | Some(ClockAction::Show) => ask(Method::GET, control, "/clock", None).await?,
        Some(ClockAction::Advance { by }) => {
            let body = json!({ "seconds": by.as_secs_f64() });
            ask(Method::POST, control, "/clock/advance", Some(body)).await?
        }
        Some(ClockAction::Scale { factor }) => {
            ask(
                Method::POST,
                control,
                "/clock/scale",
                Some(json!({ "factor": factor })),
            )
            .await?
        }
    };
    match args.running.format {
        Format::Json => say(shown),
        Format::Text => say(words(&shown)),
    }
    Ok(Exit::Good)
}

fn words(shown: &Value) -> String {
    let text = |name: &str| shown[name].as_str().unwrap_or("?");
    match shown["factor"].as_f64() {
        Some(factor) => format!("{} ({}, {factor} times as fast)", text("now"), text("mode")),
        None => format!("{} ({})", text("now"), text("mode")),
    }
}
