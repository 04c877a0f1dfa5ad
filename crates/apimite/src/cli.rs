//! What may be written on the command line.

use crate::timing::ClockChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use redis_state::Place;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A local Azure API Management: policies, backend pools and circuit breakers, in front of mock model servers whose quotas
/// really run out.
#[derive(Debug, Parser)]
#[command(name = "apimite", version, propagate_version = true)]
pub(crate) struct Cli {
    /// More to read on the standard error output; twice for still more. RUST_LOG overrides it.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a built-in lab and judge it.
    Lab(Box<Lab>),
    /// Serve what a folder, a Bicep file or an ARM template describes.
    Up(Box<Up>),
    /// Serve only the mock model servers that a folder describes.
    Foundry(Foundry),
    /// Say what is wrong with policy documents and service folders.
    Check(Check),
    /// Print the settings with which `az`, SDKs and notebooks find the management plane of `apimite up`.
    Env(Env),
    /// Evaluate a policy expression.
    Eval(Eval),
    /// Compile Bicep, with the arguments of the `bicep` tool.
    Bicep(Bicep),
    /// Show or move the clock of a running apimite.
    Clock(ClockArgs),
    /// Show the walk of a request through a running apimite.
    Trace(Trace),
    /// Tell what this version supports: policies, members of expressions, behaviours.
    Support(crate::support::Support),
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON value a line.
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    apimite lab list\n  \
    apimite lab backend-pool\n  \
    apimite lab ptu --clock manual --report ptu.html\n  \
    apimite lab run labs/backend-pool-load-balancing/backend-pool-load-balancing.ipynb")]
pub(crate) struct Lab {
    /// Name of the lab, `list`, or `run` for a notebook.
    #[arg(default_value = "list")]
    pub(crate) name: String,
    /// With `run`: a Jupyter notebook, run against the management plane of the `apimite up` that runs here. It fails where a cell
    /// fails or prints an error, or where what came is not what is known of the notebook. Quotas are full and breakers closed when it
    /// begins. `--report` says where the executed notebook goes.
    #[arg(value_name = "NOTEBOOK")]
    pub(crate) notebook: Option<PathBuf>,
    /// Keeps what came of the notebook in this file, from which `apimite support labs` makes a page.
    #[arg(long, value_name = "FILE", requires = "notebook")]
    pub(crate) record: Option<PathBuf>,
    /// How long one cell of the notebook may take.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = crate::timing::duration)]
    pub(crate) cell_timeout: Duration,
    /// Calls to send; the lab's own number by default.
    #[arg(long)]
    pub(crate) runs: Option<u64>,
    /// Pause between calls, such as `100ms`; the lab's own by default.
    #[arg(long, value_parser = crate::timing::duration)]
    pub(crate) interval: Option<Duration>,
    /// Writes the report here.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Keeps serving after the last call.
    #[arg(long)]
    pub(crate) serve: bool,
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) run: Run,
    #[command(flatten)]
    pub(crate) addresses: LabAddresses,
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// Sends the traffic to a gateway that runs already, instead of starting one; needs --key and --control-url.
    #[arg(
        long,
        value_name = "URL",
        requires = "key",
        requires = "control_url",
        conflicts_with = "serve"
    )]
    pub(crate) gateway_url: Option<String>,
    /// Control address of that gateway.
    #[arg(long, value_name = "URL")]
    pub(crate) control_url: Option<String>,
    /// Control routes of the mock model servers behind it, once for each process.
    #[arg(long, value_name = "URL")]
    pub(crate) mocks_url: Vec<String>,
    /// Subscription key for that gateway.
    #[arg(long)]
    pub(crate) key: Option<String>,
}

/// Clock and chance.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// `real`, `manual`, `auto`, or a factor such as `60x`. In a lab, `manual` moves by itself whenever everything waits.
    #[arg(long, value_parser = crate::timing::choice)]
    pub(crate) clock: Option<ClockChoice>,
    /// RFC 3339 moment at which manual time starts, or from which scaled time counts.
    #[arg(long, value_name = "MOMENT")]
    pub(crate) epoch: Option<String>,
    /// Seed of everything that looks like chance; 42 unless the folder says otherwise.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

/// Where a gateway keeps what outlives a request.
#[derive(Debug, Args)]
pub(crate) struct Kept {
    /// Keeps counters of limits and quotas, and the external cache, in the Redis or Valkey at
    /// `redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, or `rediss://` over TLS: gateways that name the same one share them. In memory by
    /// default.
    #[arg(long, value_name = "URL")]
    pub(crate) state: Option<Place>,
    /// File with the authorities (PEM) of which one has signed the certificate of that server. The public ones by default.
    #[arg(long, value_name = "FILE", requires = "state")]
    pub(crate) state_ca: Option<PathBuf>,
}

