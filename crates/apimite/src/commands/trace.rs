use super::say;
use crate::ask::ask;
use crate::cli::{Format, Trace};
use crate::exit::Exit;
use crate::walk;
use http::Method;

pub(super) async fn run(args: &Trace) -> Result<Exit, String> {
    let control = &args.running.control;
    let record = match &args.id {
        Some(id) => ask(Method::GET, control, &format!("/requests/{}", id.trim()), None).await?,
        None => {
            let last = ask(Method::GET, control, "/requests?last=1", None).await?;
            let newest = last.as_array().and_then(|all| all.last()).cloned();
            newest.ok_or("no request has come in yet")?
        }
    };
    match args.running.format {
        Format::Json => say(record),
        Format::Text => {
            let record = serde_json::from_value(record).map_err(|error| format!("no record: {error}"))?;
            say(walk::text(&record));
        }
    }
    Ok(Exit::Good)
}
