//! What quotas admit, and when.

use super::*;

// The figure of the backend-pool lab: 1,000 tokens per minute, a prompt of 31 tokens, nine to twelve calls and then a refusal. The
// arithmetic is done again here from the tokens that the answers report.
#[tokio::test]
async fn a_capacity_of_one_serves_nine_to_twelve_calls_of_the_lab() {
    let world = World::lab();
    let characters = SYSTEM.len() + USER.len();
    let estimate = characters.div_ceil(4) as u64 + 16;
    let mut used = 0;
    let mut served = 0;
    let refused = loop {
        let answer = world.post(CLASSIC, &prompt()).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        assert!(used + estimate <= 1_000);
        let usage: ChatResponse = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(usage.usage.prompt_tokens, 31);
        assert!((45..=70).contains(&usage.usage.completion_tokens));
        used += usage.usage.total_tokens;
        served += 1;
    };
    assert!(used + estimate > 1_000);
    assert!((9..=12).contains(&served), "{served} calls");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let entry = world.last();
    assert_eq!(
        (entry.estimate, entry.before),
        (Some(estimate), Some(Level { used, limit: 1_000 }))
    );
    assert_eq!(entry.refused_by, Some(Limiter::Tokens));
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    let millis: u64 = refused.header("retry-after-ms").parse().unwrap();
    assert_eq!(seconds, millis.div_ceil(1_000));
    assert_eq!(
        refused.header("x-ratelimit-reset-tokens"),
        refused.header("retry-after")
    );
    assert_eq!(refused.header("x-ms-region"), "East US");
    let expected = format!(
        "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token \
         rate limit of your current OpenAI S0 pricing tier. Please retry after {seconds} seconds. Please go here: \
         https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."
    );
    assert_eq!(
        refused.json(),
        json!({"error": {"code": "429", "message": expected}})
    );

    world
        .clock
        .serve(world.clock.sleep(Duration::from_millis(millis)))
        .await;
    assert_eq!(world.post(CLASSIC, &prompt()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_provisioned_deployment_spills_over() {
    let mut ptu = deployment("gpt", "gpt-4o", "ProvisionedManaged", 15);
    ptu.spillover = Some("standard".into());
    let standard = deployment("standard", "gpt-4o", "Standard", 10);
    let world = World::new(
        vec![account(vec![ptu, standard])],
        &settings(json!({"auth": "off"})),
        1,
    );
    let mut body = prompt();
    body["max_tokens"] = json!(9_400);
    // One such call fills the bucket of 37,500 beyond its rim, and is admitted whatever it costs.
    let foundry = world.foundry.clone();
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut body = body.clone();
        body["stream"] = json!(true);
        let foundry = foundry.clone();
        held.push(
            world
                .clock
                .serve(async move { foundry.answer(request(CLASSIC, &body)).await.unwrap() })
                .await,
        );
        if held.len() == 1 {
            assert_eq!(held[0].headers()["azure-openai-deployment-utilization"], "100.3%");
        }
    }
    assert_eq!(held[1].headers()["x-ms-spillover-from-deployment"], "gpt");
    assert_eq!(held[1].headers()["x-ms-deployment-name"], "standard");
    assert!(held[1].headers().contains_key("x-ratelimit-limit-tokens"));
    let refused = world.post(CLASSIC, &body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("x-ms-spillover-error")),
        (429, "429")
    );
    assert!(!refused.headers.contains_key("x-ratelimit-limit-tokens"));
    // Both callers leave: what they took is given back but for their prompts.
    drop(held);
    let answer = world.post(CLASSIC, &prompt()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-ms-deployment-name")),
        (200, "gpt")
    );
}

// The vector of foundry.md 4.2.2, over HTTP: calls of 1,000 prompt tokens and `max_tokens` 500.
#[tokio::test]
async fn a_provisioned_deployment_follows_the_published_vector() {
    let ptu = deployment("gpt", "gpt-4o", "ProvisionedManaged", 15);
    let world = World::new(vec![account(vec![ptu])], &settings(json!({"auth": "off"})), 1);
    let text = format!("hello{}", " hello".repeat(992));
    let body = json!({"stream": true, "max_tokens": 500, "messages": [{"role": "user", "content": text}]});
    let mut held = Vec::new();
    for _ in 0..13 {
        let (foundry, request) = (world.foundry.clone(), request(CLASSIC, &body));
        let response = world
            .clock
            .serve(async move { foundry.answer(request).await.unwrap() })
            .await;
        assert_eq!(response.status(), StatusCode::OK);
        held.push(response);
    }
    let last = held.pop().unwrap();
    assert_eq!(last.headers()["azure-openai-deployment-utilization"], "104.0%");
    let refused = world.post(CLASSIC, &body).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            refused.header("retry-after-ms"),
            refused.header("retry-after")
        ),
        (429, "2400", "3")
    );
    assert_eq!(refused.header("azure-openai-deployment-utilization"), "104.0%");
    assert_eq!(world.last().refused_by, Some(Limiter::Utilisation));
    world
        .clock
        .serve(world.clock.sleep(Duration::from_millis(2_399)))
        .await;
    assert_eq!(world.post(CLASSIC, &body).await.status, 429);
    world
        .clock
        .serve(world.clock.sleep(Duration::from_millis(1)))
        .await;
    assert_eq!(world.post(CLASSIC, &body).await.status, 200);
}

