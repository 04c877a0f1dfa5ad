//! Parameters that choose between tokens, and what is told of the choice.

use super::*;

fn asking(more: Value) -> Value {
    let mut body = prompt();
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn refused(world: &World, more: Value) -> (String, Value, Value) {
    let answer = world.post(CLASSIC, &asking(more)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let error = answer.json()["error"].clone();
    let message = error["message"].as_str().unwrap().to_owned();
    (message, error["param"].clone(), error["code"].clone())
}

#[tokio::test]
async fn numbers_out_of_range_are_refused_by_name() {
    let world = World::lab();
    let rows = [
        (
            json!({"temperature": 9}),
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 9 instead.",
            "decimal_above_max_value",
        ),
        (
            json!({"top_p": -0.5}),
            "Invalid 'top_p': decimal below minimum value. Expected a value >= 0, but got -0.5 instead.",
            "decimal_below_min_value",
        ),
        (
            json!({"n": 0}),
            "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
            "integer_below_min_value",
        ),
        (
            json!({"max_tokens": "many"}),
            "Invalid type for 'max_tokens': expected an integer, but got a string instead.",
            "invalid_type",
        ),
    ];
    for (asked, message, code) in rows {
        let param = asked.as_object().unwrap().keys().next().unwrap().clone();
        let found = refused(&world, asked).await;
        assert_eq!(found, (message.to_owned(), json!(param), json!(code)));
    }
    let alone = refused(&world, json!({"top_logprobs": 2})).await;
    assert_eq!(
        alone.0,
        "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."
    );
    let fine = asking(json!({"temperature": 2, "top_p": 0, "presence_penalty": null, "max_tokens": 5}));
    assert_eq!(world.post(CLASSIC, &fine).await.status, StatusCode::OK);
}

#[tokio::test]
async fn reasoning_models_take_no_choice_of_tokens() {
    let thinker = deployment("gpt", "gpt-5-mini", "GlobalStandard", 100);
    let world = World::new(
        vec![account(vec![thinker])],
        &settings(json!({"auth": "off"})),
        42,
    );
    let rows = [
        (
            json!({"temperature": 0.2}),
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
            "unsupported_value",
        ),
        (
            json!({"top_p": 0.5}),
            "Unsupported parameter: 'top_p' is not supported with this model.",
            "unsupported_parameter",
        ),
        (
            json!({"logprobs": true}),
            "Unsupported parameter: 'logprobs' is not supported with this model.",
            "unsupported_parameter",
        ),
    ];
    for (asked, message, code) in rows {
        let found = refused(&world, asked).await;
        assert_eq!((found.0.as_str(), &found.2), (message, &json!(code)));
    }
    let fine = asking(json!({"temperature": 1, "logprobs": false}));
    assert_eq!(world.post(CLASSIC, &fine).await.status, StatusCode::OK);
}

#[tokio::test]
async fn likelihoods_are_told_token_by_token_whole_and_streamed() {
    let asked = json!({"logprobs": true, "top_logprobs": 3, "max_tokens": 6});
    let whole = World::lab().post(CLASSIC, &asking(asked.clone())).await.json();
    let choice = &whole["choices"][0];
    let entries = choice["logprobs"]["content"].as_array().unwrap();
    assert_eq!(
        entries.len() as u64,
        whole["usage"]["completion_tokens"].as_u64().unwrap()
    );
    let text: String = entries.iter().map(|it| it["token"].as_str().unwrap()).collect();
    assert_eq!(choice["message"]["content"], text);
    for entry in entries {
        let top = entry["top_logprobs"].as_array().unwrap();
        let falling = top.windows(2).all(|pair| {
            pair[0]["logprob"].as_f64() > pair[1]["logprob"].as_f64() && pair[0]["token"] != pair[1]["token"]
        });
        assert!(
            top.len() == 3 && falling && top[0]["token"] == entry["token"],
            "{entry}"
        );
        assert!(entry["logprob"].as_f64().unwrap() < 0.0);
        assert_eq!(entry["bytes"], json!(entry["token"].as_str().unwrap().as_bytes()));
    }

    let mut asked = asking(asked);
    asked["stream"] = json!(true);
    let streamed = World::lab().post(CLASSIC, &asked).await;
    let frames = sse::Reader::new().push(&streamed.body);
    let parts = frames.iter().filter(|frame| !frame.is_done());
    let told: Vec<Value> = parts
        .filter_map(|frame| {
            let chunk: Value = serde_json::from_str(&frame.data).unwrap();
            let content = chunk["choices"][0]["logprobs"]["content"].as_array()?.clone();
            Some(content)
        })
        .flatten()
        .collect();
    assert_eq!(&told, entries);
}
