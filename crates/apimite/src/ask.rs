use bytes::Bytes;
use clock::Clock;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use wire::{Client, ClientOptions};

/// Asks a control route of a running apimite.
pub(crate) async fn ask(
    method: Method,
    control: &str,
    path: &str,
    body: Option<Value>,
) -> Result<Value, String> {
    let url = format!("{}{path}", control.trim_end_matches('/'));
    let text = body.map(|body| body.to_string()).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(&url)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(text)))
        .map_err(|error| format!("`{control}` is no URL: {error}"))?;
    let client = Client::new(&Clock::real(), ClientOptions::default());
    let response = client.send(request, false).await.map_err(|error| {
        format!("no apimite answers at {control} ({error}); start one with `apimite up`, or say --control")
    })?;
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| format!("{url}: {error}"))?
        .to_bytes();
    let value =
        serde_json::from_slice::<Value>(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
    match status.is_success() {
        true => Ok(value),
        false => {
            let message = value["error"]["message"].as_str().map(str::to_owned);
            Err(message.unwrap_or_else(|| format!("{url} answered {status}")))
        }
    }
}
