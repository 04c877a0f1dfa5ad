use super::say;
use crate::cli::{Format, Up};
use crate::deployment::{Deployment, Effect};
use crate::exit::Exit;
use crate::findings;
use crate::input::{Input, SEED};
use crate::management::{self, Making, Start};
use crate::reload::Watch;
use crate::street::{self, Addresses, Doors, Manner, Mocks, Street, asked_to_end, base, listen, local};
use crate::timing;
use arm::{Plane, Traffic};
use clock::Dice;
use http::uri::Authority;
use policy::Detail;
use resources::Store;
use serde_json::{Value, json};
use service::{LoadOptions, Plan};
use source::{Diagnostic, Finding, Source, Span};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) async fn run(args: Up) -> Result<Exit, String> {
    let mut input = input(&args)?;
    let plane_address = management_address(&input, &args)?;
    if let (Input::Templates(templates), Some(_)) = (&mut input, plane_address) {
        templates.tenant = Some(management::tenant());
    }
    if args.what_if {
        return what_if(&input, &args);
    }
    let addresses = Addresses {
        gateway: args.gateway,
        tls: args.tls,
        control: args.control,
        mocks: mocks(&args)?,
        names: args.allow_host.clone(),
    };
    // Templates name the gateway's address, so the sockets are opened, and nobody is served, before they are deployed.
    let doors = Doors::open(addresses).await?;
    let gateway = base(doors.gateway()?);
    let plane_socket = match plane_address {
        Some(address) => Some(listen("management plane", address).await?),
        None => None,
    };
    let (home, authority) = authority(&args, plane_socket.is_some())?;
    let traffic = Arc::new(Traffic::default());
    let watch = match (&input, args.no_watch) {
        (Input::Folder(folder), false) => Some(Watch::begin(folder)?),
        _ => None,
    };
    let mut loaded = load_and_keep(&input, &args, &gateway);
    findings::show(&loaded.findings);
    let watch = match (&input, args.no_watch) {
        (Input::Templates(_), false) => Some(Watch::files(&loaded.read())?),
        _ => watch,
    };
    let Some(plan) = loaded.plan.take() else {
        return Ok(Exit::Failed);
    };
    let settings = &plan.service.settings;
    let clock = timing::clock(args.run.clock, args.run.epoch.as_deref(), &settings.clock)?;
    let state = street::state(&args.kept, &plan.service.name, &clock).await?;
    let manner = Manner {
        state,
        clock,
        dice: Dice::new(settings.seed.unwrap_or(SEED)),
        offline: args.offline,
        detail: if args.full_trace {
            Detail::Full
        } else {
            Detail::Brief
        },
        routes: match &plane_socket {
            Some(socket) => management::told(local(socket)?, &home, &traffic),
            None => axum::Router::new(),
        },
        authority: authority.clone(),
    };
    let mut street = doors.serve(plan, &manner)?;
    let plane = match (plane_socket, loaded.store(), authority) {
        (Some(socket), Some(store), Some(authority)) => {
            let making = making(&args, &input, loaded.settings.take(), loaded.seed);
            let start = Start {
                store,
                data: args.data.clone(),
                authority,
                traffic,
                seed: args.run.seed.unwrap_or(SEED),
                making,
            };
            Some(management::serve(start, socket, &mut street))
        }
        _ => None,
    };
    announce(&street, loaded.outputs().as_ref(), args.format);
    tokio::select! {
        () = asked_to_end() => (),
        () = follow(&input, &args, &gateway, watch, &street, plane.as_ref()) => (),
    }
    street.close().await;
    Ok(Exit::Good)
}

/// Where the management plane listens, if it does.
fn management_address(input: &Input, args: &Up) -> Result<Option<SocketAddr>, String> {
    let own = || management::ADDRESS.parse().map_err(|_| "no address".to_owned());
    match (input, args.arm) {
        (Input::Templates(templates), None) if templates.files.is_empty() => own().map(Some),
        (Input::Templates(_), address) => Ok(address),
        (_, None) => Ok(None),
        (_, Some(_)) => Err(
            "`--arm` is for templates, or for no PATH at all: a folder is not made of resources".to_owned(),
        ),
    }
}

