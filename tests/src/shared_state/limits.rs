//! A limit of so many lets so many pass, also when eight connections ask at once: in memory with one gateway, and in a server with
//! two. What passed is counted at the backend.

use super::seconds;
use super::server::Server;
use crate::Test;
use crate::acceptance::{holds, same, test};
use clock::{Clock, Moment};
use std::sync::Arc;
use std::time::Duration;
use testkit::{Api, Apimite, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "limits > a sliding window lets exactly its calls pass, in memory",
            || sliding(Keeper::Memory),
        ),
        test(
            "redis > two gateways share a sliding window, and exactly its calls pass",
            || sliding(Keeper::Server),
        ),
        test(
            "limits > a bucket lets what it holds and what flows in pass, in memory",
            || bucket(Keeper::Memory),
        ),
        test(
            "redis > two gateways share a bucket, and what it holds and what flows in passes",
            || bucket(Keeper::Server),
        ),
        test("redis > two gateways share a quota", quota),
        test("redis > two gateways share the tokens of a minute", tokens),
        test(
            "redis > services that share a server have counters of their own",
            apart,
        ),
        test(
            "limits > no period of real time holds more than a window's calls, in memory",
            || real(Keeper::Memory, Tier::Classic),
        ),
        test(
            "redis > no period of real time holds more than a window's calls of two gateways",
            || real(Keeper::Server, Tier::Classic),
        ),
        test(
            "limits > real time lets no more pass than a bucket holds and what flows in, in memory",
            || real(Keeper::Memory, Tier::V2),
        ),
        test(
            "redis > real time lets no more pass of two gateways than a bucket holds and what flows in",
            || real(Keeper::Server, Tier::V2),
        ),
    ]
}

/// Who counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeper {
    Memory,
    Server,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tier {
    Classic,
    V2,
}

/// Gateways with one clock that count together.
struct Gateways {
    all: Vec<Arc<Apimite>>,
    clock: Clock,
    _server: Option<Server>,
}

/// Connections that ask at the same time.
const CONNECTIONS: usize = 8;
/// 2024-05-01T12:00:00Z.
const START: Moment = Moment::from_seconds(1_714_564_800);

impl Gateways {
    async fn start(keeper: Keeper, tier: Tier, clock: Clock, inbound: &str) -> Result<Gateways, String> {
        let server = match keeper {
            Keeper::Memory => None,
            Keeper::Server => Some(Server::start()?),
        };
        let mut all = Vec::new();
        for _ in 0..(if server.is_some() { 2 } else { 1 }) {
            let api = Api::new("api")
                .path("")
                .open()
                .service_url("http://stub.test")
                .operation("GET", "/*")
                .operation("POST", "/*");
            let mut builder = Apimite::builder()
                .clock(&clock)
                .service(|service| {
                    service.sku = if tier == Tier::V2 { "BasicV2" } else { "Developer" }.to_owned();
                })
                .upstream("stub", Upstream::default())
                .api(api.inbound(inbound));
            if let Some(server) = &server {
                builder = builder.state(server.state("limits", &clock).await?);
            }
            all.push(Arc::new(builder.start().await));
        }
        Ok(Gateways {
            all,
            clock,
            _server: server,
        })
    }

    /// Calls that have reached the backend.
    fn passed(&self) -> usize {
        self.all.iter().map(|it| it.seen("stub").len()).sum()
    }

    /// Every connection asks so many times, of each gateway in turn. How many reached the backend.
    async fn ask(&self, times: usize) -> Result<usize, String> {
        let before = self.passed();
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let all = self.all.clone();
                tokio::spawn(async move {
                    for time in 0..times {
                        let gateway = &all[(connection + time) % all.len()];
                        let status = gateway.get("/").send().await.status();
                        holds(format!("a {status}"), status == 200 || status == 429)?;
                    }
                    Ok::<_, String>(())
                })
            })
            .collect();
        for connection in connections {
            connection.await.map_err(|error| error.to_string())??;
        }
        Ok(self.passed() - before)
    }
}

const LIMIT: &str = r#"<rate-limit-by-key calls="60" renewal-period="60" counter-key="all" />"#;

