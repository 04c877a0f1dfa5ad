//! The shapes beside chat completions: embeddings, responses, model inference.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const EMBEDDINGS: &str = "/eastus/openai/deployments/embed/embeddings?api-version=2024-10-21";
const RESPONSES: &str = "/eastus/openai/v1/responses";

fn world() -> World {
    let deployments = vec![
        deployment("gpt", "gpt-4o-mini", "Standard", 10),
        deployment("thinker", "o3", "Standard", 10),
        deployment("embed", "text-embedding-3-small", "Standard", 1),
        deployment("ada", "text-embedding-ada-002", "Standard", 100),
    ];
    World::new(vec![account(deployments)], &settings(json!({"auth": "off"})), 42)
}

fn vector(answer: &Answer, at: usize) -> Vec<f64> {
    let numbers = answer.json()["data"][at]["embedding"].clone();
    serde_json::from_value(numbers).unwrap()
}

#[tokio::test]
async fn embeddings_are_listed_counted_and_written_in_two_ways() {
    let world = world();
    let texts = ["hello world", "a harbour at night"];
    let floats = world.post(EMBEDDINGS, &json!({"input": texts})).await;
    let body = floats.json();
    assert_eq!((floats.status, &body["object"]), (StatusCode::OK, &json!("list")));
    assert_eq!(body["model"], "text-embedding-3-small-2024-07-18");
    assert_eq!(
        (
            body["data"][1]["object"].clone(),
            body["data"][1]["index"].clone()
        ),
        (json!("embedding"), json!(1))
    );
    let tokens = body["usage"]["prompt_tokens"].as_u64().unwrap();
    assert_eq!(body["usage"]["total_tokens"], tokens);
    assert!(tokens >= 6, "{tokens}");
    assert_eq!(vector(&floats, 0).len(), 1_536);

    let coded = world
        .post(EMBEDDINGS, &json!({"input": texts, "encoding_format": "base64"}))
        .await
        .json();
    let bytes = STANDARD
        .decode(coded["data"][1]["embedding"].as_str().unwrap())
        .unwrap();
    let numbers = bytes
        .chunks(4)
        .map(|it| f32::from_le_bytes([it[0], it[1], it[2], it[3]]));
    let same = numbers
        .zip(vector(&floats, 1))
        .all(|(a, b)| (f64::from(a) - b).abs() < 1e-7);
    assert!(same);

    let short = world
        .post(EMBEDDINGS, &json!({"input": "hello world", "dimensions": 64}))
        .await;
    let short = vector(&short, 0);
    let length: f64 = short.iter().map(|it| it * it).sum();
    assert!(short.len() == 64 && (length - 1.0).abs() < 1e-5);

    // 20 ms and a hundredth of one per token, on the clock; the quota knows what was used.
    let entry = world.last();
    assert_eq!((entry.produced, entry.status), (0, Some(200)));
    assert_eq!(entry.prompt_tokens, Some(2));
    assert!(entry.ended.unwrap() - entry.at >= 20_000_000);
    let level = entry.settled.unwrap();
    assert_eq!(level.used, 2 * tokens + 2);
}

#[tokio::test]
async fn token_numbers_say_what_their_text_says() {
    let world = world();
    let numbers = llm::Encoding::Cl100kBase.encode("hello world");
    let text = world.post(EMBEDDINGS, &json!({"input": "hello world"})).await;
    for input in [json!(numbers), json!([numbers])] {
        let same = world.post(EMBEDDINGS, &json!({"input": input})).await;
        assert_eq!(vector(&same, 0), vector(&text, 0));
        assert_eq!(same.json()["usage"], text.json()["usage"]);
    }
    let elsewhere = world
        .post(
            "/eastus/openai/v1/embeddings",
            &json!({"model": "ada", "input": "hello world"}),
        )
        .await;
    assert_ne!(vector(&elsewhere, 0), vector(&text, 0));
}

