//! What gateways share beside counters: values, responses, vectors.

use super::seconds;
use super::server::Server;
use crate::Test;
use crate::acceptance::{same, test};
use bytes::Bytes;
use clock::{Clock, Moment};
use state::{Cache, Held, Item, Vectors};
use std::sync::Arc;
use testkit::{Api, Apimite, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test(
            "redis > what one gateway stores another finds, until it ends on their clock",
            values,
        ),
        test(
            "redis > a response that one gateway stored another answers with",
            responses,
        ),
        test("redis > the internal cache stays each gateway's own", internal),
        test("redis > an object that is no data is not stored", objects),
        test(
            "redis > what another program wrote under our key is a miss",
            strangers,
        ),
        test(
            "redis > vectors are shared, and the nearest key of a partition is found",
            vectors,
        ),
        test("redis > many vectors, and those that make room", many_vectors),
    ]
}

const START: Moment = Moment::from_seconds(1_714_564_800);

/// Two gateways with these policies, which share a server.
async fn two(server: &Server, clock: &Clock, inbound: &str, outbound: &str) -> Result<[Apimite; 2], String> {
    let start = async || {
        let api = Api::new("api")
            .path("")
            .open()
            .service_url("http://stub.test")
            .operation("GET", "/*");
        let builder = Apimite::builder()
            .clock(clock)
            .state(server.state("caches", clock).await?)
            .upstream(
                "stub",
                Upstream::new(|call, _| Reply::status(200).body(format!("answer {call}"))),
            )
            .api(api.inbound(inbound).outbound(outbound));
        Ok::<_, String>(builder.start().await)
    };
    Ok([start().await?, start().await?])
}

const VALUE: &str = r#"
<choose>
  <when condition="@(context.Request.OriginalUrl.Path == "/store")">
    <cache-store-value key="k" value="@(new JObject(new JProperty("n", 7)))" duration="60" KIND />
    <return-response />
  </when>
  <when condition="@(context.Request.OriginalUrl.Path == "/remove")">
    <cache-remove-value key="k" KIND />
    <return-response />
  </when>
</choose>
<cache-lookup-value key="k" variable-name="v" KIND />
<return-response>
  <set-body>@(context.Variables.ContainsKey("v") ? ((JObject)context.Variables["v"])["n"].ToString() : "none")</set-body>
</return-response>"#;

async fn values() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let inbound = VALUE.replace("KIND", r#"caching-type="external""#);
    let [one, two] = two(&server, &clock, &inbound, "").await?;
    same("before", "none".to_owned(), two.get("/").send().await.text())?;
    one.get("/store").send().await;
    same("shared", "7".to_owned(), two.get("/").send().await.text())?;
    clock.advance(seconds(59)).await;
    same("at 59", "7".to_owned(), two.get("/").send().await.text())?;
    clock.advance(seconds(1)).await;
    same("at 60", "none".to_owned(), two.get("/").send().await.text())?;
    two.get("/store").send().await;
    one.get("/remove").send().await;
    same("removed", "none".to_owned(), two.get("/").send().await.text())
}

async fn responses() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let inbound = r#"<cache-lookup vary-by-developer="false" vary-by-developer-groups="false" />"#;
    let [one, two] = two(&server, &clock, inbound, r#"<cache-store duration="30" />"#).await?;
    // Hosts of backends are part of the key: the same stub stands behind both under other ports.
    same("a miss", "answer 0".to_owned(), one.get("/a").send().await.text())?;
    same("a hit", "answer 0".to_owned(), one.get("/a").send().await.text())?;
    same("asked once", 1, one.seen("stub").len())?;
    same(
        "another backend",
        "answer 0".to_owned(),
        two.get("/a").send().await.text(),
    )?;
    clock.advance(seconds(30)).await;
    same("over", "answer 1".to_owned(), one.get("/a").send().await.text())
}

async fn internal() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let inbound = VALUE.replace("KIND", r#"caching-type="internal""#);
    let [one, two] = two(&server, &clock, &inbound, "").await?;
    one.get("/store").send().await;
    same("its own", "7".to_owned(), one.get("/").send().await.text())?;
    same("the other's", "none".to_owned(), two.get("/").send().await.text())
}

async fn objects() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let inbound = VALUE
        .replace("KIND", "")
        .replace(r#"@(new JObject(new JProperty("n", 7)))"#, r#"@(new Regex("a"))"#);
    let [one, two] = two(&server, &clock, &inbound, "").await?;
    same("store", 200, one.get("/store").send().await.status())?;
    same("nothing", "none".to_owned(), two.get("/").send().await.text())
}

