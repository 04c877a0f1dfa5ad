//! What leaves this machine under `--offline`: nothing. The control address counts what was asked for.

use super::client::Azure;
use crate::acceptance::{holds, same};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;

/// Hosts that are somebody else's.
const ELSEWHERE: [&str; 4] = [
    "pypi.org",
    "example.org",
    "raw.githubusercontent.com",
    "azure.example",
];

pub(super) async fn counted() -> Result<(), String> {
    let azure = Azure::start().await?;
    azure.service("counted", "counted-apim").await?;
    let before = azure.control("/proxy").await?;
    holds(
        format!("clients of Azure are answered: {before}"),
        before["answered"]["hosts"]["management.azure.com"].as_u64() >= Some(1)
            && before["answered"]["hosts"]["login.microsoftonline.com"].as_u64() >= Some(1),
    )?;
    same(
        "nothing was refused yet",
        0,
        before["refused"]["count"].as_u64().unwrap_or(9),
    )?;
    for host in ELSEWHERE {
        let request = Request::get(format!("https://{host}/"))
            .body(Full::new(Bytes::new()))
            .map_err(|error| error.to_string())?;
        let refused = azure.send(request).await;
        holds(format!("{host}: {refused:?}"), refused.is_err())?;
    }
    let after = azure.control("/proxy").await?;
    let count = |what: &str| after[what]["count"].as_u64().unwrap_or_default();
    same("every one was refused", 4, count("refused"))?;
    for host in ELSEWHERE {
        same(host, Some(1), after["refused"]["hosts"][host].as_u64())?;
    }
    same("nothing was let through", 0, count("tunnelled"))?;
    same(
        "and nothing is missing",
        after["asked"].as_u64(),
        Some(count("answered") + count("tunnelled") + count("refused")),
    )
}