#[tokio::test]
async fn what_makes_vectors_does_not_talk() {
    let world = world();
    for (path, body, status, code) in [
        (EMBEDDINGS, json!({}), 400, json!("missing_required_parameter")),
        (EMBEDDINGS, json!({"input": 3}), 400, json!("invalid_type")),
        (EMBEDDINGS, json!({"input": []}), 400, Value::Null),
        (EMBEDDINGS, json!({"input": ""}), 400, Value::Null),
        (
            EMBEDDINGS,
            json!({"input": "a", "dimensions": 0}),
            400,
            json!("invalid_value"),
        ),
        (
            EMBEDDINGS,
            json!({"input": "a", "dimensions": 1537}),
            400,
            json!("invalid_value"),
        ),
        (
            EMBEDDINGS,
            json!({"input": "a", "encoding_format": "hex"}),
            400,
            json!("invalid_value"),
        ),
        (
            "/eastus/openai/v1/embeddings",
            json!({"model": "ada", "input": "a ".repeat(9_000)}),
            400,
            Value::Null,
        ),
        (
            "/eastus/openai/v1/embeddings",
            json!({"model": "ada", "input": "a", "dimensions": 8}),
            400,
            Value::Null,
        ),
        (
            "/eastus/openai/deployments/embed/chat/completions?api-version=2024-10-21",
            prompt(),
            400,
            json!("OperationNotSupported"),
        ),
        (
            RESPONSES,
            json!({"model": "embed", "input": "a"}),
            400,
            json!("OperationNotSupported"),
        ),
        (
            "/eastus/openai/v1/embeddings",
            json!({"model": "gpt", "input": "a"}),
            400,
            json!("OperationNotSupported"),
        ),
        (
            "/eastus/openai/v1/embeddings",
            json!({"model": "no", "input": "a"}),
            404,
            json!("DeploymentNotFound"),
        ),
        (
            "/eastus/models/embeddings",
            json!({"model": "embed", "input": "a"}),
            404,
            json!("404"),
        ),
    ] {
        let answer = world.post(path, &body).await;
        let told = (answer.status.as_u16(), answer.json()["error"]["code"].clone());
        assert_eq!(told, (status, code), "{path} {}", answer.text());
    }
}

#[tokio::test]
async fn a_quota_of_vectors_runs_out_too() {
    let world = world();
    let body = json!({"input": "word ".repeat(600)});
    assert_eq!(world.post(EMBEDDINGS, &body).await.status, StatusCode::OK);
    let refused = world.post(EMBEDDINGS, &body).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.text().contains("Embeddings_Create"), "{}", refused.text());
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(world.last().refused_by, Some(Limiter::Tokens));
}

#[tokio::test]
async fn responses_say_what_a_chat_would() {
    let world = world();
    let chat = world.post(CLASSIC, &prompt()).await.json();
    let input = json!({"model": "gpt", "instructions": SYSTEM, "input": USER, "metadata": {"a": "b"}});
    for path in [
        RESPONSES,
        "/eastus/openai/responses?api-version=2025-04-01-preview",
    ] {
        let body = world.post(path, &input).await.json();
        assert_eq!(
            (body["object"].clone(), body["status"].clone()),
            (json!("response"), json!("completed"))
        );
        assert!(body["id"].as_str().unwrap().starts_with("resp_"));
        assert_eq!(
            (body["model"].clone(), body["store"].clone()),
            (json!("gpt"), json!(true))
        );
        assert_eq!(
            (body["instructions"].clone(), body["metadata"].clone()),
            (json!(SYSTEM), json!({"a": "b"}))
        );
        assert_eq!(
            body["output"][0]["content"][0]["text"],
            chat["choices"][0]["message"]["content"]
        );
        assert_eq!(body["usage"]["input_tokens"], chat["usage"]["prompt_tokens"]);
        assert_eq!(body["usage"]["output_tokens"], chat["usage"]["completion_tokens"]);
        assert_eq!(body["usage"]["total_tokens"], chat["usage"]["total_tokens"]);
    }
    let short = json!({"model": "gpt", "input": USER, "max_output_tokens": 16});
    let body = world.post(RESPONSES, &short).await.json();
    assert_eq!(body["incomplete_details"]["reason"], "max_output_tokens");
    assert_eq!(
        (body["status"].clone(), body["usage"]["output_tokens"].clone()),
        (json!("incomplete"), json!(16))
    );
    let thought = world
        .post(RESPONSES, &json!({"model": "thinker", "input": "x"}))
        .await
        .json();
    assert_eq!(thought["output"][0]["type"], "reasoning");
    assert!(
        thought["usage"]["output_tokens_details"]["reasoning_tokens"]
            .as_u64()
            .unwrap()
            > 0
    );
}