async fn strangers() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let cache = server.connect("s", &clock).await?.cache;
    let client = redis::Client::open(server.url()).map_err(|error| error.to_string())?;
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .map_err(|error| error.to_string())?;
    for (key, value) in [
        ("apimite:s:c:short", "x"),
        ("apimite:s:c:long", "something else altogether"),
    ] {
        let set = redis::Cmd::set(key, value)
            .query_async::<()>(&mut connection)
            .await;
        set.map_err(|error| error.to_string())?;
    }
    for key in ["short", "long"] {
        // The first bytes of the long one are a moment far away; what follows is no value of ours, which its reader refuses.
        let held = cache.get(key, START).get().await;
        same(key, key == "long", held.is_some())?;
    }
    let put = Held {
        item: Item::Bytes(Bytes::from_static(b"ours")),
        until: START + seconds(1),
    };
    cache.put("short", put, START).get().await;
    let held = cache.get("short", START).get().await.map(|it| it.until);
    same("written over", Some(START + seconds(1)), held)
}

fn vector(parts: [f32; 3]) -> Arc<[f32]> {
    parts.into()
}

async fn vectors() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let one = server.connect("v", &clock).await?.cache;
    let two = server.connect("v", &clock).await?.cache;
    let nearest = async |cache: &redis_state::RedisCache, partition: &str, parts, now| {
        let found = cache.nearest(partition, vector(parts), now).get().await;
        found.map(|it| (it.key.to_string(), (it.distance * 1e3).round() as i64))
    };
    let (minute, hour) = (START + seconds(60), START + seconds(3_600));
    same(
        "nothing yet",
        None,
        nearest(&two, "p", [1.0, 0.0, 0.0], START).await,
    )?;
    one.add("p", "east", vector([1.0, 0.0, 0.0]), minute, START)
        .get()
        .await;
    one.add("p", "north", vector([0.0, 1.0, 0.0]), hour, START)
        .get()
        .await;
    one.add("q", "other", vector([1.0, 0.0, 0.1]), hour, START)
        .get()
        .await;
    let found = nearest(&two, "p", [1.0, 0.1, 0.0], START).await;
    same("near east", Some(("east".to_owned(), 5)), found)?;
    let found = nearest(&two, "p", [0.1, 1.0, 0.0], START).await;
    same("near north", Some(("north".to_owned(), 5)), found)?;
    two.add("p", "north", vector([0.0, 0.0, 1.0]), hour, START)
        .get()
        .await;
    let found = nearest(&one, "p", [0.0, 0.0, 1.0], START).await;
    same("a key moves", Some(("north".to_owned(), 0)), found)?;
    let found = nearest(&one, "p", [1.0, 0.0, 0.0], minute).await;
    same(
        "what has ended is not found",
        Some(("north".to_owned(), 1_000)),
        found,
    )?;
    // Somebody empties the server: copies must not outlive what they were made of.
    let client = redis::Client::open(server.url()).map_err(|error| error.to_string())?;
    let mut connection = client
        .get_multiplexed_async_connection()
        .await
        .map_err(|error| error.to_string())?;
    let flush = redis::cmd("FLUSHALL").query_async::<()>(&mut connection).await;
    flush.map_err(|error| error.to_string())?;
    same("emptied", None, nearest(&two, "p", [1.0, 0.0, 0.0], START).await)?;
    one.add("p", "new", vector([1.0, 0.0, 0.0]), hour, START)
        .get()
        .await;
    let found = nearest(&two, "p", [0.0, 0.0, 1.0], START).await;
    same("only what is new", Some(("new".to_owned(), 1_000)), found)
}

async fn many_vectors() -> Result<(), String> {
    let (server, clock) = (Server::start()?, Clock::manual(START));
    let one = server.connect("v", &clock).await?.cache;
    let two = server.connect("v", &clock).await?.cache;
    for at in 0..700u16 {
        let angle = f32::from(at) / 1_000.0;
        let until = START + seconds(if at < 300 { 10 } else { 1_000 });
        let place = vector([angle.cos(), angle.sin(), 0.0]);
        one.add("p", &at.to_string(), place, until, START).get().await;
    }
    let key = async |cache: &redis_state::RedisCache, at: u16, now| {
        let angle = f32::from(at) / 1_000.0;
        let place = vector([angle.cos(), angle.sin(), 0.0]);
        cache
            .nearest("p", place, now)
            .get()
            .await
            .map(|it| it.key.to_string())
    };
    same("an early one", Some("7".to_owned()), key(&two, 7, START).await)?;
    same("a late one", Some("699".to_owned()), key(&two, 699, START).await)?;
    let later = START + seconds(10);
    same(
        "early ones have ended",
        Some("300".to_owned()),
        key(&two, 7, later).await,
    )?;
    // The next entry takes those out of the server that have ended.
    one.add("p", "last", vector([0.0, 0.0, 1.0]), later + seconds(10), later)
        .get()
        .await;
    let fresh = server.connect("v", &clock).await?.cache;
    same(
        "a fresh copy",
        Some("300".to_owned()),
        key(&fresh, 7, START).await,
    )
}
