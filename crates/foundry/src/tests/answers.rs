//! What callers get: shapes, words, headers.

use super::*;

#[tokio::test]
async fn a_whole_answer_has_the_shape_and_the_headers_of_azure() {
    let world = World::lab();
    let answer = world.post(CLASSIC, &prompt()).await;
    let body = answer.json();
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(body["model"], "gpt-4o-mini-2024-07-18");
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["created"], 1_767_225_600);
    assert_eq!(body["id"].as_str().unwrap().len(), "chatcmpl-".len() + 29);
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["choices"][0]["logprobs"], Value::Null);
    assert_eq!(body["choices"][0]["message"]["role"], "assistant");
    assert_eq!(
        body["choices"][0]["content_filter_results"]["hate"],
        json!({"filtered": false, "severity": "safe"})
    );
    assert_eq!(
        body["prompt_filter_results"][0]["content_filter_results"]["jailbreak"],
        json!({"filtered": false, "detected": false})
    );
    assert_eq!(answer.header("x-ms-deployment-name"), "gpt");
    assert_eq!(answer.header("x-ratelimit-limit-tokens"), "1000");
    assert_eq!(answer.header("x-ratelimit-remaining-requests"), "19");
    assert_eq!(answer.header("x-ms-client-request-id"), "Not-Set");
    assert_eq!(answer.header("content-type"), "application/json");
    // 120 ms to the first token and 3 ms for each further one, on the clock.
    let tokens = body["usage"]["completion_tokens"].as_u64().unwrap();
    assert_eq!(
        world.clock.now(),
        START + Duration::from_millis(120 + 3 * (tokens - 1))
    );
    assert_eq!(answer.header("date"), "Thu, 01 Jan 2026 00:00:00 GMT");
}

#[tokio::test]
async fn a_stream_says_the_same_as_a_whole_answer() {
    let whole: ChatResponse =
        serde_json::from_slice(&World::lab().post(CLASSIC, &prompt()).await.body).unwrap();
    let world = World::lab();
    let mut body = prompt();
    body["stream"] = json!(true);
    body["stream_options"] = json!({"include_usage": true});
    let answer = world.post(CLASSIC, &body).await;
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
    let frames = sse::Reader::new().push(&answer.body);
    assert!(frames.last().unwrap().is_done());
    let raw: Vec<Value> = frames[..frames.len() - 1]
        .iter()
        .map(|it| serde_json::from_str(&it.data).unwrap())
        .collect();
    let chunks: Vec<ChatChunk> = raw
        .iter()
        .map(|it| serde_json::from_value(it.clone()).unwrap())
        .collect();

    assert!(
        chunks[0].choices.is_empty() && chunks[0].id.is_empty() && chunks[0].prompt_filter_results.is_some()
    );
    assert_eq!(
        raw[1]["choices"][0]["delta"],
        json!({"content": "", "refusal": null, "role": "assistant"})
    );
    let (last, rest) = raw.split_last().unwrap();
    assert!(
        rest.iter()
            .all(|chunk| chunk["usage"].is_null() && chunk.get("usage").is_some())
    );
    let usage: Usage = serde_json::from_value(last["usage"].clone()).unwrap();
    assert_eq!((last["choices"].clone(), usage), (json!([]), whole.usage));
    let finish = &raw[raw.len() - 2]["choices"][0];
    assert_eq!(
        (&finish["delta"], &finish["finish_reason"]),
        (&json!({}), &json!("stop"))
    );
    let text: String = chunks
        .iter()
        .flat_map(|chunk| &chunk.choices)
        .filter_map(|choice| choice.delta.content.clone().flatten())
        .collect();
    assert_eq!(Some(text), whole.choices[0].message.content);
    assert_eq!(raw.len() as u64, 4 + whole.usage.completion_tokens);
    assert_eq!(world.last().produced, whole.usage.completion_tokens);
}

