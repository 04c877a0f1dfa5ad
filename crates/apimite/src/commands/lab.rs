use super::say;
use crate::cli::{Format, Lab as Args};
use crate::exit::Exit;
use crate::findings;
use crate::input::{self, SEED};
use crate::street::{self, Addresses, Doors, Manner, Mocks, Street, asked_to_end, base};
use crate::timing::{self, ClockChoice};
use clock::{Clock, Dice};
use lab::draw::{self, Facts, Ink};
use lab::{Lab, Options, Outcome, Target};
use policy::Detail;
use source::Finding;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

const WIDTH: usize = 80;

pub(super) async fn run(args: Args) -> Result<Exit, String> {
    if args.name == "list" {
        list(args.format);
        return Ok(Exit::Good);
    }
    if args.name == "run" {
        return super::notebook::run(&args).await;
    }
    if args.notebook.is_some() {
        return Err("only `apimite lab run` takes a notebook".to_owned());
    }
    let lab = input::lab(&args.name)?;
    let (outcome, facts, street) = match there(&args) {
        Some(target) => {
            let clock = Clock::real();
            let seed = args.run.seed.unwrap_or(SEED);
            (
                drive(lab, &target, &clock, &args).await?,
                facts(seed, &clock),
                None,
            )
        }
        None => {
            let (mut street, clock, seed) = match start(lab, &args).await? {
                Ok(started) => started,
                Err(failed) => return Ok(failed),
            };
            street.warmed().await;
            let target = here(&street)?;
            (
                drive(lab, &target, &clock, &args).await?,
                facts(seed, &clock),
                Some(street),
            )
        }
    };
    conclude(lab, &outcome, &facts, &args)?;
    if let Some(street) = street {
        if args.serve {
            if args.format == Format::Text {
                say(format!(
                    "still serving at {}; stop it with ctrl-c",
                    base(street.gateway_address)
                ));
            }
            asked_to_end().await;
        }
        street.close().await;
    }
    Ok(match outcome.verdict.passed() {
        true => Exit::Good,
        false => Exit::Failed,
    })
}

fn list(format: Format) {
    for lab in lab::all() {
        say(match format {
            Format::Text => format!("{:<16} {}", lab.name, lab.summary),
            Format::Json => serde_json::json!({ "name": lab.name, "summary": lab.summary }).to_string(),
        });
    }
}

/// The gateway that runs already, if one is named.
fn there(args: &Args) -> Option<Target> {
    Some(Target {
        gateway: args.gateway_url.clone()?,
        control: args.control_url.clone()?,
        mocks: args.mocks_url.clone(),
        key: args.key.clone()?,
        in_process: false,
    })
}

/// Starts what the lab describes.
async fn start(lab: &Lab, args: &Args) -> Result<Result<(Street, Clock, u64), Exit>, String> {
    let addresses = Addresses {
        gateway: args.addresses.gateway,
        tls: None,
        control: args.addresses.control,
        mocks: Mocks::Here(args.addresses.foundry),
        names: Vec::new(),
    };
    let doors = Doors::open(addresses).await?;
    let (mut service, mut found) = apiops::read_embedded(lab.files);
    if let Some(foundry) = doors.foundry()? {
        lab.adapt(&mut service, foundry);
    }
    let seed = args.run.seed.or(service.settings.seed).unwrap_or(SEED);
    service.settings.seed = Some(seed);
    // A lab drives its own traffic, so manual time has nobody else to move it.
    let chosen = match args.run.clock {
        Some(ClockChoice::Manual) => Some(ClockChoice::Auto),
        other => other,
    };
    let clock = timing::clock(chosen, args.run.epoch.as_deref(), &service.settings.clock)?;
    let loaded = service::load(
        service,
        &service::LoadOptions {
            seed,
            ..service::LoadOptions::default()
        },
    );
    found.extend(loaded.findings);
    findings::show(&found);
    match loaded.plan.filter(|_| !found.iter().any(Finding::is_error)) {
        Some(plan) => {
            let (offline, detail) = (false, Detail::Brief);
            let state = street::state(&args.kept, &plan.service.name, &clock).await?;
            let manner = Manner {
                state,
                routes: axum::Router::new(),
                clock,
                dice: Dice::new(seed),
                offline,
                detail,
                authority: None,
            };
            let street = doors.serve(plan, &manner)?;
            Ok(Ok((street, manner.clock, seed)))
        }
        None => Ok(Err(Exit::Failed)),
    }
}

/// The subscription that every lab's folder has.
const SUBSCRIPTION: &str = "lab";

fn here(street: &Street) -> Result<Target, String> {
    let plan = street.plan();
    let subscription = plan.subscriptions.iter().find(|it| &*it.name == SUBSCRIPTION);
    let key = subscription
        .map(|it| it.primary_key.clone())
        .ok_or("the lab has no subscription")?;
    let control = base(street.control_address);
    Ok(Target {
        gateway: base(street.gateway_address),
        mocks: vec![format!("{control}/mocks")],
        control,
        key,
        in_process: true,
    })
}

async fn drive(lab: &Lab, target: &Target, clock: &Clock, args: &Args) -> Result<Outcome, String> {
    let options = Options {
        runs: args.runs,
        interval: args.interval,
    };
    let (format, ink) = (args.format, ink());
    if format == Format::Text {
        say(format!("{}: {}", lab.name, lab.summary));
        say(draw::heading());
    }
    let watch = |call: &lab::Call| {
        say(match format {
            Format::Text => draw::call_line(call, ink),
            Format::Json => call.json().to_string(),
        });
    };
    clock
        .serve(lab::run(lab, target, clock, &options, watch))
        .await
        .map_err(|error| error.to_string())
}

fn ink() -> Ink {
    match std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        true => Ink::Color,
        false => Ink::Plain,
    }
}

fn facts(seed: u64, clock: &Clock) -> Facts {
    let clock = match clock.mode() {
        clock::Mode::Real => "real time".to_owned(),
        clock::Mode::Scaled(factor) => format!("time {factor} times as fast"),
        clock::Mode::Manual | clock::Mode::Auto => "manual time".to_owned(),
    };
    Facts {
        settings: vec![format!("seed {seed}"), clock],
    }
}

fn conclude(lab: &Lab, outcome: &Outcome, facts: &Facts, args: &Args) -> Result<(), String> {
    let file = match (&args.report, args.format) {
        (Some(file), _) => Some(file.clone()),
        (None, Format::Text) => Some(usual_place(lab)),
        (None, Format::Json) => None,
    };
    if args.format == Format::Text {
        say(format!("\n{}", draw::chart(&outcome.calls, ink(), WIDTH)));
        if !outcome.accounts.is_empty() {
            say(draw::account_lines(&outcome.accounts));
        }
        say(draw::verdict_lines(&outcome.verdict, ink()).trim_end());
    }
    if let Some(file) = &file {
        write(file, &draw::report(lab, outcome, facts))?;
    }
    match args.format {
        Format::Json => say(serde_json::to_string(&outcome.verdict).map_err(|error| error.to_string())?),
        Format::Text => {
            if let Some(file) = file {
                say(format!("report: {}", file.display()));
            }
        }
    }
    Ok(())
}

fn usual_place(lab: &Lab) -> PathBuf {
    std::env::temp_dir().join(format!("apimite-lab-{}.html", lab.name))
}

fn write(file: &Path, page: &str) -> Result<(), String> {
    std::fs::write(file, page).map_err(|error| format!("cannot write `{}`: {error}", file.display()))
}
