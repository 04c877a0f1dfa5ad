//! A process that is killed while it writes leaves a state that loads. `APIMITE_CRASHES` says how often; 40 times unless it does.

use bicep::{Cloud as _, Deployed};
use clock::Dice;
use resources::{Facts, Store};
use serde_json::json;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Folder of the writing process.
const FOLDER: &str = "APIMITE_CRASH_FOLDER";
const SERVICE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/a";

fn store(round: u64) -> Store {
    let mut store = Store::new(Facts::default());
    let mut put = |id: String, kind: &str, name: String| {
        let body = json!({ "properties": { "round": round, "text": "x".repeat(400) } });
        let body = body.as_object().cloned().unwrap_or_default();
        let resource = Deployed {
            id,
            r#type: kind.to_owned(),
            name,
            body,
            ..Deployed::default()
        };
        store.put(resource).expect("well formed");
    };
    put(
        SERVICE.to_owned(),
        "Microsoft.ApiManagement/service",
        "a".to_owned(),
    );
    for at in 0..50 {
        put(
            format!("{SERVICE}/namedValues/n{at}"),
            "Microsoft.ApiManagement/service/namedValues",
            format!("n{at}"),
        );
    }
    store
}

/// Writes one state after the other until it is killed; does nothing when it is run as a test.
#[test]
fn write_without_end() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    for round in 1.. {
        store(round).save(Path::new(&folder)).expect("saved");
        println!("saved {round}");
    }
}

#[test]
fn a_killed_writer_leaves_a_state_that_loads() {
    let folder = tempfile::tempdir().expect("a folder");
    store(0).save(folder.path()).expect("saved");
    let program = std::env::current_exe().expect("this test");
    let count: u64 = std::env::var("APIMITE_CRASHES")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(40);
    for run in 0..count {
        let mut child = Command::new(&program)
            .args(["--exact", "write_without_end", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        // It has saved a few times when so many bytes have come, and writes on while it is killed.
        let bytes = 25 + Dice::new(7).roll(("crash", run), 0).bits() % 60;
        let mut heard = vec![0; usize::try_from(bytes).expect("small")];
        child
            .stdout
            .take()
            .expect("piped")
            .read_exact(&mut heard)
            .expect("it talks");
        child.kill().expect("killed");
        child.wait().expect("ended");
        let mut store = Store::new(Facts::default());
        store
            .restore(folder.path())
            .unwrap_or_else(|error| panic!("run {run}: {error}"));
        let rounds: Vec<_> = store
            .sent()
            .map(|it| it.body["properties"]["round"].clone())
            .collect();
        assert_eq!(rounds.len(), 51, "run {run}");
        assert!(
            rounds.iter().all(|round| *round == rounds[0]),
            "run {run}: of two rounds"
        );
    }
}