/// Where a lab listens: any free port unless said otherwise.
#[derive(Debug, Args)]
pub(crate) struct LabAddresses {
    /// Address of the gateway.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) gateway: SocketAddr,
    /// Address of the control routes.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) control: SocketAddr,
    /// Address of the mock model servers.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) foundry: SocketAddr,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    apimite up ./service\n  \
    apimite up lab:backend-pool --clock 60x\n  \
    apimite up main.bicep --parameters params.json\n  \
    apimite up ./service --foundry http://mocks:8082 --gateway 0.0.0.0:8080\n  \
    apimite up ./service --state redis://localhost:6379")]
pub(crate) struct Up {
    /// APIOps folder, `lab:NAME`, or templates that deploy a service: Bicep, ARM JSON, a Bicep parameter file, or a folder with a
    /// `main.bicep`. Without any there is nothing yet, and the management plane is where it is deployed to.
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// Values of the templates' parameters: a parameter file, or NAME=VALUE; may be repeated.
    #[arg(long, short, value_name = "FILE|NAME=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// Resource group that templates are deployed to.
    #[arg(long, short = 'g', value_name = "NAME", default_value = "apimite")]
    pub(crate) resource_group: String,
    /// Region of the resource group.
    #[arg(long, short, value_name = "REGION", default_value = "eastus")]
    pub(crate) location: String,
    /// Keeps what templates deployed in this folder, and begins with what it holds.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// Only says what the templates would deploy.
    #[arg(long)]
    pub(crate) what_if: bool,
    /// Address of the gateway; port 0 for any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) gateway: SocketAddr,
    /// Address of the control routes.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub(crate) control: SocketAddr,
    /// Address of the gateway with TLS; port 0 for any free one. None by default.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) tls: Option<SocketAddr>,
    /// Address of the management plane, TLS and proxy in one; 127.0.0.1:8443 unless said otherwise, port 0 for any free one. It is there
    /// with this, or without any PATH.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, require_equals = true, default_missing_value = crate::management::ADDRESS)]
    pub(crate) arm: Option<SocketAddr>,
    /// Folder of the local certificate authority and of the settings of clients; below the user's state folder unless APIMITE_HOME says
    /// otherwise.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,
    /// Address of the mock model servers [default: 127.0.0.1:8082], or where they run already: a URL for all
    /// accounts, or ACCOUNT=URL, repeated.
    #[arg(long, value_name = "ADDRESS|URL")]
    pub(crate) foundry: Vec<String>,
    /// Starts no mock model servers.
    #[arg(long, conflicts_with = "foundry")]
    pub(crate) no_foundry: bool,
    /// Names under which the control routes may be called, besides localhost and IP addresses.
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// Refuses calls to hosts that are neither a mock nor loopback.
    #[arg(long)]
    pub(crate) offline: bool,
    /// Treats warnings about what Azure refuses at some dates as errors.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Lets policies run in sections where Azure refuses them.
    #[arg(long)]
    pub(crate) lenient: bool,
    /// Records every policy of a walk and the value of every expression, not only decisions and attempts.
    #[arg(long)]
    pub(crate) full_trace: bool,
    /// Does not watch the folder for changes.
    #[arg(long)]
    pub(crate) no_watch: bool,
    /// How results are written; with `json` the first line holds addresses and keys.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    apimite foundry ./service --account foundry1 --listen 0.0.0.0:8082")]
pub(crate) struct Foundry {
    /// APIOps folder, or `lab:NAME`.
    pub(crate) path: String,
    /// Serves only this account; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Vec<String>,
    /// Address of the mock model servers; port 0 for any free one.
    #[arg(
        long,
        alias = "foundry",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8082"
    )]
    pub(crate) listen: SocketAddr,
    /// Address of the control routes.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    pub(crate) control: SocketAddr,
    /// Names under which the control routes may be called, besides localhost and IP addresses.
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,
    /// How results are written; with `json` the first line holds the addresses.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// How the results of `check` are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON value a line.
    Json,
    /// For code scanning: a SARIF 2.1.0 log.
    Sarif,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    apimite check policies/failover-pool.xml\n  \
    apimite check ./service --format json")]
pub(crate) struct Check {
    /// Policy documents, fragments, folders of them, service folders, or `lab:NAME`.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// Treats warnings about what Azure refuses at some dates as errors.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Lets policies run in sections where Azure refuses them.
    #[arg(long)]
    pub(crate) lenient: bool,
    /// How results are written; with `json` one line per document.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: CheckFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    eval \"$(apimite env)\"\n  \
    eval \"$(apimite env --undo)\"\n  \
    apimite env --shell powershell | Out-String | Invoke-Expression")]