#[tokio::test]
async fn tool_calls_stream_in_fragments() {
    let world = World::lab();
    let body = json!({"stream": true, "messages": [{"role": "user", "content": "Weather?"}], "tools": [{"type": "function",
        "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]});
    let answer = world.post(CLASSIC, &body).await;
    let frames = sse::Reader::new().push(&answer.body);
    let chunks: Vec<ChatChunk> = frames[..frames.len() - 1]
        .iter()
        .map(|it| serde_json::from_str(&it.data).unwrap())
        .collect();
    let role: Value = serde_json::from_str(&frames[1].data).unwrap();
    assert_eq!(
        role["choices"][0]["delta"],
        json!({"content": null, "refusal": null, "role": "assistant"})
    );
    let calls: Vec<_> = chunks
        .iter()
        .flat_map(|it| &it.choices)
        .flat_map(|it| &it.delta.tool_calls)
        .collect();
    assert_eq!(calls[0].function.name.as_deref(), Some("weather"));
    assert!(calls[0].id.as_deref().unwrap().starts_with("call_") && calls[1].id.is_none());
    let arguments: String = calls.iter().map(|it| it.function.arguments.as_str()).collect();
    assert!(serde_json::from_str::<Value>(&arguments).unwrap()["city"].is_string());
}

#[tokio::test]
async fn errors_are_worded_as_on_azure() {
    let gpt = deployment("gpt", "gpt-4o-mini", "Standard", 10);
    let world = World::new(vec![account(vec![gpt])], &settings(json!({"keys": ["right"]})), 1);
    let with_key = |path: &str, key: &str, body: &Value| {
        let mut request = request(path, body);
        request.headers_mut().insert("api-key", key.parse().unwrap());
        request
    };
    let none = world.post(CLASSIC, &prompt()).await;
    assert_eq!(none.status, 401);
    assert_eq!(
        none.text(),
        r#"{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired." }"#
    );
    let wrong = world.send(with_key(CLASSIC, "wrong", &prompt())).await.unwrap();
    assert_eq!(
        (wrong.status.as_u16(), &wrong.json()["error"]["code"]),
        (401, &json!("401"))
    );
    for (path, body, status, code) in [
        (CLASSIC, prompt(), 200, Value::Null),
        (
            "/eastus/openai/v1/chat/completions",
            json!({"model": "gpt", "messages": prompt()["messages"]}),
            200,
            Value::Null,
        ),
        (
            "/eastus/openai/deployments/gpt/chat/completions",
            prompt(),
            404,
            json!("404"),
        ),
        ("/nowhere/openai/models", prompt(), 404, json!("404")),
        (
            "/eastus/openai/deployments/no/chat/completions?api-version=2024-10-21",
            prompt(),
            404,
            json!("DeploymentNotFound"),
        ),
        (
            "/eastus/openai/deployments/gpt/embeddings?api-version=2024-10-21",
            prompt(),
            400,
            json!("OperationNotSupported"),
        ),
        (
            "/eastus/openai/v1/chat/completions?api-version=2024-10-21",
            prompt(),
            400,
            json!("BadRequest"),
        ),
        (CLASSIC, json!({"messages": []}), 400, json!("empty_array")),
        (
            CLASSIC,
            json!({"messages": [{"role": "user", "content": 3}]}),
            400,
            Value::Null,
        ),
        (
            CLASSIC,
            json!({"messages": [{"role": "user", "content": "x"}], "response_format": {"type": "json_object"}}),
            400,
            Value::Null,
        ),
    ] {
        let answer = world.send(with_key(path, "right", &body)).await.unwrap();
        let told = answer.json()["error"]["code"].clone();
        assert_eq!(
            (answer.status.as_u16(), told),
            (status, code),
            "{path}: {}",
            answer.text()
        );
        assert!(!answer.headers.contains_key("retry-after"));
        assert!(answer.headers.contains_key("date"));
    }
}

#[tokio::test]
async fn one_seed_repeats_every_byte() {
    let run = |seed: u64| async move {
        let gpt = deployment("gpt", "gpt-4o-mini", "Standard", 1);
        let jitter = json!({"auth": "off", "deployments": {"gpt": {"latency": {"jitter": 0.3}}}});
        let world = World::new(vec![account(vec![gpt])], &settings(jitter), seed);
        let mut all = Vec::new();
        for _ in 0..12 {
            let answer = world.post(CLASSIC, &prompt()).await;
            all.push(format!(
                "{} {:?} {}",
                answer.status,
                answer.headers,
                answer.text()
            ));
        }
        all.push(serde_json::to_string(&world.foundry.journal()).unwrap());
        all
    };
    assert_eq!(run(7).await, run(7).await);
    assert_ne!(run(7).await, run(8).await);
}

#[tokio::test]
async fn hosts_models_and_health_are_served() {
    let world = World::lab();
    let get = |path: &str, host: &str| {
        Request::get(path)
            .header("host", host)
            .body(Body::empty())
            .unwrap()
    };
    let models = world
        .send(get("/openai/v1/models", "eastus.services.ai.azure.com"))
        .await
        .unwrap()
        .json();
    assert_eq!(models["data"][0]["id"], "gpt-4o-mini-2024-07-18");
    let one = get(
        "/eastus/openai/models/gpt-4o-mini-2024-07-18?api-version=2024-10-21",
        "localhost",
    );
    assert_eq!(world.send(one).await.unwrap().json()["object"], "model");
    assert_eq!(
        world.send(get("/health", "localhost")).await.unwrap().json(),
        json!({"status": "ok"})
    );
}

#[tokio::test]
async fn a_reasoning_model_takes_max_completion_tokens_only() {
    let o3 = deployment("gpt", "o3", "Standard", 100);
    let world = World::new(vec![account(vec![o3])], &settings(json!({"auth": "off"})), 1);
    let mut body = prompt();
    body["max_tokens"] = json!(100);
    let refused = world.post(CLASSIC, &body).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let error = &refused.json()["error"];
    assert_eq!(
        (&error["param"], &error["code"]),
        (&json!("max_tokens"), &json!("unsupported_parameter"))
    );
    body = prompt();
    body["max_completion_tokens"] = json!(100);
    assert_eq!(world.post(CLASSIC, &body).await.status, StatusCode::OK);
}