#[tokio::test]
async fn responses_are_kept_fetched_continued_and_deleted() {
    let world = world();
    let first = json!({"model": "gpt", "input": "My name is Ada."});
    let first = world.post(RESPONSES, &first).await.json();
    let id = first["id"].as_str().unwrap();
    let at = |rest: &str| format!("/eastus/openai/v1/responses/{id}{rest}");
    assert_eq!(world.call("GET", &at("")).await.json(), first);
    let items = world.call("GET", &at("/input_items")).await.json();
    assert_eq!(items["data"][0]["content"][0]["text"], "My name is Ada.");
    assert_eq!(
        (&items["first_id"], &items["has_more"]),
        (&items["data"][0]["id"], &json!(false))
    );

    // What was said before is read again, so it counts.
    let next = json!({"model": "gpt", "input": "And mine?", "previous_response_id": id, "store": false});
    let next = world.post(RESPONSES, &next).await.json();
    let tokens = |body: &Value| body["usage"]["input_tokens"].as_u64().unwrap();
    let said = first["usage"]["output_tokens"].as_u64().unwrap();
    assert!(tokens(&next) > tokens(&first) + said);
    assert_eq!(
        (&next["previous_response_id"], &next["store"]),
        (&json!(id), &json!(false))
    );
    let other = next["id"].as_str().unwrap();
    let path = format!("/eastus/openai/v1/responses/{other}");
    assert_eq!(world.call("GET", &path).await.status, StatusCode::NOT_FOUND);

    let gone = world.call("DELETE", &at("")).await.json();
    assert_eq!(gone, json!({"id": id, "object": "response", "deleted": true}));
    assert_eq!(world.call("GET", &at("")).await.status, StatusCode::NOT_FOUND);

    let streamed = events(&world, &json!({"model": "gpt", "input": "x", "stream": true})).await;
    let last = &streamed.last().unwrap()["response"];
    let path = format!("/eastus/openai/v1/responses/{}", last["id"].as_str().unwrap());
    assert_eq!(&world.call("GET", &path).await.json(), last);
}

async fn events(world: &World, body: &Value) -> Vec<Value> {
    let answer = world.post(RESPONSES, body).await;
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
    let frames = sse::Reader::new().push(&answer.body);
    let events: Vec<Value> = frames
        .iter()
        .map(|it| serde_json::from_str(&it.data).unwrap())
        .collect();
    for (number, (event, frame)) in events.iter().zip(&frames).enumerate() {
        assert_eq!(event["sequence_number"], number);
        assert_eq!(event["type"].as_str(), frame.event.as_deref());
    }
    events
}

#[tokio::test]
async fn a_streamed_response_tells_its_story_in_order() {
    let world = world();
    let whole = world
        .post(RESPONSES, &json!({"model": "gpt", "input": USER}))
        .await
        .json();
    let events = events(&world, &json!({"model": "gpt", "input": USER, "stream": true})).await;
    let mut kinds: Vec<&str> = events.iter().filter_map(|it| it["type"].as_str()).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let text: String = events.iter().filter_map(|it| it["delta"].as_str()).collect();
    assert_eq!(text, whole["output"][0]["content"][0]["text"]);
    let last = &events[events.len() - 1]["response"];
    assert_eq!(last["usage"], whole["usage"]);
    assert_eq!(last["output"][0]["content"], whole["output"][0]["content"]);
    assert_eq!(events[0]["response"]["status"], "in_progress");
    assert_eq!(
        world.last().produced,
        last["usage"]["output_tokens"].as_u64().unwrap()
    );
}

