use super::say;
use crate::cli::{Format, Up};
use crate::exit::Exit;
use crate::findings;
use crate::input::Input;
use crate::reload::Watch;
use crate::street::{Addresses, Doors, Manner, Mocks, Street, asked_to_end, base};
use crate::timing;
use clock::Dice;
use http::uri::Authority;
use policy::Detail;
use serde_json::json;
use service::{LoadOptions, Plan};
use source::Finding;
use std::net::SocketAddr;
use std::sync::Arc;

/// Seed of a run unless the folder or the command line says otherwise.
pub(super) const SEED: u64 = 42;

pub(super) async fn run(args: Up) -> Result<Exit, String> {
    let input = Input::named(&args.path)?;
    let watch = match (&input, args.no_watch) {
        (Input::Folder(folder), false) => Some(Watch::begin(folder)?),
        _ => None,
    };
    let (plan, found) = load(&input, &args);
    findings::show(&found);
    let Some(plan) = plan else {
        return Ok(Exit::Failed);
    };
    let settings = &plan.service.settings;
    let clock = timing::clock(args.run.clock, args.run.epoch.as_deref(), &settings.clock)?;
    let manner = Manner {
        clock,
        dice: Dice::new(settings.seed.unwrap_or(SEED)),
        offline: args.offline,
        detail: if args.full_trace {
            Detail::Full
        } else {
            Detail::Brief
        },
    };
    let addresses = Addresses {
        gateway: args.gateway,
        control: args.control,
        mocks: mocks(&args)?,
        names: args.allow_host.clone(),
    };
    let street = Doors::open(addresses).await?.serve(plan, &manner)?;
    announce(&street, args.format);
    tokio::select! {
        () = asked_to_end() => (),
        () = follow(&input, &args, watch, &street) => (),
    }
    street.close().await;
    Ok(Exit::Good)
}

/// Everything that is wrong, and the plan if nothing is.
fn load(input: &Input, args: &Up) -> (Option<Arc<Plan>>, Vec<Finding>) {
    let (mut service, mut found) = input.read();
    let seed = args.run.seed.or(service.settings.seed).unwrap_or(SEED);
    service.settings.seed = Some(seed);
    let options = LoadOptions {
        seed,
        strict: args.strict,
        lenient: args.lenient,
        ..LoadOptions::default()
    };
    let loaded = service::load(service, &options);
    found.extend(loaded.findings);
    match found.iter().any(Finding::is_error) {
        true => (None, found),
        false => (loaded.plan, found),
    }
}

const FOUNDRY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8082);

/// `--foundry` is an address to listen on, a URL for all accounts, or ACCOUNT=URL.
fn mocks(args: &Up) -> Result<Mocks, String> {
    let wrong = |text: &str| {
        format!(
            "`--foundry {text}`: write an address such as `127.0.0.1:8082`, a URL such as `http://mocks:8082`, or ACCOUNT=URL"
        )
    };
    if args.no_foundry {
        return Ok(Mocks::None);
    }
    match args.foundry.as_slice() {
        [] => return Ok(Mocks::Here(FOUNDRY)),
        [address] if !address.contains("://") => {
            return address.parse().map(Mocks::Here).map_err(|_| wrong(address));
        }
        _ => (),
    }
    let there = args.foundry.iter().map(|text| {
        let (account, url) = match text.split_once('=') {
            Some((account, url)) => (account, url),
            None => ("*", text.as_str()),
        };
        let uri: http::Uri = url.parse().map_err(|_| wrong(text))?;
        let authority: Authority = uri.authority().cloned().ok_or_else(|| wrong(text))?;
        match uri.scheme_str() {
            Some("http") => Ok((account.to_owned(), authority)),
            _ => Err(wrong(text)),
        }
    });
    there.collect::<Result<_, String>>().map(Mocks::There)
}

fn announce(street: &Street, format: Format) {
    if format == Format::Json {
        return say(street.announcement());
    }
    say(format!("gateway  {}", base(street.gateway_address)));
    if let Some(foundry) = street.foundry_address {
        say(format!("mocks    {}", base(foundry)));
    }
    say(format!("control  {}", base(street.control_address)));
    let plan = street.plan();
    for api in &plan.apis {
        say(format!("api      {} at /{}", api.name, api.path));
    }
    for subscription in &plan.subscriptions {
        say(format!(
            "key      {} {}",
            subscription.name, subscription.primary_key
        ));
    }
}

/// Takes up each change of the folder; one that is wrong is shown and the last good service goes on.
async fn follow(input: &Input, args: &Up, watch: Option<Watch>, street: &Street) {
    let Some(mut watch) = watch else {
        return std::future::pending().await;
    };
    loop {
        watch.changed().await;
        let (plan, found) = load(input, args);
        findings::show(&found);
        let refused = match plan.map(|plan| street.reload(plan)) {
            Some(Ok(())) => None,
            Some(Err(mistakes)) => Some(mistakes),
            None => Some(findings::count(&found)),
        };
        say(match args.format {
            Format::Text => match refused {
                None => "reloaded".to_owned(),
                Some(why) => format!("not reloaded, the last good service goes on: {why}"),
            },
            Format::Json => {
                let documents = findings::by_document(&[], &found);
                json!({ "reloaded": refused.is_none(), "message": refused, "documents": documents })
                    .to_string()
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn read(line: &[&str]) -> Result<Mocks, String> {
        let cli =
            crate::cli::Cli::try_parse_from(["apimite", "up", "x"].iter().chain(line)).expect("well written");
        match cli.command {
            crate::cli::Command::Up(args) => mocks(&args),
            _ => Err("not `up`".to_owned()),
        }
    }

    #[test]
    fn mocks_are_here_or_there() {
        assert!(matches!(read(&[]), Ok(Mocks::Here(address)) if address == FOUNDRY));
        assert!(
            matches!(read(&["--foundry", "127.0.0.1:0"]), Ok(Mocks::Here(address)) if address.port() == 0)
        );
        assert!(matches!(read(&["--no-foundry"]), Ok(Mocks::None)));
        let there =
            read(&["--foundry", "a=http://east:8082", "--foundry", "http://other:1"]).expect("well written");
        let Mocks::There(there) = there else {
            panic!("not there")
        };
        assert_eq!(
            there[0],
            ("a".to_owned(), "east:8082".parse().expect("an authority"))
        );
        assert_eq!(there[1].0, "*");
        assert!(read(&["--foundry", "nonsense"]).is_err());
        assert!(read(&["--foundry", "https://east"]).is_err());
    }
}
