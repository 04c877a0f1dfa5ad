use serde::{Deserialize, Deserializer};

/// `diagnostics/{name}`, of the service or of one API: what is logged, and how much of it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Where rows go in Azure.
    pub kind: DiagnosticKind,
    /// The API that it is about; all without one.
    pub api: Option<String>,
    /// `alwaysLog: allErrors`.
    pub always_log_errors: bool,
    /// Percentage of requests that are logged.
    pub sampling: f64,
    /// Least severity of `trace` messages.
    pub verbosity: String,
    /// Whether the caller's address is shown.
    pub log_client_ip: bool,
    /// Whether custom metrics are emitted.
    pub metrics: bool,
    /// `largeLanguageModel.logs: enabled`.
    pub llm: bool,
    /// What is logged of the caller's side.
    pub frontend: SideLog,
    /// What is logged of the backend's side.
    pub backend: SideLog,
}

/// The two kinds of diagnostics that the gateway knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiagnosticKind {
    /// `azuremonitor`.
    AzureMonitor,
    /// `applicationinsights`.
    ApplicationInsights,
}

/// `frontend` or `backend` of a diagnostic.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SideLog {
    /// The request.
    #[serde(deserialize_with = "null_is_default")]
    pub request: MessageLog,
    /// The response.
    #[serde(deserialize_with = "null_is_default")]
    pub response: MessageLog,
}

/// What is logged of one message.
#[derive(Debug, Clone, Default)]
pub struct MessageLog {
    /// Headers that are logged.
    pub headers: Vec<String>,
    /// Bytes of the body, 8192 at most.
    pub body_bytes: usize,
    /// Headers that are masked or hidden.
    pub masked_headers: Vec<MaskedHeader>,
}

/// `dataMasking.headers`.
#[derive(Debug, Clone)]
pub struct MaskedHeader {
    /// Name.
    pub name: String,
    /// `Hide` leaves it out; `Mask` shows stars.
    pub hides: bool,
}

/// Bytes of a body that a row may hold (documented).
const MOST: usize = 8192;

impl<'de> Deserialize<'de> for MessageLog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MessageLog, D::Error> {
        let raw = RawMessage::deserialize(deserializer)?;
        let masked = raw.data_masking.unwrap_or_default().headers.unwrap_or_default();
        Ok(MessageLog {
            headers: raw.headers.unwrap_or_default(),
            body_bytes: raw.body.and_then(|it| it.bytes).unwrap_or(0).min(MOST),
            masked_headers: masked
                .into_iter()
                .map(|it| MaskedHeader {
                    hides: it.mode.eq_ignore_ascii_case("hide"),
                    name: it.value,
                })
                .collect(),
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawMessage {
    headers: Option<Vec<String>>,
    body: Option<RawBody>,
    data_masking: Option<RawMasking>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawBody {
    bytes: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMasking {
    headers: Option<Vec<RawMask>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawMask {
    value: String,
    mode: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawDiagnostic {
    always_log: Option<String>,
    sampling: Option<RawSampling>,
    verbosity: Option<String>,
    log_client_ip: Option<bool>,
    metrics: Option<bool>,
    large_language_model: Option<RawModel>,
    frontend: Option<SideLog>,
    backend: Option<SideLog>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSampling {
    percentage: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawModel {
    logs: Option<String>,
}

impl Diagnostic {
    /// A diagnostic from the `properties` of its resource; `None` for a name that the gateway does not know.
    pub fn from_properties<'de, D: Deserializer<'de>>(
        name: &str,
        api: Option<String>,
        properties: D,
    ) -> Result<Option<Diagnostic>, D::Error> {
        let kind = match name.to_ascii_lowercase().as_str() {
            "azuremonitor" => DiagnosticKind::AzureMonitor,
            "applicationinsights" => DiagnosticKind::ApplicationInsights,
            _ => return Ok(None),
        };
        let raw = RawDiagnostic::deserialize(properties)?;
        let enabled = |text: Option<String>| text.is_some_and(|it| it.eq_ignore_ascii_case("enabled"));
        Ok(Some(Diagnostic {
            kind,
            api,
            always_log_errors: raw
                .always_log
                .is_some_and(|it| it.eq_ignore_ascii_case("allErrors")),
            sampling: raw.sampling.and_then(|it| it.percentage).unwrap_or(100.0),
            verbosity: raw
                .verbosity
                .unwrap_or_else(|| "information".into())
                .to_ascii_lowercase(),
            log_client_ip: raw.log_client_ip.unwrap_or(false),
            metrics: raw.metrics.unwrap_or(false),
            llm: enabled(raw.large_language_model.unwrap_or_default().logs),
            frontend: raw.frontend.unwrap_or_default(),
            backend: raw.backend.unwrap_or_default(),
        }))
    }
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
