use crate::place::Place;
use crate::trouble::Trouble;
use arc_swap::ArcSwapOption;
use clock::{Clock, Mode};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, PushInfo, PushKind, RedisError, ScriptInvocation,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

/// How long an answer may take before the server counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(1);
/// Pauses between two attempts to connect.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
];
/// A connection that broke sooner is not renewed at once: nobody wants to read of it over and over.
const STEADY: Duration = Duration::from_secs(5);

const MEANWHILE: &str = "this gateway counts for itself and its external cache is empty";

/// The one connection to a server, shared by all requests of a gateway. A task renews it when it breaks; until then there is none,
/// and nobody waits for it.
#[derive(Debug)]
pub(crate) struct Link {
    inner: Arc<Inner>,
    keeper: AbortHandle,
}

#[derive(Debug)]
struct Inner {
    place: Place,
    clock: Clock,
    current: ArcSwapOption<Line>,
    broken: UnboundedSender<Broken>,
    /// The server has complained, and has kept nothing since.
    has_complained: AtomicBool,
}

/// What is asked of a server: one that is full still lets itself be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Writes,
}

/// A connection, and which it is.
#[derive(Debug)]
struct Line {
    connection: MultiplexedConnection,
    number: u64,
}

/// A connection that broke, and why.
struct Broken {
    number: u64,
    why: String,
}

impl Link {
    /// Connects, or says that the server is not there and goes on trying. One that can never be used is an error.
    pub(crate) async fn open(place: &Place, clock: &Clock) -> Result<Link, Trouble> {
        let (broken, told) = unbounded_channel();
        let inner = Arc::new(Inner {
            place: place.clone(),
            clock: clock.clone(),
            current: ArcSwapOption::empty(),
            broken,
            has_complained: AtomicBool::new(false),
        });
        let first = inner.connect(0).await;
        let is_there = match first {
            Ok(line) => {
                inner.current.store(Some(Arc::new(line)));
                true
            }
            Err(why @ Trouble::Cluster) => return Err(why),
            Err(why) => {
                inner.say_gone(&why.to_string());
                false
            }
        };
        let keeper = tokio::spawn(keep(inner.clone(), told, is_there)).abort_handle();
        Ok(Link { inner, keeper })
    }

    /// Whether there is a server to ask.
    pub(crate) fn is_up(&self) -> bool {
        self.inner.current.load().is_some()
    }

    /// Asks the server. `None` when it is not there, or does not do what it is asked: that is said once.
    pub(crate) async fn ask<T: FromRedisValue>(&self, effect: Effect, command: &Cmd) -> Option<T> {
        let line = self.inner.current.load_full()?;
        let answer = command.query_async(&mut line.connection.clone()).await;
        self.inner.judge(line.number, effect, answer)
    }

    /// Runs a script in the server. `None` as above.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        effect: Effect,
        script: &ScriptInvocation<'_>,
    ) -> Option<T> {
        let line = self.inner.current.load_full()?;
        let answer = script.invoke_async(&mut line.connection.clone()).await;
        self.inner.judge(line.number, effect, answer)
    }

    /// By which factor and how many milliseconds longer than needed a key is kept: the server clears away by its own time, and
    /// entries end on ours, which may be slower or stand still.
    pub(crate) fn spare(&self) -> (f64, u64) {
        const MINUTE: u64 = 60_000;
        match self.inner.clock.mode() {
            Mode::Real => (1.0, MINUTE),
            Mode::Scaled(factor) => ((1.0 / factor).max(1.0), MINUTE),
            Mode::Manual | Mode::Auto => (1.0, 24 * 60 * MINUTE),
        }
    }

    /// Milliseconds after which the server may clear away what ends in `left`.
    pub(crate) fn expiry(&self, left: Duration) -> u64 {
        // A hundred years.
        const LONGEST: f64 = 3e12;
        let (stretch, margin) = self.spare();
        ((left.as_secs_f64() * 1e3 * stretch).min(LONGEST) as u64).saturating_add(margin)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Inner {
    async fn connect(&self, number: u64) -> Result<Line, Trouble> {
        let broken = self.broken.clone();
        let gone = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                let why = "the server closed the connection".to_owned();
                // See below.
                let _ = broken.send(Broken { number, why });
            }
            Ok::<_, redis::aio::SendError>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(PATIENCE))
            .set_pipeline_buffer_size(1_024)
            .set_push_sender(gone);
        let client = &self.place.client;
        let mut connection = client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        let mut question = redis::cmd("INFO");
        // A server that does not tell is taken as it is.
        let facts: Result<String, RedisError> = question.arg("cluster").query_async(&mut connection).await;
        match facts {
            Ok(facts) if facts.contains("cluster_enabled:1") => Err(Trouble::Cluster),
            _ => Ok(Line { connection, number }),
        }
    }

    fn judge<T>(&self, number: u64, effect: Effect, answer: Result<T, RedisError>) -> Option<T> {
        let error = match answer {
            Ok(answer) => {
                // Written only when it changes: every request comes by here.
                if effect == Effect::Writes && self.has_complained.load(Ordering::Relaxed) {
                    self.has_complained.store(false, Ordering::Relaxed);
                }
                return Some(answer);
            }
            Err(error) => error,
        };
        // What the server answers itself another connection would not change.
        if error.is_io_error() || error.kind() == ErrorKind::Parse {
            let why = error.to_string();
            // Whoever listened has gone, and with it the need to know.
            let _ = self.broken.send(Broken { number, why });
        } else if !self.has_complained.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "the state at {} is there but cannot be used: {error}; until it can, {MEANWHILE}",
                self.place
            );
        }
        None
    }

    fn say_gone(&self, why: &str) {
        tracing::warn!(
            "the state at {} cannot be reached: {why}; until it can, {MEANWHILE}",
            self.place
        );
    }
}

// Renews the connection for as long as the link is held.
async fn keep(inner: Arc<Inner>, mut told: UnboundedReceiver<Broken>, mut is_there: bool) {
    // Attempts are made in the time of the server, not in one that may stand still.
    let wall = Clock::real();
    let mut number = 0;
    let mut made = wall.now();
    loop {
        if is_there {
            let why = loop {
                match told.recv().await {
                    // What is known of an earlier connection is old news.
                    Some(broken) if broken.number < number => (),
                    Some(broken) => break broken.why,
                    None => return,
                }
            };
            inner.current.store(None);
            inner.say_gone(&why);
        }
        let was_steady = wall.now().since(made) >= STEADY;
        let mut pauses = if was_steady { &PAUSES[..] } else { &PAUSES[4..] };
        number += 1;
        let line = loop {
            if let [pause, rest @ ..] = pauses {
                wall.sleep(*pause).await;
                pauses = if rest.is_empty() { pauses } else { rest };
            }
            if let Ok(line) = inner.connect(number).await {
                break line;
            }
        };
        inner.current.store(Some(Arc::new(line)));
        made = wall.now();
        tracing::warn!("the state at {} is back", inner.place);
        is_there = true;
    }
}
