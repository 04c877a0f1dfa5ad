use crate::labs::Ask;
use crate::{Account, Call};
use bytes::Bytes;
use clock::Clock;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use trace::{Outcome, Record};
use wire::{Client, ClientOptions};

/// Where a lab's traffic goes.
#[derive(Debug, Clone)]
pub struct Target {
    /// Base URL of the gateway, such as `http://127.0.0.1:8080`.
    pub gateway: String,
    /// Base URL of the gateway's control routes.
    pub control: String,
    /// Base URLs of the control routes of the mock model servers.
    pub mocks: Vec<String>,
    /// Subscription key.
    pub key: String,
    /// Whether the gateway runs in this process, on the clock that the lab is given.
    pub in_process: bool,
}

/// Why a lab could not go on. A call that fails is no reason: that is a result.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Nobody answered.
    #[error("no answer from {url}: {message}")]
    Unreachable {
        /// What was called.
        url: String,
        /// Transport text.
        message: String,
    },
    /// Somebody answered something else.
    #[error("{url} answered {what}")]
    Unexpected {
        /// What was called.
        url: String,
        /// In a few words.
        what: String,
    },
}

const PATH: &str = "/inference/openai/deployments";
const VERSION: &str = "2024-10-21";

/// How often, and how long apart, a record is asked for that must appear soon.
const PATIENCE: (u32, Duration) = (200, Duration::from_millis(10));

/// The HTTP side of a lab.
pub(crate) struct Remote<'a> {
    target: &'a Target,
    clock: &'a Clock,
    client: Client<Full<Bytes>>,
    /// Number of the last request that the gateway has recorded.
    seen: u64,
}

/// What came back of a call.
struct Answer {
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Bytes,
    cut: bool,
}

impl<'a> Remote<'a> {
    pub(crate) async fn new(target: &'a Target, clock: &'a Clock) -> Result<Remote<'a>, LabError> {
        let client = Client::new(clock, ClientOptions::default());
        let mut remote = Remote {
            target,
            clock,
            client,
            seen: 0,
        };
        remote.seen = remote.latest().await?.map_or(0, |record| record.summary.number);
        Ok(remote)
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.clock
    }

    /// One chat call, and the gateway's record of it.
    pub(crate) async fn call(&mut self, run: u64, ask: &Ask) -> Result<Call, LabError> {
        self.call_with(run, ask, &Extra::default()).await
    }

    /// The same, with what only some labs need.
    pub(crate) async fn call_with(&mut self, run: u64, ask: &Ask, extra: &Extra) -> Result<Call, LabError> {
        let request = self.request(ask, extra);
        let started = self.clock.now();
        let answer = match extra.leave_after {
            Some(wait) => self
                .clock
                .timeout(wait, self.exchange(request))
                .await
                .unwrap_or(Answer::none()),
            None => self.exchange(request).await,
        };
        let millis = self.clock.now().since(started).as_secs_f64() * 1000.0;
        let record = self.next_record().await?;
        Ok(Call {
            run,
            case: extra.case.clone(),
            started,
            millis,
            ..seen(answer, record)
        })
    }

    fn request(&self, ask: &Ask, extra: &Extra) -> Request<Full<Bytes>> {
        let url = format!(
            "{}{PATH}/{}/chat/completions?api-version={VERSION}",
            self.target.gateway.trim_end_matches('/'),
            ask.deployment
        );
        let body = ask.body(extra.stream).to_string();
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        // An address that is no URL fails when it is called, with a message that names it.
        *request.uri_mut() = url.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert("content-type", http::HeaderValue::from_static("application/json"));
        if let Ok(key) = self.target.key.parse() {
            headers.insert("api-key", key);
        }
        if let Some(pool) = extra.pool {
            headers.insert("x-lab-pool", http::HeaderValue::from_static(pool));
        }
        request
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Answer {
        let Ok(response) = self.client.send(request, self.target.in_process).await else {
            return Answer::none();
        };
        let (head, mut body) = response.into_parts();
        let (mut bytes, mut cut) = (Vec::new(), false);
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => bytes.extend(frame.into_data().unwrap_or_default()),
                Err(_) => {
                    cut = true;
                    break;
                }
            }
        }
        Answer {
            status: Some(head.status),
            headers: head.headers,
            body: bytes.into(),
            cut,
        }
    }

    /// The record of the call that was just made. It may be written a moment after the caller has the answer.
    async fn next_record(&mut self) -> Result<Record, LabError> {
        for _ in 0..PATIENCE.0 {
            if let Some(record) = self
                .latest()
                .await?
                .filter(|record| record.summary.number > self.seen)
            {
                self.seen = record.summary.number;
                return Ok(record);
            }
            self.clock.sleep(PATIENCE.1).await;
        }
        let url = format!("{}/requests", self.target.control);
        Err(LabError::Unexpected {
            url,
            what: "without the request that was just made".to_owned(),
        })
    }

    async fn latest(&self) -> Result<Option<Record>, LabError> {
        let url = format!("{}/requests?last=1", self.target.control);
        let mut records: Vec<Record> = self.read(&url).await?;
        Ok(records.pop())
    }

    /// What the mock model servers say of themselves.
    pub(crate) async fn accounts(&self) -> Result<Vec<Account>, LabError> {
        let (mut servers, mut journal) = (Vec::new(), Vec::new());
        for mocks in &self.target.mocks {
            servers.extend(
                self.read::<Vec<crate::account::Server>>(&format!("{mocks}/accounts"))
                    .await?,
            );
            journal.extend(
                self.read::<Vec<crate::account::Entry>>(&format!("{mocks}/journal"))
                    .await?,
            );
        }
        Ok(crate::account::sum_up(&servers, &journal))
    }

    /// Names of the backends whose breaker is open.
    pub(crate) async fn open_breakers(&self) -> Result<Vec<String>, LabError> {
        let backends: Vec<BackendState> = self.read(&format!("{}/backends", self.target.control)).await?;
        Ok(backends
            .into_iter()
            .filter(|it| it.open.is_some())
            .map(|it| it.name)
            .collect())
    }

    /// Closes the breaker of a backend.
    pub(crate) async fn reset_breaker(&self, backend: &str) -> Result<(), LabError> {
        let url = format!("{}/backends/{backend}/reset", self.target.control);
        self.send(Method::POST, &url, None).await.map(drop)
    }

    /// Replaces what goes wrong at an account.
    pub(crate) async fn set_faults(&self, account: &str, faults: &Value) -> Result<(), LabError> {
        for mocks in &self.target.mocks {
            let url = format!("{mocks}/accounts/{account}/faults");
            self.send(Method::PUT, &url, Some(faults)).await?;
        }
        Ok(())
    }

    async fn read<T: DeserializeOwned>(&self, url: &str) -> Result<T, LabError> {
        let value = self.send(Method::GET, url, None).await?;
        serde_json::from_value(value).map_err(|error| LabError::Unexpected {
            url: url.to_owned(),
            what: error.to_string(),
        })
    }

    async fn send(&self, method: Method, url: &str, body: Option<&Value>) -> Result<Value, LabError> {
        let unreachable = |message: String| LabError::Unreachable {
            url: url.to_owned(),
            message,
        };
        let text = body.map(Value::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(text)))
            .map_err(|error| unreachable(error.to_string()))?;
        // The control routes answer without waiting for the clock.
        let response = self
            .client
            .send(request, false)
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let status = response.status();
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|error| unreachable(error.to_string()))?
            .to_bytes();
        if !status.is_success() {
            let what = format!("{status}: {}", String::from_utf8_lossy(&body));
            return Err(LabError::Unexpected {
                url: url.to_owned(),
                what,
            });
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|error| LabError::Unexpected {
            url: url.to_owned(),
            what: format!("no JSON: {error}"),
        })
    }
}