fn tokens(answer: &Answer) -> u64 {
    let answer: ChatResponse = serde_json::from_slice(&answer.body).unwrap();
    answer.usage.total_tokens
}

// Six requests a minute, of which refused ones take their share; tokens are charged for answers alone.
#[tokio::test]
async fn a_refused_call_counts_as_a_request_and_not_for_its_tokens() {
    let gpt = deployment("gpt", "gpt-4o-mini", "Standard", 1);
    let knobs = json!({"auth": "off", "deployments": {"gpt": {
        "tokens-per-minute": 300, "requests-per-minute": 6, "window": "fixed", "answer-tokens": [80, 80],
    }}});
    let world = World::new(vec![account(vec![gpt])], &settings(knobs), 1);
    let mut used = 0;
    for _ in 0..2 {
        used += tokens(&world.post(CLASSIC, &prompt()).await);
    }
    let mut large = prompt();
    large["max_tokens"] = json!(250);
    for _ in 0..4 {
        let refused = world.post(CLASSIC, &large).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(world.last().refused_by, Some(Limiter::Tokens));
        let before = world.last().before.unwrap();
        assert_eq!(before.used, used, "a refused call leaves no tokens behind");
    }
    // A small one would fit into the tokens that are left, but six requests have come.
    let small = world.post(CLASSIC, &prompt()).await;
    assert_eq!(small.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(world.last().refused_by, Some(Limiter::Requests));
}

// Requests are counted in slices of ten seconds here, tokens by the minute.
#[tokio::test]
async fn when_both_quotas_are_spent_the_longer_wait_is_told() {
    let gpt = deployment("gpt", "gpt-4o-mini", "Standard", 1);
    let knobs = json!({"auth": "off", "deployments": {"gpt": {
        "tokens-per-minute": 200, "requests-per-minute": 6, "request-slice": 10, "window": "fixed", "answer-tokens": [80, 80],
    }}});
    let world = World::new(vec![account(vec![gpt])], &settings(knobs), 1);
    assert_eq!(world.post(CLASSIC, &prompt()).await.status, StatusCode::OK);
    let mut large = prompt();
    large["max_tokens"] = json!(100);
    let refused = world.post(CLASSIC, &large).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!(
        (11..=60).contains(&seconds),
        "{seconds} is the request slice's wait"
    );
}

// Streamed or whole, the header says what was taken at admission; what was really used shows in the next one.
#[tokio::test]
async fn remaining_tokens_show_the_estimate_of_the_present_call() {
    let world = World::lab();
    let mut streaming = prompt();
    streaming["stream"] = json!(true);
    let estimate = (SYSTEM.len() + USER.len()).div_ceil(4) as u64 + 16;
    let mut used = 0;
    for body in [streaming, prompt(), prompt()] {
        let answer = world.post(CLASSIC, &body).await;
        let left: u64 = answer.header("x-ratelimit-remaining-tokens").parse().unwrap();
        assert_eq!(left, 1_000 - used - estimate);
        let entry = world.last();
        used += entry.prompt_tokens.unwrap() + entry.completion_tokens.unwrap();
    }
}
