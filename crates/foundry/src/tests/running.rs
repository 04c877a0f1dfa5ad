//! What happens to calls that do not end well, and what can be changed while all runs.

use super::*;

#[tokio::test]
async fn a_caller_who_leaves_is_journalled_at_the_token_it_left() {
    let world = World::lab();
    let mut body = prompt();
    body["stream"] = json!(true);
    let foundry = world.foundry.clone();
    let partly = async move {
        let mut body = foundry.answer(request(CLASSIC, &body)).await.unwrap().into_body();
        for _ in 0..2 + 5 {
            body.frame().await.unwrap().unwrap();
        }
    };
    world.clock.serve(partly).await;
    let entry = world.last();
    assert_eq!(
        (entry.cancelled_at, entry.produced, entry.status),
        (Some(5), 5, Some(200))
    );
    assert_eq!(
        entry.settled,
        Some(Level {
            used: 31 + 5,
            limit: 1_000
        })
    );

    // The same for an answer that is not streamed: what was due by then. 120 ms, then 3 ms each.
    let (foundry, clock) = (world.foundry.clone(), world.clock.clone());
    let impatient = async move {
        let call = foundry.answer(request(CLASSIC, &prompt()));
        clock
            .timeout(Duration::from_millis(120 + 3 * 3), call)
            .await
            .is_none()
    };
    assert!(world.clock.serve(impatient).await);
    let entry = world.last();
    assert_eq!((entry.cancelled_at, entry.status), (Some(4), None));
}

#[tokio::test]
async fn the_script_of_faults_is_played() {
    let world = World::lab();
    let fault = |value: Value| {
        assert!(
            world
                .foundry
                .set_fault("eastus", serde_json::from_value(value).unwrap())
        )
    };
    fault(json!({"do": "status", "status": 503, "calls": 1}));
    fault(json!({"do": "status", "status": 429, "retry-after": 7, "calls": 1, "headers": {"x-extra": "1"}}));
    fault(json!({"do": "reset", "calls": 1}));
    fault(json!({"do": "cut", "tokens": 3, "calls": 2}));
    let unavailable = world.post(CLASSIC, &prompt()).await;
    assert_eq!(
        unavailable.text(),
        r#"{"error":{"code":"503","message":"Service temporarily unavailable"}}"#
    );
    assert!(!unavailable.headers.contains_key("retry-after"));
    let busy = world.post(CLASSIC, &prompt()).await;
    assert_eq!(
        (
            busy.header("retry-after"),
            busy.header("retry-after-ms"),
            busy.header("x-extra")
        ),
        ("7", "7000", "1")
    );
    assert!(world.send(request(CLASSIC, &prompt())).await.is_err());
    assert_eq!(world.last().fault.as_deref(), Some("reset"));

    let cut = world.post(CLASSIC, &prompt()).await;
    assert!(!cut.whole && cut.status == 200);
    assert!(cut.header("content-length").parse::<usize>().unwrap() > cut.body.len());
    let mut body = prompt();
    body["stream"] = json!(true);
    let cut = world.post(CLASSIC, &body).await;
    assert_eq!(
        (cut.whole, sse::Reader::new().push(&cut.body).len()),
        (false, 2 + 3)
    );
    let entry = world.last();
    assert_eq!(
        (entry.produced, entry.cancelled_at, entry.settled.unwrap().used),
        (3, None, 2 * (31 + 3))
    );
    assert!(world.post(CLASSIC, &prompt()).await.whole);
}