#[tokio::test]
async fn a_response_calls_functions() {
    let world = world();
    let body = json!({"model": "gpt", "input": "Weather?", "stream": true, "tools": [{"type": "function", "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]});
    let events = events(&world, &body).await;
    let item = &events[events.len() - 1]["response"]["output"][0];
    assert_eq!(
        (item["type"].clone(), item["name"].clone()),
        (json!("function_call"), json!("weather"))
    );
    let arguments: String = events
        .iter()
        .filter(|it| it["type"] == "response.function_call_arguments.delta")
        .filter_map(|it| it["delta"].as_str())
        .collect();
    assert_eq!(arguments, item["arguments"]);
    let mut answered = body.clone();
    answered["stream"] = json!(false);
    answered["input"] = json!([{"role": "user", "content": "Weather?"}, item,
        {"type": "function_call_output", "call_id": item["call_id"], "output": "rain"}]);
    let answer = world.post(RESPONSES, &answered).await.json();
    assert_eq!(answer["output"][0]["type"], "message");
}

#[tokio::test]
async fn mistakes_of_responses_are_told() {
    let world = world();
    for (path, body, status, code) in [
        (
            RESPONSES,
            json!({"model": "gpt"}),
            400,
            json!("missing_required_parameter"),
        ),
        (
            RESPONSES,
            json!({"model": "gpt", "input": 3}),
            400,
            json!("invalid_type"),
        ),
        (
            RESPONSES,
            json!({"model": "gpt", "input": [{"role": "tool", "content": ""}]}),
            400,
            json!("invalid_value"),
        ),
        (
            RESPONSES,
            json!({"model": "gpt", "input": "a", "max_output_tokens": 3}),
            400,
            json!("integer_below_min_value"),
        ),
        (
            RESPONSES,
            json!({"model": "gpt", "input": "a", "previous_response_id": "resp_1"}),
            400,
            json!("previous_response_not_found"),
        ),
        (
            RESPONSES,
            json!({"model": "gpt", "input": "a", "background": true}),
            400,
            json!("unsupported_parameter"),
        ),
        (
            RESPONSES,
            json!({"model": "no", "input": "a"}),
            400,
            json!("model_not_found"),
        ),
        (
            "/eastus/openai/responses?api-version=2024-10-21",
            json!({"model": "gpt", "input": "a"}),
            400,
            json!("BadRequest"),
        ),
        (
            "/eastus/openai/responses",
            json!({"model": "gpt", "input": "a"}),
            404,
            json!("404"),
        ),
    ] {
        let answer = world.post(path, &body).await;
        let told = (answer.status.as_u16(), answer.json()["error"]["code"].clone());
        assert_eq!(told, (status, code), "{path} {}", answer.text());
    }
    let gone = Request::get("/eastus/openai/v1/responses/resp_1")
        .body(Body::empty())
        .unwrap();
    let gone = world.send(gone).await.unwrap();
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.text().contains("resp_1"));
}

#[tokio::test]
async fn model_inference_talks_and_makes_vectors() {
    let world = world();
    let chat = world.post(CLASSIC, &prompt()).await.json();
    let mut body = prompt();
    body["model"] = json!("gpt");
    let path = "/eastus/models/chat/completions?api-version=2024-05-01-preview";
    let answer = world.post(path, &body).await.json();
    assert_eq!(answer["choices"][0]["message"], chat["choices"][0]["message"]);
    body["stream"] = json!(true);
    let streamed = world.post(path, &body).await;
    assert!(streamed.text().ends_with("data: [DONE]\n\n"));
    let vectors = world
        .post(
            "/eastus/models/embeddings?api-version=2024-05-01-preview",
            &json!({"model": "embed", "input": ["a"]}),
        )
        .await
        .json();
    assert!(vectors["id"].is_string() && vectors["data"][0]["embedding"].is_array());
    let info = Request::get("/eastus/models/info?api-version=2024-05-01-preview&model=embed");
    let info = world
        .send(info.body(Body::empty()).unwrap())
        .await
        .unwrap()
        .json();
    assert_eq!(info["model_type"], "embeddings");
}