/// What a lab needs of the state of a backend.
#[derive(Debug, Deserialize)]
struct BackendState {
    name: String,
    open: Option<Value>,
}

/// What only some labs need of a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extra {
    pub(crate) case: Option<String>,
    pub(crate) pool: Option<&'static str>,
    pub(crate) stream: bool,
    pub(crate) leave_after: Option<Duration>,
}

impl Answer {
    fn none() -> Answer {
        Answer {
            status: None,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            cut: false,
        }
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    }
}

fn seen(answer: Answer, record: Record) -> Call {
    let good = answer.status == Some(StatusCode::OK);
    let usage = serde_json::from_slice::<Value>(&answer.body)
        .map(|body| body["usage"].clone())
        .unwrap_or_default();
    let tokens = |name: &str| usage[name].as_u64().filter(|_| good).unwrap_or(0);
    let attempts: Vec<_> = record.attempts().cloned().collect();
    let answered = attempts
        .last()
        .filter(|it| matches!(it.outcome, Outcome::Answered { .. }));
    let percent = |text: String| text.trim_end_matches('%').parse().ok();
    Call {
        run: 0,
        case: None,
        started: record.summary.started,
        millis: 0.0,
        status: answer.status.map(|status| status.as_u16()),
        cut: answer.cut,
        region: answer.header("x-ms-region").filter(|_| good),
        backend: answered
            .filter(|_| good)
            .and_then(|it| it.backend.as_deref())
            .map(str::to_owned),
        prompt_tokens: tokens("prompt_tokens"),
        completion_tokens: tokens("completion_tokens"),
        retry_after: answer.header("retry-after"),
        utilization: answer
            .header("azure-openai-deployment-utilization")
            .and_then(percent),
        error: answer.header("x-error-reason"),
        body_bytes: answer.body.len(),
        open: Vec::new(),
        attempts,
    }
}