#[tokio::test]
async fn everything_is_read_and_set_over_http() {
    let world = World::lab();
    let control = world.foundry.control();
    let send = |method: &str, path: &str, body: Value| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::from(body.to_string()))
            .unwrap();
        let control = control.clone();
        async move {
            let response = control.oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            (
                status,
                serde_json::from_slice::<Value>(&bytes).unwrap_or(Value::Null),
            )
        }
    };
    world.post(CLASSIC, &prompt()).await;
    let (status, accounts) = send("GET", "/accounts", Value::Null).await;
    assert_eq!(
        (status, &accounts[0]["deployments"][0]["admitted"]),
        (200, &json!(1))
    );
    let used = accounts[0]["deployments"][0]["tokens"]["used"].clone();
    let patch = json!({"deployments": {"gpt": {"tokens-per-minute": 50, "latency": {"first-token": 0, "per-token": 0}}}});
    let (status, account) = send("PATCH", "/accounts/eastus", patch).await;
    assert_eq!(
        (status, &account["deployments"][0]["tokens"]),
        (200, &json!({"used": used, "limit": 50}))
    );
    assert_eq!(world.post(CLASSIC, &prompt()).await.status, 429);
    let (status, mistakes) = send(
        "PATCH",
        "/accounts/eastus/deployments/gpt",
        json!({"window": "wide"}),
    )
    .await;
    assert_eq!((status, mistakes["mistakes"].as_array().unwrap().len()), (400, 1));
    assert_eq!(send("PATCH", "/accounts/no", json!({})).await.0, 404);
    let (status, account) = send(
        "PUT",
        "/accounts/eastus/faults",
        json!([{"do": "delay", "millis": 5}]),
    )
    .await;
    assert_eq!((status, account["faults"].as_array().unwrap().len()), (200, 1));
    assert_eq!(
        send("GET", "/journal", Value::Null)
            .await
            .1
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let (_, accounts) = send("POST", "/reset", Value::Null).await;
    assert_eq!(accounts[0]["deployments"][0]["tokens"]["used"], 0);
    assert_eq!(send("GET", "/journal", Value::Null).await.1, json!([]));
}

#[tokio::test]
async fn a_reload_keeps_counters_of_what_stayed_the_same() {
    let world = World::lab();
    world.post(CLASSIC, &prompt()).await;
    let used = world.foundry.state()[0].deployments[0].tokens.used;
    let same = deployment("gpt", "gpt-4o-mini", "Standard", 1);
    let more = deployment("other", "gpt-4o", "Standard", 2);
    world
        .foundry
        .reload(
            &[account(vec![same.clone(), more])],
            &settings(json!({"auth": "off"})),
        )
        .unwrap();
    assert_eq!(world.foundry.state()[0].deployments[0].tokens.used, used);
    assert_eq!(world.foundry.state()[0].deployments[1].tokens.used, 0);
    let mistakes = world.foundry.reload(&[], &settings(json!({}))).unwrap_err();
    assert_eq!(mistakes.to_string(), "there is no account `eastus`");
    assert_eq!(
        world.foundry.state()[0].deployments.len(),
        2,
        "nothing was changed"
    );
    let bigger = Deployment {
        sku: Sku {
            name: "Standard".into(),
            capacity: 2,
        },
        ..same
    };
    world
        .foundry
        .reload(&[account(vec![bigger])], &settings(json!({"auth": "off"})))
        .unwrap();
    assert_eq!(
        world.foundry.state()[0].deployments[0].tokens,
        Level {
            used: 0,
            limit: 2_000
        }
    );
}

#[tokio::test]
async fn what_was_set_while_running_outlives_a_reload_of_the_same_settings() {
    let world = World::lab();
    let gpt = || vec![account(vec![deployment("gpt", "gpt-4o-mini", "Standard", 1)])];
    let latency = model::LatencySettings {
        first_token: Some(1.0),
        ..Default::default()
    };
    world.foundry.set_latency("eastus", None, latency).unwrap();
    world.foundry.set_fault(
        "eastus",
        serde_json::from_value(json!({"do": "reset", "calls": 1})).unwrap(),
    );
    world
        .foundry
        .reload(&gpt(), &settings(json!({"auth": "off"})))
        .unwrap();
    let state = world.foundry.state();
    assert_eq!(
        (state[0].deployments[0].first_token_ms, state[0].faults.len()),
        (1.0, 1)
    );
    world
        .foundry
        .reload(&gpt(), &settings(json!({"auth": "keys"})))
        .unwrap();
    let state = world.foundry.state();
    assert_eq!(
        (state[0].deployments[0].first_token_ms, state[0].faults.len()),
        (120.0, 0)
    );
}
