//! A service that is changed under load: gateway.md has nothing on it, the promise is ours.

use super::{Binary, holds, same, test};
use crate::{Test, root};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use testkit::{Api, Apimite, Backend, Breaker, Builder, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "reload > good, bad and good again, under 50 requests in flight and 500 more",
            under_load,
        ),
        test("reload > breakers of unchanged backends survive", breakers),
        test(
            "reload > files that change are followed by a running process",
            files,
        ),
    ]
}

fn service(version: &str) -> Builder {
    let inbound = format!("<set-header name=\"x-version\"><value>{version}</value></set-header>");
    Apimite::builder()
        .upstream(
            "slow",
            Upstream::always(Reply::status(200).delay(Duration::from_secs(2)).body("whole")),
        )
        .upstream("broken", Upstream::always(Reply::status(500)))
        .backend(
            Backend::new("broken", "http://broken.test")
                .breaker(Breaker::on([500]).trip(Duration::from_secs(600))),
        )
        .api(
            Api::new("slow")
                .open()
                .service_url("http://slow.test")
                .operation("GET", "/*")
                .inbound(&inbound),
        )
        .api(
            Api::new("broken")
                .open()
                .operation("GET", "/*")
                .inbound(r#"<set-backend-service backend-id="broken" />"#),
        )
}

async fn under_load() -> Result<(), String> {
    let apimite = Arc::new(service("one").manual_clock().start().await);
    let flight: Vec<_> = (0..50).map(|_| apimite.get("/slow/x").start()).collect();
    apimite.settle().await;
    let mut more = Vec::new();
    for round in 0..5 {
        match round {
            1 => drop(
                apimite
                    .reload(&service("two"))
                    .map_err(|findings| format!("{findings:?}"))?,
            ),
            2 => {
                let bad = service("three").api(Api::new("bad").inbound("<set-headr name=\"a\" />"));
                let findings = apimite.reload(&bad).err().ok_or("a bad change was taken")?;
                let finding = findings.first().ok_or("nothing was reported")?;
                same("code", "unknown-policy", finding.diagnostic.code)?;
                let place = finding.source.position(finding.diagnostic.span.start);
                same("place", (3, 2), (place.line, place.column))?;
            }
            3 => drop(
                apimite
                    .reload(&service("four"))
                    .map_err(|findings| format!("{findings:?}"))?,
            ),
            _ => (),
        }
        more.extend((0..100).map(|_| apimite.get("/slow/x").start()));
        apimite.settle().await;
    }
    apimite.advance(Duration::from_secs(3)).await;
    for call in flight.into_iter().chain(more) {
        let response = call.answer().await;
        same(
            "an answer",
            (200, "whole".to_owned()),
            (response.status(), response.text()),
        )?;
    }
    let versions: Vec<String> = apimite
        .seen("slow")
        .iter()
        .filter_map(|seen| seen.headers.get("x-version")?.to_str().ok().map(str::to_owned))
        .collect();
    let count = |version: &str| versions.iter().filter(|it| *it == version).count();
    same(
        "who saw what",
        (150, 200, 0, 200),
        (count("one"), count("two"), count("three"), count("four")),
    )
}

async fn breakers() -> Result<(), String> {
    let apimite = service("one").start().await;
    same("opens", 500, apimite.get("/broken/x").send().await.status())?;
    same("open", vec!["broken".to_owned()], apimite.open_breakers())?;
    apimite
        .reload(&service("two"))
        .map_err(|findings| format!("{findings:?}"))?;
    same("still open", vec!["broken".to_owned()], apimite.open_breakers())?;
    same("not called", 503, apimite.get("/broken/x").send().await.status())?;
    // A changed backend begins afresh (gateway.md 3.4).
    let changed = service("two").service(|service| {
        if let Some(backend) = service.backends.first_mut() {
            backend.circuit_breaker = None;
        }
    });
    apimite
        .reload(&changed)
        .map_err(|findings| format!("{findings:?}"))?;
    same("afresh", Vec::<String>::new(), apimite.open_breakers())
}

async fn files() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    copy(&root().join("fixtures/labs/backend-pool"), folder.path())?;
    let path = folder.path().to_string_lossy().into_owned();
    let arguments = [
        "up",
        &path,
        "--gateway=127.0.0.1:0",
        "--control=127.0.0.1:0",
        "--foundry=127.0.0.1:0",
        "--format=json",
    ];
    let running = Binary::build()?.start(&arguments)?;
    let policy = find(folder.path(), "policy.xml").ok_or("the lab has no policy.xml")?;
    let original = std::fs::read_to_string(&policy).map_err(|error| error.to_string())?;
    let write = |text: &str| std::fs::write(&policy, text).map_err(|error| error.to_string());
    write(&original.replace("<outbound>", "<outbound><set-headr name=\"x\" />"))?;
    let bad = running.next_line()?;
    same("a bad change", json!(false), bad["reloaded"].clone())?;
    let found = &bad["documents"].to_string();
    holds(
        format!("{bad}"),
        found.contains("unknown-policy") && found.contains("policy.xml") && found.contains("\"line\""),
    )?;
    write(&original.replace(
        "<outbound>",
        "<outbound><set-header name=\"x-new\"><value>1</value></set-header>",
    ))?;
    let good = running.next_line()?;
    same("a good change", json!(true), good["reloaded"].clone())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    std::fs::create_dir_all(to).map_err(|error| error.to_string())?;
    for entry in std::fs::read_dir(from).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        match path.is_dir() {
            true => copy(&path, &target)?,
            false => drop(std::fs::copy(&path, &target).map_err(|error| error.to_string())?),
        }
    }
    Ok(())
}

fn find(folder: &Path, name: &str) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut entries: Vec<_> = entries.collect();
    entries.sort();
    entries.into_iter().find_map(|path| match path.is_dir() {
        true => find(&path, name),
        false => path.ends_with(name).then_some(path),
    })
}
