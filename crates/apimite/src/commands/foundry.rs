use super::say;
use crate::cli::{Format, Foundry as Args};
use crate::control;
use crate::exit::Exit;
use crate::findings;
use crate::input::{Input, SEED};
use crate::street::{asked_to_end, base, control_server, listen, local, serve_mocks, warm};
use crate::timing;
use axum::Router;
use clock::Dice;
use foundry::Foundry;
use model::Service;
use serde_json::json;
use source::Finding;
use tokio::sync::watch;

/// Serves mock model servers and nothing else.
pub(super) async fn run(args: Args) -> Result<Exit, String> {
    let (mut service, found) = Input::named(&args.path)?.read();
    findings::show(&found);
    if found.iter().any(Finding::is_error) {
        return Ok(Exit::Failed);
    }
    select(&mut service, &args.account)?;
    let clock = timing::clock(args.run.clock, args.run.epoch.as_deref(), &service.settings.clock)?;
    let dice = Dice::new(args.run.seed.or(service.settings.seed).unwrap_or(SEED));
    let foundry = Foundry::new(&service.accounts, &service.settings, clock.clone(), dice)
        .map_err(|it| it.to_string())?;
    let listener = listen("mock model servers", args.listen).await?;
    let doors = listen("control routes", args.control).await?;
    let (foundry_url, control_url) = (base(local(&listener)?), base(local(&doors)?));
    let (stop, stopped) = watch::channel(false);
    let routes = control::clock_routes(&clock).merge(Router::new().nest("/mocks", foundry.control()));
    let serving = tokio::spawn(serve_mocks(foundry, listener, clock, stopped.clone()));
    let controlling = tokio::spawn(control_server(doors, routes, args.allow_host.clone(), stopped));
    // Nobody waits for it: calls that need it do.
    drop(warm(&service.accounts));
    match args.format {
        Format::Json => say(
            json!({ "gateway": null, "foundry": foundry_url, "control": control_url, "subscriptions": [] }),
        ),
        Format::Text => say(format!("mocks    {foundry_url}\ncontrol  {control_url}")),
    }
    asked_to_end().await;
    // An error says that nobody serves any more.
    let _ = stop.send(true);
    for task in [serving, controlling] {
        task.await.map_err(|error| error.to_string())?;
    }
    Ok(Exit::Good)
}

fn select(service: &mut Service, names: &[String]) -> Result<(), String> {
    let known = |name: &String| {
        service
            .accounts
            .iter()
            .any(|account| account.name.eq_ignore_ascii_case(name))
    };
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = service
            .accounts
            .iter()
            .map(|account| account.name.as_str())
            .collect();
        return Err(format!(
            "there is no account `{unknown}`; the folder has {}",
            all.join(", ")
        ));
    }
    if !names.is_empty() {
        let chosen = |account: &str| names.iter().any(|name| name.eq_ignore_ascii_case(account));
        service.accounts.retain(|account| chosen(&account.name));
        service.settings.accounts.retain(|account, _| chosen(account));
    }
    Ok(())
}
