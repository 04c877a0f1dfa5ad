//! What quotas admit, and when.

use super::*;

// The figure of the backend-pool lab: 1,000 tokens per minute, a prompt of 31 tokens, nine calls and then a refusal. The
// arithmetic is done again here from the tokens that the answers report.
#[tokio::test]
async fn a_capacity_of_one_serves_nine_calls_of_the_lab() {
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
        assert!((72..=88).contains(&usage.usage.completion_tokens));
        used += usage.usage.total_tokens;
        served += 1;
    };
    assert!(used + estimate > 1_000);
    assert_eq!(served, 9);
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
