use crate::Fault;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `apimite.toml`: what Azure has no word for. Every key is optional, every unknown key an error.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Seed of everything that looks like chance.
    pub seed: Option<u64>,
    /// How time passes.
    pub clock: ClockSettings,
    /// What an APIOps folder does not say about the service itself.
    pub service: ServiceSettings,
    /// The APIOps publisher's override file that is applied, such as `configuration.dev.yaml`.
    pub configuration: Option<String>,
    /// Values of named values, above all of secret ones, by display name.
    pub named_values: IndexMap<String, String>,
    /// Keys of subscriptions, by resource name.
    pub subscriptions: IndexMap<String, SubscriptionSettings>,
    /// Mock model servers, by account name.
    pub accounts: IndexMap<String, AccountSettings>,
    /// Who issues tokens, and to whom.
    pub identity: IdentitySettings,
    /// Connections that `get-authorization-context` finds, by provider and id.
    pub authorizations: IndexMap<String, IndexMap<String, AuthorizationSettings>>,
    /// Certificates of the service, by resource name.
    pub certificates: IndexMap<String, CertificateSettings>,
    /// TLS towards callers and backends.
    pub tls: TlsSettings,
    /// What backends may do beyond what Azure takes today.
    pub backends: BackendSettings,
    /// Bounds on what one request may use.
    pub limits: LimitSettings,
    /// What is recorded.
    pub log: LogSettings,
    /// Where rows of logs and published messages go.
    pub sinks: SinkSettings,
    /// Treats warnings about what Azure refuses at some dates as errors.
    pub strict: bool,
    /// Lets policies run in sections where Azure refuses them.
    pub lenient: bool,
    /// A key that is sent to an API that needs none, and is not valid for it, is denied; Azure's documented behaviour and the default.
    pub ignore_unneeded_keys: bool,
}

/// `[clock]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ClockSettings {
    /// `real`, `manual` or `auto`.
    pub mode: Option<String>,
    /// How many times as fast as the wall clock.
    pub scale: Option<f64>,
    /// RFC 3339 moment at which manual time starts, or from which scaled time counts.
    pub start: Option<String>,
}

/// `[service]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ServiceSettings {
    /// Name of the service.
    pub name: Option<String>,
    /// SKU, such as `BasicV2`.
    pub sku: Option<String>,
    /// Region, such as `westeurope`.
    pub location: Option<String>,
}

/// `[identity]`: the local stand-in for Microsoft Entra ID.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct IdentitySettings {
    /// Id of the tenant that the service and its identities belong to.
    pub tenant: Option<String>,
    /// Base URL that is asked in place of `login.microsoftonline.com` and `sts.windows.net`; the local issuer without.
    pub authority: Option<String>,
    /// Client ids of the user-assigned identities that exist; any without.
    pub user_assigned: Option<Vec<String>>,
    /// The managed identities get no tokens.
    pub unavailable: bool,
    /// Applications that sign in at the local issuer, by client id.
    pub applications: IndexMap<String, ApplicationSettings>,
}

/// `[identity.applications.ID]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ApplicationSettings {
    /// Claims of its tokens, such as `roles`; they go before those that every token has.
    pub claims: Map<String, Value>,
}

/// `[authorizations.PROVIDER.ID]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AuthorizationSettings {
    /// The token; made locally without.
    pub access_token: Option<String>,
    /// What the provider said beside it.
    pub claims: Map<String, Value>,
    /// Why there is none: the connection is in error.
    pub error: Option<String>,
}

/// `[certificates.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CertificateSettings {
    /// File in the folder: PFX, PEM or DER.
    pub file: Option<String>,
    /// The same here: PEM, or base64 of the others.
    pub data: Option<String>,
    /// Password of a PFX file.
    pub password: Option<String>,
}

/// `[tls]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TlsSettings {
    /// File with the gateway's certificate and key; made by the local authority without.
    pub certificate: Option<String>,
    /// Password of that file.
    pub password: Option<String>,
    /// Files with authorities that are trusted besides the public ones, for callers and backends.
    pub authorities: Vec<String>,
    /// Asks every caller for a certificate, also when no policy looks at it.
    pub negotiate_client_certificate: bool,
    /// Header in which a proxy in front hands over the caller's certificate.
    pub client_certificate_header: Option<String>,
}

/// `[backends]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct BackendSettings {
    /// Takes more than one rule in a circuit breaker; each counts for itself.
    pub several_rules: bool,
}

