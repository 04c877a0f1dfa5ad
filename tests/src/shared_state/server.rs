use clock::Clock;
use redis_state::Place;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// A server that keeps nothing on disk. It ends with this.
pub(super) struct Server {
    child: Child,
    port: u16,
    scheme: &'static str,
}

/// How a server is reached.
#[derive(Debug, Clone, Copy)]
enum Way {
    Plain,
    /// Over TLS alone, with the certificate of the fixtures.
    Tls,
}

const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];

impl Server {
    /// Whether there is a program to start.
    pub(super) fn is_installed() -> bool {
        program().is_some()
    }

    /// Starts one on a free port.
    pub(super) fn start() -> Result<Server, String> {
        Server::start_with(&[])
    }

    /// The same with more settings.
    pub(super) fn start_with(settings: &[&str]) -> Result<Server, String> {
        somewhere(|port| Server::run(port, Way::Plain, settings))
    }

    /// Starts one on a free port that is reached over TLS alone, with more settings.
    pub(super) fn start_tls(settings: &[&str]) -> Result<Server, String> {
        somewhere(|port| Server::run(port, Way::Tls, settings))
    }

    /// Starts one on this port.
    pub(super) fn start_at(port: u16) -> Result<Server, String> {
        Server::run(port, Way::Plain, &[])
    }

    fn run(port: u16, way: Way, settings: &[&str]) -> Result<Server, String> {
        let program = program().ok_or("no server program")?;
        let mut command = Command::new(program);
        let number = port.to_string();
        let scheme = match way {
            Way::Plain => {
                command.args(["--port", &number]);
                "redis"
            }
            Way::Tls => {
                let certificates = crate::root().join("fixtures/certificates");
                let server = certificates.join("server.pem");
                command.args(["--port", "0", "--tls-port", &number, "--tls-auth-clients", "no"]);
                command.arg("--tls-cert-file").arg(&server);
                command.arg("--tls-key-file").arg(&server);
                command
                    .arg("--tls-ca-cert-file")
                    .arg(certificates.join("contoso-root.pem"));
                "rediss"
            }
        };
        let mut child = command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(std::env::temp_dir())
            .args(settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{program}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let is_ready = lines.any(|line| line.contains("Ready to accept connections"));
        // It can go on printing.
        std::thread::spawn(move || lines.for_each(drop));
        let mut server = Server { child, port, scheme };
        match is_ready {
            true => Ok(server),
            false => Err(format!("{program} on port {port}: {:?}", server.child.wait())),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.port)
    }

    /// The same with a user and a password.
    pub(super) fn url_of(&self, user: &str, password: &str) -> String {
        format!("{}://{user}:{password}@127.0.0.1:{}", self.scheme, self.port)
    }

    /// A connection of its own, as each gateway has.
    pub(super) async fn connect(&self, service: &str, clock: &Clock) -> Result<redis_state::Shared, String> {
        let place: Place = self
            .url()
            .parse()
            .map_err(|error: redis_state::PlaceError| error.to_string())?;
        redis_state::connect(&place, service, clock)
            .await
            .map_err(|error| error.to_string())
    }

    /// The same as a gateway takes it.
    pub(super) async fn state(&self, service: &str, clock: &Clock) -> Result<gateway::State, String> {
        let shared = self.connect(service, clock).await?;
        Ok(gateway::State::shared(shared.counters, shared.cache))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// Between our asking and its listening another may take the port.
fn somewhere(start: impl Fn(u16) -> Result<Server, String>) -> Result<Server, String> {
    let mut last = String::new();
    for _ in 0..5 {
        match start(free_port()?) {
            Ok(server) => return Ok(server),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A port that nobody listens on at this moment.
pub(super) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok(address.port())
}

fn program() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| {
        let mut command = Command::new(program);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|it| it.success())
    })
}
