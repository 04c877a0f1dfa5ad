//! The local issuer, as clients outside this process meet it.

use super::{Binary, holds, same, test};
use crate::Test;
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use std::path::Path;

pub(super) fn tests() -> Vec<Test> {
    vec![test(
        "identity > a client gets its token from the running issuer, and the gateway takes it",
        token,
    )]
}

const API: &str = r#"{"properties":{"path":"orders","displayName":"orders","subscriptionRequired":false,"serviceUrl":"http://localhost:9"}}"#;
const OPENAPI: &str = r#"{"openapi":"3.0.1","info":{"title":"orders","version":"1"},"paths":{"/":{"get":{"operationId":"get","responses":{"200":{"description":"ok"}}}}}}"#;
const POLICY: &str = r#"<policies>
  <inbound>
    <base />
    <validate-azure-ad-token tenant-id="contoso.com">
      <client-application-ids><application-id>me</application-id></client-application-ids>
      <audiences><audience>api://orders</audience></audiences>
    </validate-azure-ad-token>
    <return-response><set-body>in</set-body></return-response>
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>"#;

async fn token() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let api = folder.path().join("apis/orders");
    write(&api.join("apiInformation.json"), API)?;
    write(&api.join("specification.json"), OPENAPI)?;
    write(&api.join("policy.xml"), POLICY)?;
    let path = folder.path().to_string_lossy().into_owned();
    let any = "127.0.0.1:0";
    let running = Binary::build()?.start(&[
        "up",
        &path,
        "--offline",
        "--no-watch",
        "--format",
        "json",
        "--gateway",
        any,
        "--control",
        any,
        "--foundry",
        any,
    ])?;

    let place = format!("{}/contoso.com/oauth2/v2.0/token", running.url("control"));
    let form = "grant_type=client_credentials&client_id=me&client_secret=x&scope=api://orders/.default";
    let request = Request::post(place)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::from(form));
    let (status, answer) = send(request).await?;
    same("the issuer", 200, status)?;
    let answer: Value = serde_json::from_str(&answer).map_err(|error| format!("{answer}: {error}"))?;
    let token = answer["access_token"].as_str().unwrap_or_default();

    let place = format!("{}/orders/", running.url("gateway"));
    let request = |token: &str| {
        Request::get(&place)
            .header("authorization", format!("Bearer {token}"))
            .body(Full::default())
    };
    same(
        "with the token",
        (200, "in".to_owned()),
        send(request(token)).await?,
    )?;
    // One letter of the signature is another.
    let (before, after) = token.split_at(token.len() - 10);
    let letter = if after.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("{before}{letter}{}", &after[1..]);
    let (status, text) = send(request(&changed)).await?;
    same("changed", 401, status)?;
    holds(text.clone(), text.contains("IDX10511"))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().ok_or("no folder")?;
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    std::fs::write(path, text).map_err(|error| error.to_string())
}

async fn send(request: http::Result<Request<Full<bytes::Bytes>>>) -> Result<(u16, String), String> {
    let client = wire::Client::new(&Clock::real(), wire::ClientOptions::default());
    let request = request.map_err(|error| error.to_string())?;
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok((status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}