/// `[subscriptions.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SubscriptionSettings {
    /// Primary key.
    pub primary_key: Option<String>,
    /// Secondary key.
    pub secondary_key: Option<String>,
}

/// `[accounts.NAME]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AccountSettings {
    /// `keys+jwt` (default), `keys`, or `off`.
    pub auth: Option<String>,
    /// API keys; made from the seed when absent.
    pub keys: Vec<String>,
    /// What goes wrong, in order.
    pub faults: Vec<Fault>,
    /// Deployments, by name.
    pub deployments: IndexMap<String, DeploymentSettings>,
    /// What Content Safety finds.
    pub safety: Option<SafetySettings>,
}

/// `[accounts.NAME.safety]`: what the account's Content Safety finds in texts.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SafetySettings {
    /// Words, and how harmful they are.
    pub terms: Vec<SafetyTerm>,
    /// Texts that are attacks on a prompt, besides those that it knows.
    pub attacks: Vec<String>,
    /// Texts that blocklists hold, by the list's name, besides those of the resources.
    pub blocklists: IndexMap<String, Vec<String>>,
    /// Whether the words that it knows of itself are forgotten.
    pub only_these: bool,
}

/// A word, and how harmful it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SafetyTerm {
    /// Word or words, in any case.
    pub text: String,
    /// What they are about.
    pub category: SafetyCategory,
    /// From 0 to 7.
    pub severity: u8,
}

/// A category of harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum SafetyCategory {
    /// Hate and unfairness.
    Hate,
    /// Self-harm.
    SelfHarm,
    /// Sexual.
    Sexual,
    /// Violence.
    Violence,
}

/// `[accounts.NAME.deployments.NAME]`: knobs of quota, answer and latency; see foundry.md 4 to 6.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct DeploymentSettings {
    /// Admission preset: `reconciled` (default), `documented`, `measured-2024`, `measured-2026`, `exact`.
    pub estimator: Option<String>,
    /// `fixed` (default), `minute`, `sliding` or `gcra`.
    pub window: Option<String>,
    /// Tokens per minute, instead of capacity times the unit of the model.
    pub tokens_per_minute: Option<u64>,
    /// Requests per minute, instead of the ratio of the model.
    pub requests_per_minute: Option<u64>,
    /// Seconds of the slice in which requests are counted: 1, 10 or 60 (default).
    pub request_slice: Option<u64>,
    /// Body of a 429: `classic`, `named`, `v1`, `bare`.
    pub refusal: Option<String>,
    /// Guess for the answer's length when the request sets none.
    pub default_max_output: Option<u64>,
    /// Seconds of load that equal 100 % utilisation of a provisioned deployment.
    pub burst_window: Option<u64>,
    /// Normalised input tokens per minute of one PTU, for a model that the table does not know.
    pub tokens_per_ptu: Option<u64>,
    /// Shortest and longest answer in tokens.
    pub answer_tokens: Option<[u64; 2]>,
    /// How long answers take.
    pub latency: LatencySettings,
}

/// `latency` of a deployment, all in milliseconds.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LatencySettings {
    /// Time to the first token.
    pub first_token: Option<f64>,
    /// Time per further token.
    pub per_token: Option<f64>,
    /// Spread around both, as a share from 0 to 0.7.
    pub jitter: Option<f64>,
}

/// `[limits]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Bytes of a body that a policy may read or replay.
    pub body_bytes: Option<u64>,
    /// Bytes of the headers of a message.
    pub header_bytes: Option<u64>,
    /// Steps of one expression.
    pub expression_steps: Option<u64>,
    /// Nesting of one expression's calls.
    pub expression_depth: Option<u32>,
    /// Bytes that one expression may allocate.
    pub expression_bytes: Option<u64>,
    /// Bytes of one string or array that an expression makes at once.
    pub expression_item_bytes: Option<u64>,
    /// Elements of one collection of an expression.
    pub expression_elements: Option<u64>,
    /// Seconds of the clock that one expression may take.
    pub expression_seconds: Option<u64>,
    /// Backtracking steps of a regular expression.
    pub regex_backtracks: Option<u64>,
}

/// `[log]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LogSettings {
    /// Requests that the recorder keeps.
    pub keep: Option<usize>,
    /// Shows secrets in traces.
    pub show_secrets: bool,
}

/// `[sinks]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SinkSettings {
    /// File to which JSON lines are appended.
    pub file: Option<String>,
    /// URL to which JSON lines are posted.
    pub endpoint: Option<String>,
    /// Base URL of an OTLP collector, over HTTP.
    pub otlp: Option<String>,
}
