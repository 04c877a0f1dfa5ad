//! `docker-compose.yml`, each service's command line run as a process on an address of its own, and the lab sent through them.

use super::{Binary, holds, same};
use crate::{Test, root};
use indexmap::IndexMap;
use serde::Deserialize;

pub(super) fn tests() -> Vec<Test> {
    vec![Test::new(
        "compose > the services of docker-compose.yml serve the lab",
        street,
    )]
}

#[derive(Debug, Deserialize)]
struct Compose {
    services: IndexMap<String, Service>,
}

#[derive(Debug, Deserialize)]
struct Service {
    command: Vec<String>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    ports: Vec<String>,
    #[serde(default)]
    profiles: Vec<String>,
}

fn street() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        // Elsewhere only 127.0.0.1 is there, and every service listens on the same port.
        return Ok(());
    }
    let text =
        std::fs::read_to_string(root().join("docker-compose.yml")).map_err(|error| error.to_string())?;
    let compose: Compose = serde_saphyr::from_str(&text).map_err(|error| error.to_string())?;
    let street: Vec<(&String, &Service)> = compose
        .services
        .iter()
        .filter(|(_, it)| it.profiles.is_empty())
        .collect();
    // In compose each container has an address of its own; here each service has one of the loopback net.
    let addresses: Vec<(&str, String)> = street
        .iter()
        .enumerate()
        .map(|(at, (name, _))| (name.as_str(), format!("127.77.0.{}", at + 1)))
        .collect();
    let binary = Binary::build()?;
    let mut running = IndexMap::new();
    for (name, service) in &street {
        let own = addresses
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, address)| address.as_str())
            .unwrap_or_default();
        let mut arguments: Vec<String> = service
            .command
            .iter()
            .map(|word| translate(word, service, own, &addresses))
            .collect();
        if !service.command.iter().any(|word| word.contains("--control")) {
            arguments.push(format!("--control={own}:8081"));
        }
        arguments.push("--format=json".to_owned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        running.insert((*name).clone(), binary.start(&arguments)?);
    }
    let gateway = running.get("gateway").ok_or("there is no service `gateway`")?;
    let published = compose.services["gateway"]
        .ports
        .iter()
        .any(|port| port.ends_with(":8080"));
    holds("the gateway's port is not published", published)?;
    holds(
        "the gateway listens elsewhere",
        gateway.url("gateway").ends_with(":8080"),
    )?;
    let (url, control, key) = (
        gateway.url("gateway"),
        gateway.url("control"),
        gateway.key("master"),
    );
    let run = binary.run(&[
        "lab",
        "backend-pool",
        "--gateway-url",
        &url,
        "--control-url",
        &control,
        "--key",
        &key,
        "--format",
        "json",
    ])?;
    let verdict = run.last_json()?;
    holds(format!("{verdict}\n{}", run.stderr), verdict["verdict"] == "pass")?;
    same("exit code", Some(0), run.code)
}

// What containers have and processes do not: all addresses, names of services, mounted folders.
fn translate(word: &str, service: &Service, own: &str, addresses: &[(&str, String)]) -> String {
    let mut word = word.replace("0.0.0.0", own);
    for (name, address) in addresses {
        word = word.replace(&format!("http://{name}:"), &format!("http://{address}:"));
    }
    for volume in &service.volumes {
        let mut parts = volume.split(':');
        if let (Some(from), Some(to)) = (parts.next(), parts.next())
            && word == to
        {
            word = root()
                .join(from.trim_start_matches("./"))
                .to_string_lossy()
                .into_owned();
        }
    }
    word
}