pub(crate) struct Env {
    /// Takes the settings back.
    #[arg(long)]
    pub(crate) undo: bool,
    /// The shell that reads it; guessed from SHELL.
    #[arg(long, value_enum)]
    pub(crate) shell: Option<crate::environment::Shell>,
    /// Folder of the settings; that of the running apimite, or below the user's state folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// Address of the management plane; that of the running apimite, or 127.0.0.1:8443.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) arm: Option<SocketAddr>,
    /// Control address of the running apimite.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8081")]
    pub(crate) control: String,
    /// Seed of the running apimite, if it was given one.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  apimite eval '@(1 + 1)'\nMore, and what a context holds, with --help.",
    after_long_help = crate::eval::HELP
)]
pub(crate) struct Eval {
    /// The expression: `@(...)`, `@{...}`, or without either.
    #[arg(required_unless_present = "batch")]
    pub(crate) expression: Option<String>,
    /// What the expression sees, as JSON text or as the path of a JSON file.
    #[arg(long, value_name = "JSON|FILE")]
    pub(crate) context: Option<String>,
    /// Evaluates each line of a file, `{"id","text","context"}`; `-` for the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["expression", "context"])]
    pub(crate) batch: Option<PathBuf>,
    /// The present moment for the expression, RFC 3339; the wall clock's by default.
    #[arg(long, value_name = "MOMENT")]
    pub(crate) now: Option<String>,
    /// Seed of `Guid.NewGuid()` and `new Random()`.
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    /// How the result is written; a batch is always written as JSON.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(
    disable_version_flag = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  \
    apimite bicep build --stdout main.bicep\n  \
    apimite bicep build-params main.bicepparam --stdout\n\
    Called under the name `bicep`, the program is that tool."
)]
pub(crate) struct Bicep {
    /// Says which version of Bicep is understood.
    #[arg(long, short = 'V', alias = "v")]
    pub(crate) version: bool,
    #[command(subcommand)]
    pub(crate) action: Option<BicepAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BicepAction {
    /// Write the ARM template of a Bicep file.
    Build(BicepBuild),
    /// Write the JSON of a Bicep parameter file.
    BuildParams(BicepBuildParams),
    /// Say what is wrong with a Bicep file.
    Lint {
        /// The file.
        file: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BicepBuild {
    /// The file.
    pub(crate) file: String,
    /// Writes to the standard output instead of a file beside the source.
    #[arg(long, conflicts_with_all = ["outfile", "outdir"])]
    pub(crate) stdout: bool,
    /// Writes to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) outfile: Option<PathBuf>,
    /// Writes into this folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "outfile")]
    pub(crate) outdir: Option<PathBuf>,
    /// Has no effect: nothing is ever fetched.
    #[arg(long)]
    pub(crate) no_restore: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BicepBuildParams {
    /// The file.
    pub(crate) file: String,
    /// Writes to the standard output, together with the template.
    #[arg(long, conflicts_with = "outfile")]
    pub(crate) stdout: bool,
    /// Writes to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) outfile: Option<PathBuf>,
    /// The template, instead of the one that the file names.
    #[arg(long, value_name = "FILE")]
    pub(crate) bicep_file: Option<String>,
    /// Has no effect: nothing is ever fetched.
    #[arg(long)]
    pub(crate) no_restore: bool,
}

/// The address of a running apimite.
#[derive(Debug, Args)]
pub(crate) struct Running {
    /// Control address of the running apimite.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8081",
        global = true
    )]
    pub(crate) control: String,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t, global = true)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    apimite clock\n  \
    apimite clock advance 1m\n  \
    apimite clock scale 60")]
pub(crate) struct ClockArgs {
    #[command(subcommand)]
    pub(crate) action: Option<ClockAction>,
    #[command(flatten)]
    pub(crate) running: Running,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ClockAction {
    /// Show time and mode.
    Show,
    /// Move manual time forward.
    Advance {
        /// Such as `90s`, `500ms`, `1m`, `PT1M`.
        #[arg(value_parser = crate::timing::duration)]
        by: Duration,
    },
    /// Change the speed of a real or scaled clock.
    Scale {
        /// How many times as fast as the wall clock.
        factor: f64,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    apimite trace --last\n  \
    apimite trace 17")]
pub(crate) struct Trace {
    /// Number or request id.
    #[arg(required_unless_present = "last")]
    pub(crate) id: Option<String>,
    /// The last request.
    #[arg(long, conflicts_with = "id")]
    pub(crate) last: bool,
    #[command(flatten)]
    pub(crate) running: Running,
}
