use crate::process::Apimite;
use crate::service::Versions;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};

/// Connections that ask, each so often a second: 2,000 requests a second together.
const CONNECTIONS: usize = 20;
const EACH: u32 = 100;
/// After so many changes one follows that is wrong.
const WRONG: usize = 25;

/// What happened.
#[derive(Debug, Default)]
pub(crate) struct Soak {
    requests: usize,
    failed: usize,
    elapsed: Duration,
    changes: usize,
    /// Changes whose version the very next request did not show.
    late: usize,
    wrong: usize,
    /// Wrong changes that were taken, or changed what was served.
    taken: usize,
}

impl Soak {
    pub(crate) fn is_clean(&self) -> bool {
        self.failed == 0 && self.late == 0 && self.taken == 0
    }
}

impl fmt::Display for Soak {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} requests in {:.1} s ({:.0} a second), {} failed; {} changes in a row, {} not served by the next request; \
             {} changes with a mistake, {} of them taken",
            self.requests,
            self.elapsed.as_secs_f64(),
            self.requests as f64 / self.elapsed.as_secs_f64(),
            self.failed,
            self.changes,
            self.late,
            self.wrong,
            self.taken
        )
    }
}

/// Changes the three files of a template in turn while requests go through.
pub(crate) async fn run(binary: &str, changes: usize) -> Result<Soak, String> {
    let folder = std::env::temp_dir().join(format!("apimite-bench-soak-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut versions = Versions::default();
    versions.write_all(&folder).map_err(|error| error.to_string())?;
    let apimite = Apimite::start(binary, &folder, &[])?;
    let address = apimite.address()?;
    let load = Load::begin(address);
    let mut soak = Soak::default();
    for change in 0..changes {
        let result = tokio::task::block_in_place(|| one(&apimite, &folder, &mut versions, change, &mut soak));
        result?;
        soak.late += usize::from(shown(address).await? != versions.shown());
        if change % WRONG == WRONG - 1 {
            tokio::task::block_in_place(|| wrong(&apimite, &folder, versions, change, &mut soak))?;
            soak.taken += usize::from(shown(address).await? != versions.shown());
            versions
                .write(&folder, (change / WRONG) % 3)
                .map_err(|error| error.to_string())?;
            tokio::task::block_in_place(|| apimite.line())?;
        }
    }
    load.end(&mut soak).await;
    std::fs::remove_dir_all(&folder).ok();
    Ok(soak)
}

fn one(
    apimite: &Apimite,
    folder: &Path,
    versions: &mut Versions,
    change: usize,
    soak: &mut Soak,
) -> Result<(), String> {
    let file = change % 3;
    match file {
        0 => versions.bicep += 1,
        1 => versions.policy += 1,
        _ => versions.parameters += 1,
    }
    versions.write(folder, file).map_err(|error| error.to_string())?;
    let line = apimite.line()?;
    soak.changes += 1;
    match line["reloaded"] == true {
        true => Ok(()),
        false => Err(format!("change {change} was refused: {line}")),
    }
}

fn wrong(
    apimite: &Apimite,
    folder: &Path,
    versions: Versions,
    change: usize,
    soak: &mut Soak,
) -> Result<(), String> {
    let file = (change / WRONG) % 3;
    versions
        .write_wrong(folder, file)
        .map_err(|error| error.to_string())?;
    let line = apimite.line()?;
    soak.wrong += 1;
    soak.taken += usize::from(line["reloaded"] == true);
    let name = ["main.bicep", "policy.xml", "params.json"][file];
    let text = line["documents"].to_string();
    match text.contains(name) && text.contains("\"line\":") {
        true => Ok(()),
        false => Err(format!(
            "the mistake in {name} is shown without its place: {line}"
        )),
    }
}

const REQUEST: &[u8] = b"GET /echo/ HTTP/1.1\r\nhost: soak\r\n\r\n";

/// The version that an answer shows.
async fn shown(address: SocketAddr) -> Result<String, String> {
    let mut stream = TcpStream::connect(address)
        .await
        .map_err(|error| error.to_string())?;
    let answer = ask(&mut stream).await.map_err(|error| error.to_string())?;
    let lines = answer.lines();
    let found = lines
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("x-version"));
    Ok(found.map(|(_, value)| value.to_owned()).unwrap_or_default())
}

async fn ask(stream: &mut TcpStream) -> std::io::Result<String> {
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::with_capacity(1024);
    // The answer has no body: its head is all of it.
    while !answer.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Requests at an even pace.
struct Load {
    ends: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    begun: Instant,
}

impl Load {
    fn begin(address: SocketAddr) -> Load {
        let mut load = Load {
            ends: Arc::default(),
            asked: Arc::default(),
            failed: Arc::default(),
            tasks: Vec::new(),
            begun: Instant::now(),
        };
        for _ in 0..CONNECTIONS {
            let (ends, asked, failed) = (load.ends.clone(), load.asked.clone(), load.failed.clone());
            load.tasks.push(tokio::spawn(async move {
                let mut pace = interval(Duration::from_secs(1) / EACH);
                // Whoever was held up catches up, so that the rate is what it is said to be.
                pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
                let mut connection = None;
                while !ends.load(Ordering::Relaxed) {
                    pace.tick().await;
                    asked.fetch_add(1, Ordering::Relaxed);
                    if !asked_well(&mut connection, address).await {
                        failed.fetch_add(1, Ordering::Relaxed);
                        connection = None;
                    }
                }
            }));
        }
        load
    }

    async fn end(self, soak: &mut Soak) {
        self.ends.store(true, Ordering::Relaxed);
        soak.elapsed = self.begun.elapsed();
        for task in self.tasks {
            soak.failed += usize::from(task.await.is_err());
        }
        soak.requests = self.asked.load(Ordering::Relaxed);
        soak.failed += self.failed.load(Ordering::Relaxed);
    }
}

async fn asked_well(connection: &mut Option<TcpStream>, address: SocketAddr) -> bool {
    if connection.is_none() {
        *connection = TcpStream::connect(address).await.ok();
    }
    let Some(stream) = connection else { return false };
    ask(stream)
        .await
        .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
