use clock::Clock;
use redis_state::Place;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// A server that keeps nothing on disk. It ends with this.
pub(super) struct Server {
    child: Child,
    port: u16,
}

const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];

impl Server {
    /// Whether there is a program to start.
    pub(super) fn is_installed() -> bool {
        program().is_some()
    }

    /// Starts one on a free port.
    pub(super) fn start() -> Result<Server, String> {
        let mut last = String::new();
        // Between our asking and its listening another may take the port.
        for _ in 0..5 {
            match Server::start_at(free_port()?) {
                Ok(server) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Starts one on this port.
    pub(super) fn start_at(port: u16) -> Result<Server, String> {
        let program = program().ok_or("no server program")?;
        let mut child = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(std::env::temp_dir())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{program}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let is_ready = lines.any(|line| line.contains("Ready to accept connections"));
        // It can go on printing.
        std::thread::spawn(move || lines.for_each(drop));
        let mut server = Server { child, port };
        match is_ready {
            true => Ok(server),
            false => Err(format!("{program} on port {port}: {:?}", server.child.wait())),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A connection of its own, as each gateway has.
    pub(super) async fn connect(&self, service: &str, clock: &Clock) -> Result<redis_state::Shared, String> {
        let place: Place = self
            .url()
            .parse()
            .map_err(|error: redis_state::PlaceError| error.to_string())?;
        Ok(redis_state::connect(&place, service, clock).await)
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
