//! Versions of HTTP, connections, and what is kept of a request.

use super::{holds, same, test};
use crate::Test;
use clock::Clock;
use http::Request;
use http_body_util::{BodyExt, Full};
use testkit::{Api, Apimite, Reply, Upstream};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("http > a caller may speak HTTP/2 without TLS", second_version),
        test(
            "http > forward-request may speak HTTP/2 to the backend",
            second_version_behind,
        ),
        test("http > many callers at once", many),
        test("http > an answer to HEAD has no body", head),
        test("http > secrets do not stand in records", secrets),
        test("http > an emoji, a tab and a long header pass", odd_headers),
    ]
}

async fn echo() -> Apimite {
    let api = Api::new("api").path("").open().service_url("http://echo.test");
    Apimite::builder()
        .upstream("echo", Upstream::echo())
        .api(
            api.operation("GET", "/*")
                .operation("POST", "/*")
                .operation("HEAD", "/*"),
        )
        .start()
        .await
}

async fn second_version() -> Result<(), String> {
    let apimite = echo().await;
    let options = wire::ClientOptions {
        version: wire::Version::Two,
        ..wire::ClientOptions::default()
    };
    let client = wire::Client::new(&Clock::real(), options);
    let request = Request::post(format!("{}/a", apimite.url())).body(Full::from("hello"));
    let request = request.map_err(|error| error.to_string())?;
    let response = client
        .send(request, false)
        .await
        .map_err(|error| error.to_string())?;
    same("version", http::Version::HTTP_2, response.version())?;
    same("status", 200, response.status().as_u16())?;
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    same("body", &b"hello"[..], &body)
}

async fn second_version_behind() -> Result<(), String> {
    let api = Api::new("api")
        .path("")
        .open()
        .service_url("http://echo.test")
        .operation("POST", "/*");
    let apimite = Apimite::builder()
        .upstream("echo", Upstream::echo())
        .api(api.backend(r#"<forward-request http-version="2" />"#))
        .start()
        .await;
    let response = apimite.post("/a").body("hello").send().await;
    same(
        "answer",
        (200, "hello".to_owned()),
        (response.status(), response.text()),
    )
}

async fn many() -> Result<(), String> {
    let apimite = echo().await;
    let calls: Vec<_> = (0..200)
        .map(|n| {
            (
                n,
                apimite.post(&format!("/{n}")).body(format!("body {n}")).start(),
            )
        })
        .collect();
    for (n, call) in calls {
        let response = call.answer().await;
        same(
            "answer",
            (200, format!("body {n}")),
            (response.status(), response.text()),
        )?;
    }
    same("calls", 200, apimite.seen("echo").len())
}

async fn head() -> Result<(), String> {
    let api = Api::new("api")
        .path("")
        .open()
        .service_url("http://long.test")
        .operation("HEAD", "/*");
    let apimite = Apimite::builder()
        .upstream(
            "long",
            Upstream::always(Reply::status(200).header("content-length", "5")),
        )
        .api(api)
        .start()
        .await;
    let response = apimite.call("HEAD", "/a").send().await;
    same("status", 200, response.status())?;
    holds("a body", response.body().is_empty())
}

async fn secrets() -> Result<(), String> {
    let api = Api::new("api")
        .path("")
        .service_url("http://echo.test")
        .operation("GET", "/*");
    let apimite = Apimite::builder()
        .upstream("echo", Upstream::echo())
        .service(|service| {
            service.named_values.push(model::NamedValue {
                name: "hidden".into(),
                display_name: "hidden".into(),
                value: Some("a-very-secret-value".into()),
                secret: true,
                key_vault: None,
            });
        })
        .api(api.inbound(
            r#"<set-variable name="x" value="{{hidden}}" />
               <set-variable name="y" value="@("got " + (string)context.Variables["x"])" />
               <set-header name="x-secret"><value>@((string)context.Variables["y"])</value></set-header>"#,
        ))
        .start()
        .await;
    let key = apimite.key("master");
    same(
        "status",
        200,
        apimite
            .get(&format!("/a?subscription-key={key}"))
            .send()
            .await
            .status(),
    )?;
    let seen = apimite.seen("echo");
    let sent = seen
        .first()
        .and_then(|seen| seen.headers.get("x-secret"))
        .and_then(|value| value.to_str().ok());
    same("sent", Some("got a-very-secret-value"), sent)?;
    let record = apimite.last().ok_or("no record")?;
    let text = serde_json::to_string(&record).map_err(|error| error.to_string())?;
    holds(
        format!("the named value stands in {text}"),
        !text.contains("a-very-secret-value"),
    )?;
    holds(
        format!("the key stands in {}", record.summary.path),
        !record.summary.path.contains(&key),
    )
}

async fn odd_headers() -> Result<(), String> {
    let apimite = echo().await;
    let long = "x".repeat(8_000);
    for value in ["a\tb", "grüße 😀", long.as_str(), ""] {
        let response = apimite.get("/").header("x-odd", value).send().await;
        same("status", 200, response.status())?;
        let seen = apimite.seen("echo");
        let got = seen
            .last()
            .and_then(|seen| seen.headers.get("x-odd"))
            .map(http::HeaderValue::as_bytes);
        same("value", Some(value.as_bytes()), got)?;
    }
    Ok(())
}