async fn sliding(keeper: Keeper) -> Result<(), String> {
    let gateways = Gateways::start(keeper, Tier::Classic, Clock::manual(START), LIMIT).await?;
    let clock = gateways.clock.clone();
    same("16 at 0", 16, gateways.ask(2).await?)?;
    clock.advance(seconds(20)).await;
    same("the rest of 60 at 20", 44, gateways.ask(20).await?)?;
    clock.advance(Duration::from_millis(39_999)).await;
    same("none at 59.999", 0, gateways.ask(2).await?)?;
    clock.advance(Duration::from_millis(1)).await;
    same("16 at 60", 16, gateways.ask(20).await?)?;
    clock.advance(seconds(20)).await;
    same("44 at 80", 44, gateways.ask(20).await?)?;
    clock.advance(seconds(60)).await;
    same("60 at 140", 60, gateways.ask(20).await?)
}

async fn bucket(keeper: Keeper) -> Result<(), String> {
    let gateways = Gateways::start(keeper, Tier::V2, Clock::manual(START), LIMIT).await?;
    let clock = gateways.clock.clone();
    same("a full bucket", 60, gateways.ask(20).await?)?;
    clock.advance(seconds(10)).await;
    same("10 seconds later", 10, gateways.ask(20).await?)?;
    clock.advance(Duration::from_millis(500)).await;
    same("half a second later", 0, gateways.ask(2).await?)?;
    clock.advance(Duration::from_millis(500)).await;
    same("another half", 1, gateways.ask(2).await?)?;
    clock.advance(seconds(600)).await;
    same("it does not overflow", 60, gateways.ask(20).await?)
}

async fn quota() -> Result<(), String> {
    let inbound = r#"<quota-by-key calls="50" renewal-period="3600" counter-key="all" />"#;
    let gateways = Gateways::start(Keeper::Server, Tier::Classic, Clock::manual(START), inbound).await?;
    let mut outcomes = Vec::new();
    for call in 0..60 {
        outcomes.push(gateways.all[call % 2].get("/").send().await.status());
    }
    same("refusals", 10, outcomes.iter().filter(|it| **it == 403).count())?;
    same("passes", 50, gateways.passed())?;
    gateways.clock.advance(seconds(3_600)).await;
    same(
        "the next hour",
        200,
        gateways.all[0].get("/").send().await.status(),
    )
}

async fn tokens() -> Result<(), String> {
    let inbound = r#"<llm-token-limit counter-key="all" tokens-per-minute="40" estimate-prompt-tokens="true"
                                      remaining-tokens-header-name="x-left" />"#;
    let gateways = Gateways::start(Keeper::Server, Tier::Classic, Clock::manual(START), inbound).await?;
    let body =
        serde_json::json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": "Hello there" }] });
    let mut left = Vec::new();
    for call in 0..8 {
        let gateway = &gateways.all[call % 2];
        let response = gateway.post("/chat/completions").json(&body).send().await;
        left.push((response.status(), response.header("x-left").map(str::to_owned)));
    }
    let numbers: Vec<i64> = left
        .iter()
        .filter(|it| it.0 == 200)
        .filter_map(|it| it.1.as_deref()?.parse().ok())
        .collect();
    holds(
        format!("each takes from what the other left: {left:?}"),
        numbers.len() >= 2 && numbers.windows(2).all(|it| it[1] < it[0]),
    )?;
    holds(
        format!("at last none is left: {left:?}"),
        left.iter().any(|it| it.0 == 429),
    )
}