/// The folder of the local authority, and who makes certificates: for the management plane there must be one, and TLS of the
/// gateway goes on with one that is not kept.
fn authority(args: &Up, is_managed: bool) -> Result<(PathBuf, Option<Arc<wire::Authority>>), String> {
    let open = || {
        let home = management::home(args.home.as_deref())?;
        let authority = wire::Authority::open(&home)?;
        Ok::<_, String>((home, Some(Arc::new(authority))))
    };
    match (is_managed, args.tls) {
        (true, _) => open(),
        (false, Some(_)) => Ok(open().unwrap_or_else(|why| {
            tracing::warn!(%why, "the local authority is another one at each start");
            Default::default()
        })),
        (false, None) => Ok(Default::default()),
    }
}

fn making(args: &Up, input: &Input, settings: Option<String>, seed: u64) -> Making {
    Making {
        options: options(args, seed),
        folder: match input {
            Input::Templates(templates) => templates.beside("").unwrap_or_default(),
            _ => PathBuf::new(),
        },
        settings,
        offline: args.offline,
    }
}

fn options(args: &Up, seed: u64) -> LoadOptions {
    LoadOptions {
        seed,
        strict: args.strict,
        lenient: args.lenient,
        ..LoadOptions::default()
    }
}

fn input(args: &Up) -> Result<Input, String> {
    let mut input = Input::of(&args.paths, &args.parameters)?;
    match &mut input {
        Input::Templates(templates) => {
            templates.group = args.resource_group.clone();
            templates.location = args.location.clone();
            templates.offline = args.offline;
            templates.data.clone_from(&args.data);
        }
        _ if !args.parameters.is_empty() || args.what_if || args.data.is_some() => {
            return Err("`--parameters`, `--data` and `--what-if` are for templates".to_owned());
        }
        _ => (),
    }
    Ok(input)
}

