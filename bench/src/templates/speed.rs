use crate::process::Apimite;
use crate::service;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const LAB: &str = "fixtures/labs/backend-pool/main.bicep";
const RUNS: usize = 5;

/// From the start with the lab's Bicep to the first answer of a model.
pub(crate) async fn lab(binary: &str) -> Result<(), String> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let apimite = Apimite::start(binary, Path::new(LAB), &["--no-watch"])?;
        let body = r#"{"messages":[{"role":"user","content":"What is a harbour?"}]}"#;
        let request = format!(
            "POST /inference/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21 HTTP/1.1\r\nhost: x\r\n\
             content-type: application/json\r\napi-key: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            apimite.output("key"),
            body.len()
        );
        served(&apimite, &request).await?;
        times.push(apimite.started.elapsed());
    }
    print("the lab's Bicep: first request served", &mut times);
    Ok(())
}

/// From the start with 303 resources to the first answer.
pub(crate) async fn many(binary: &str) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("apimite-bench-many-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    service::many(&folder).map_err(|error| error.to_string())?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let apimite = Apimite::start(binary, &folder, &["--no-watch"])?;
        served(
            &apimite,
            "GET /echo/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        )
        .await?;
        times.push(apimite.started.elapsed());
    }
    print("304 resources: first request served", &mut times);
    std::fs::remove_dir_all(&folder).ok();
    Ok(())
}

async fn served(apimite: &Apimite, request: &str) -> Result<(), String> {
    let exchange = async {
        let mut stream = TcpStream::connect(apimite.address()?)
            .await
            .map_err(|error| error.to_string())?;
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .await
            .map_err(|error| error.to_string())?;
        Ok::<_, String>(answer)
    };
    let answer = exchange.await?;
    match answer.starts_with("HTTP/1.1 200") {
        true => Ok(()),
        false => Err(answer),
    }
}

fn print(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |it| it.as_secs_f64() * 1e3);
    println!(
        "{what} {:.0} ms after the start (median of {}, worst {:.0} ms)",
        milliseconds(times.get(times.len() / 2)),
        times.len(),
        milliseconds(times.last())
    );
}