async fn apart() -> Result<(), String> {
    let server = Server::start()?;
    let clock = Clock::manual(START);
    for service in ["one", "two"] {
        let state = server.state(service, &clock).await?;
        let api = Api::new("api")
            .path("")
            .open()
            .service_url("http://stub.test")
            .operation("GET", "/*");
        let apimite = Apimite::builder()
            .clock(&clock)
            .state(state)
            .service(|service| service.sku = "Developer".to_owned())
            .upstream("stub", Upstream::default())
            .api(api.inbound(r#"<rate-limit-by-key calls="1" renewal-period="60" counter-key="all" />"#))
            .start()
            .await;
        same(service, 200, apimite.get("/").send().await.status())?;
        same(service, 429, apimite.get("/").send().await.status())?;
    }
    Ok(())
}

/// A call of the real run: when it was sent, and when it reached the backend or was refused.
#[derive(Debug, Clone, Copy)]
struct Call {
    sent: Moment,
    arrived: Moment,
}

/// Calls in a period of the real run.
const CALLS: usize = 20;
const PERIOD: Duration = Duration::from_secs(1);

// A machine may be slow at any moment: what is judged is what must be so however slow it is. A call was decided on between its
// sending and its arrival.
async fn real(keeper: Keeper, tier: Tier) -> Result<(), String> {
    let inbound = format!(r#"<rate-limit-by-key calls="{CALLS}" renewal-period="1" counter-key="all" />"#);
    let gateways = Gateways::start(keeper, tier, Clock::real(), &inbound).await?;
    let end = gateways.clock.now() + Duration::from_millis(3_500);
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            tokio::spawn(hammer(
                gateways.all.clone(),
                gateways.clock.clone(),
                connection,
                end,
            ))
        })
        .collect();
    let mut refused = Vec::new();
    for connection in connections {
        refused.extend(connection.await.map_err(|error| error.to_string())??);
    }
    let passed: Vec<Call> = gateways
        .all
        .iter()
        .flat_map(|it| it.seen("stub"))
        .filter_map(|seen| {
            let sent = seen.headers.get("x-sent")?.to_str().ok()?.parse().ok()?;
            Some(Call {
                sent: Moment::from_nanos(sent),
                arrived: seen.at,
            })
        })
        .collect();
    holds(
        format!("{} passed and {} were refused", passed.len(), refused.len()),
        passed.len() > 2 * CALLS && !refused.is_empty(),
    )?;
    match tier {
        Tier::Classic => judge_window(&passed, &refused),
        Tier::V2 => judge_bucket(&passed),
    }
}

/// Asks one call after the other until `end`. Gives those that were refused.
async fn hammer(
    all: Vec<Arc<Apimite>>,
    clock: Clock,
    connection: usize,
    end: Moment,
) -> Result<Vec<Call>, String> {
    let mut refused = Vec::new();
    let mut call = connection;
    while clock.now() < end {
        let sent = clock.now();
        let request = all[call % all.len()]
            .get("/")
            .header("x-sent", sent.nanos().to_string());
        match request.send().await.status() {
            200 => (),
            429 => refused.push(Call {
                sent,
                arrived: clock.now(),
            }),
            other => return Err(format!("a {other}")),
        }
        call += 1;
    }
    Ok(refused)
}

/// Those that were sent from `from` on, by their arrival.
fn arrivals(passed: &[Call], from: Moment) -> Vec<Moment> {
    let mut arrivals: Vec<Moment> = passed
        .iter()
        .filter(|call| call.sent >= from)
        .map(|call| call.arrived)
        .collect();
    arrivals.sort_unstable();
    arrivals
}

fn judge_window(passed: &[Call], refused: &[Call]) -> Result<(), String> {
    for first in passed {
        // All of these were decided on after `first` was sent, and the last before it arrived.
        if let Some(one_too_many) = arrivals(passed, first.sent).get(CALLS) {
            let took = one_too_many.since(first.sent);
            holds(format!("{} calls passed in {took:?}", CALLS + 1), took >= PERIOD)?;
        }
    }
    for call in refused {
        let might_count = passed
            .iter()
            .filter(|it| it.sent < call.arrived && it.arrived > call.sent - PERIOD)
            .count();
        holds(
            format!("a call was refused while at most {might_count} counted"),
            might_count >= CALLS,
        )?;
    }
    Ok(())
}

fn judge_bucket(passed: &[Call]) -> Result<(), String> {
    for first in passed {
        for (before, arrived) in arrivals(passed, first.sent).iter().enumerate() {
            let flowed = arrived.since(first.sent).as_secs_f64() / PERIOD.as_secs_f64() * CALLS as f64;
            holds(
                format!("{} calls passed while {CALLS} and {flowed:.2} could", before + 1),
                (before + 1) as f64 <= CALLS as f64 + flowed + 1e-3,
            )?;
        }
    }
    Ok(())
}