/// Says what would be deployed, and what would keep the gateway from serving it.
fn what_if(input: &Input, args: &Up) -> Result<Exit, String> {
    let loaded = load(input, args, &base(args.gateway));
    findings::show(&loaded.findings);
    let Some(deployment) = &loaded.deployment else {
        return Ok(Exit::Failed);
    };
    for (change, resource) in deployment.changes() {
        let (mark, word) = match change {
            Effect::Create => ("+", "Create"),
            Effect::Modify => ("~", "Modify"),
            Effect::NoChange => ("=", "NoChange"),
            Effect::Ignore => ("*", "Ignore"),
        };
        say(match args.format {
            Format::Text => format!("{mark} {} {}", resource.r#type, resource.id),
            Format::Json => json!({ "change": word, "id": resource.id, "type": resource.r#type }).to_string(),
        });
    }
    Ok(match loaded.findings.iter().any(Finding::is_error) {
        true => Exit::Failed,
        false => Exit::Good,
    })
}

/// What came of reading the input.
struct Loaded {
    /// The plan, if nothing is wrong.
    plan: Option<Arc<Plan>>,
    findings: Vec<Finding>,
    /// What was deployed, if the input is templates.
    deployment: Option<Deployment>,
    /// Text of `apimite.toml` beside the templates.
    settings: Option<String>,
    seed: u64,
}

impl Loaded {
    /// Outputs of templates.
    fn outputs(&self) -> Option<Value> {
        self.deployment.as_ref().map(Deployment::outputs)
    }

    /// Resources that templates deployed.
    fn store(&self) -> Option<Store> {
        self.deployment.as_ref().map(|it| it.store.clone())
    }

    /// Files that templates were made of.
    fn read(&self) -> BTreeSet<PathBuf> {
        self.deployment
            .as_ref()
            .map(|it| it.read.clone())
            .unwrap_or_default()
    }
}

fn load(input: &Input, args: &Up, gateway: &str) -> Loaded {
    let read = input.read_for(gateway, args.run.seed.unwrap_or(SEED));
    let (mut service, mut found, deployment) = (read.service, read.findings, read.deployment);
    let seed = args.run.seed.or(service.settings.seed).unwrap_or(SEED);
    service.settings.seed = Some(seed);
    let options = options(args, seed);
    let is_whole = deployment.as_ref().is_none_or(|it| it.made.is_some());
    let loaded = is_whole.then(|| service::load(service, &options));
    let mut plan = None;
    if let Some(loaded) = loaded {
        let translate = |finding| match &deployment {
            Some(deployment) => deployment.translate(finding),
            None => finding,
        };
        found.extend(loaded.findings.into_iter().map(translate));
        plan = loaded.plan;
    }
    Loaded {
        plan: plan.filter(|_| !found.iter().any(Finding::is_error)),
        settings: match input {
            Input::Templates(templates) => templates.settings_text(),
            _ => None,
        },
        seed,
        deployment,
        findings: found,
    }
}

/// The same, and what was deployed is kept where that was asked for.
fn load_and_keep(input: &Input, args: &Up, gateway: &str) -> Loaded {
    let mut loaded = load(input, args, gateway);
    if let (Input::Templates(templates), Some(deployment), Some(_)) =
        (input, &loaded.deployment, &loaded.plan)
        && let Err(error) = templates.keep(deployment)
    {
        let source = Source::new("--data", "");
        let finding = Diagnostic::warning("state", error, Span::default()).found_in(&source);
        loaded.findings.push(finding);
    }
    loaded
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

fn announce(street: &Street, outputs: Option<&Value>, format: Format) {
    if format == Format::Json {
        let mut announcement = street.announcement();
        if let Some(outputs) = outputs {
            announcement["outputs"] = outputs.clone();
        }
        return say(announcement);
    }
    say(format!("gateway  {}", base(street.gateway_address)));
    if let Some(tls) = street.tls_address {
        let authority = format!("{}/ca.pem", base(street.control_address));
        say(format!(
            "tls      {} (authority: {authority})",
            base(tls).replacen("http", "https", 1)
        ));
    }
    if let Some(foundry) = street.foundry_address {
        say(format!("mocks    {}", base(foundry)));
    }
    say(format!("control  {}", base(street.control_address)));
    if let Some(management) = street.management {
        let address = base(management).replacen("http", "https", 1);
        say(format!(
            "arm      {address} (for az, SDKs and notebooks: eval \"$(apimite env)\")"
        ));
    }
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
    if let Some(outputs) = outputs {
        announce_outputs(outputs);
    }
}

fn announce_outputs(outputs: &Value) {
    for (name, output) in outputs.as_object().into_iter().flatten() {
        let value = match &output["value"] {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        say(format!("output   {name} {value}"));
    }
}

/// Takes up each change of the folder; one that is wrong is shown and the last good service goes on.
async fn follow(
    input: &Input,
    args: &Up,
    gateway: &str,
    watch: Option<Watch>,
    street: &Street,
    plane: Option<&Arc<Plane>>,
) {
    let Some(mut watch) = watch else {
        return std::future::pending().await;
    };
    loop {
        watch.changed().await;
        let (found, read, refused) = match plane {
            None => again(load_and_keep(input, args, gateway), street),
            // Nothing else changes meanwhile, and what was changed by others stays.
            Some(plane) => tokio::task::block_in_place(|| {
                let done = plane.replace(|store| {
                    let mut input = input.clone();
                    if let Input::Templates(templates) = &mut input {
                        templates.base = Some(Box::new(store.clone()));
                    }
                    let loaded = load_and_keep(&input, args, gateway);
                    let deployed = loaded.store();
                    let done = again(loaded, street);
                    match (&done.2, deployed) {
                        (None, Some(deployed)) => {
                            *store = deployed;
                            Ok(done)
                        }
                        _ => Err(done),
                    }
                });
                done.unwrap_or_else(|done| done)
            }),
        };
        findings::show(&found);
        watch.follow(&read);
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

/// Takes up what was loaded: what was found, which files it is made of, and why it was refused.
fn again(loaded: Loaded, street: &Street) -> (Vec<Finding>, BTreeSet<PathBuf>, Option<String>) {
    let read = loaded.read();
    let refused = match loaded.plan.map(|plan| street.reload(plan)) {
        Some(Ok(())) => None,
        Some(Err(mistakes)) => Some(mistakes),
        None => Some(findings::count(&loaded.findings)),
    };
    (loaded.findings, read, refused)
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
