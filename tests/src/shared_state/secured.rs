//! Servers that want to know who asks, and over what; and one that cannot be used at all.

use super::outage::{arguments, folder, get, line};
use super::server::Server;
use crate::acceptance::{Binary, Running, holds, same, test};
use crate::{Test, root};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "redis > behind TLS, with an authority of its own and a user",
            behind_tls,
        ),
        test("redis > who is not trusted, and whom it does not know", refused),
        Test::new("redis > a node of a cluster is refused at the start", cluster),
        Test::new(
            "redis > an authority that is of no use is refused at the start",
            useless,
        ),
    ]
}

/// A user that may do everything to our keys, and nobody else.
const USERS: [&str; 9] = [
    "--user",
    "default",
    "off",
    "--user",
    "gate",
    "on",
    ">s3cret:1",
    "~apimite:*",
    "+@all",
];

fn authority(name: &str) -> String {
    let path = root().join("fixtures/certificates").join(name);
    path.to_string_lossy().into_owned()
}

fn up(folder: &str, url: &str, authority: &str) -> Result<Running, String> {
    let mut all = arguments(folder, url).to_vec();
    all.extend(["--state-ca", authority]);
    Binary::build()?.start(&all)
}

async fn behind_tls() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let service = folder(place.path())?;
    let server = Server::start_tls(&USERS)?;
    let (url, root) = (server.url_of("gate", "s3cret%3A1"), authority("contoso-root.pem"));
    let (one, two) = (up(&service, &url, &root)?, up(&service, &url, &root)?);
    same("first", (200, "nothing 2".to_owned()), get(&one).await?)?;
    same(
        "second, by the other",
        (200, "something 1".to_owned()),
        get(&two).await?,
    )?;
    drop(server);
    line(&one, "cannot be reached")?;
    same("alone", (200, "nothing 2".to_owned()), get(&one).await?)
}

async fn refused() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let service = folder(place.path())?;
    let server = Server::start_tls(&USERS)?;
    let own = authority("contoso-root.pem");
    let cases = [
        (
            server.url_of("gate", "s3cret%3A1"),
            authority("tokens-public.pem"),
            "certificate",
        ),
        (server.url_of("gate", "wrong"), own.clone(), "WRONGPASS"),
        (server.url(), own, "NOAUTH"),
    ];
    for (url, authority, why) in cases {
        let gateway = up(&service, &url, &authority)?;
        let said = gateway.next_error()?;
        holds(format!("`{said}` does not say `{why}`"), said.contains(why))?;
        holds(format!("`{said}` holds a password"), !said.contains("s3cret"))?;
        same("alone", (200, "nothing 2".to_owned()), get(&gateway).await?)?;
    }
    Ok(())
}

// A lab on free ports.
fn anywhere(url: &str) -> [&str; 7] {
    [
        "up",
        "lab:backend-pool",
        "--state",
        url,
        "--gateway=127.0.0.1:0",
        "--control=127.0.0.1:0",
        "--no-foundry",
    ]
}

fn cluster() -> Result<(), String> {
    let place = tempfile::tempdir().map_err(|error| error.to_string())?;
    let file = place.path().join("nodes.conf").to_string_lossy().into_owned();
    let server = Server::start_with(&["--cluster-enabled", "yes", "--cluster-config-file", &file])?;
    let url = server.url();
    let run = Binary::build()?.run(&anywhere(&url))?;
    same("cluster", Some(2), run.code)?;
    let said = run.stderr;
    holds(
        said.clone(),
        said.contains("a node of a cluster, which is not supported"),
    )
}

fn useless() -> Result<(), String> {
    let binary = Binary::build()?;
    let pem = authority("contoso-root.pem");
    let readme = authority("README.md");
    for (url, authority, why) in [
        ("redis://cache", pem.as_str(), "without TLS"),
        ("rediss://cache", &readme, "no certificate"),
        ("rediss://cache", "/no/such/file", "/no/such/file"),
    ] {
        let mut all = anywhere(url).to_vec();
        all.extend(["--state-ca", authority]);
        let run = binary.run(&all)?;
        same(url, Some(2), run.code)?;
        holds(run.stderr.clone(), run.stderr.contains(why))?;
    }
    Ok(())
}
