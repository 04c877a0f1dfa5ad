use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Something that answers the load.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    /// Path in front of `/deployments/...`.
    pub(crate) prefix: &'static str,
    pub(crate) key: String,
}

impl Target {
    pub(crate) fn direct(address: SocketAddr) -> Target {
        Target {
            name: "direct",
            address,
            prefix: "/openai",
            key: "none".into(),
        }
    }
}

/// nginx as a pass-through.
pub(crate) struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Nginx {
    pub(crate) fn start(upstream: SocketAddr) -> Result<Nginx, String> {
        let folder = std::env::temp_dir().join(format!("apimite-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let address = free_port().map_err(|error| error.to_string())?;
        let path = folder.join("nginx.conf");
        std::fs::write(&path, configuration(&folder.to_string_lossy(), address, upstream))
            .map_err(|error| error.to_string())?;
        let child = Command::new("nginx")
            .arg("-p")
            .arg(&folder)
            .arg("-c")
            .arg(&path)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let nginx = Nginx {
            child,
            address,
            folder,
        };
        match listens(address, Duration::from_secs(5)) {
            Some(_) => Ok(nginx),
            None => Err("it does not listen".into()),
        }
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            name: "nginx",
            address: self.address,
            prefix: "/openai",
            key: "none".into(),
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // A killed master would leave its workers behind; asked to stop, it takes them along.
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn configuration(folder: &str, address: SocketAddr, upstream: SocketAddr) -> String {
    format!(
        "daemon off; worker_processes 2; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_max_body_size 10m; client_body_buffer_size 256k; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream fixed {{ server {upstream}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen {address}; location / {{ proxy_pass http://fixed; proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_buffers 16 64k; proxy_buffer_size 64k; }} }}
}}
"
    )
}

/// `apimite up` with the lab's service, its regions answered by the fixed upstream.
pub(crate) struct Apimite {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
    pub(crate) started_in: Duration,
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

impl Apimite {
    /// `prepare` changes the folder of the service.
    pub(crate) async fn start(
        binary: &str,
        upstream: SocketAddr,
        name: &str,
        prepare: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> std::io::Result<Apimite> {
        let folder = std::env::temp_dir().join(format!("apimite-bench-{name}-{}", std::process::id()));
        std::fs::remove_dir_all(&folder).ok();
        copy(&PathBuf::from("fixtures/labs/backend-pool"), &folder)?;
        prepare(&folder)?;
        add_key(&folder)?;
        let (address, control) = (free_port()?, free_port()?);
        let begun = Instant::now();
        let child = Command::new(binary)
            .arg("up")
            .arg(&folder)
            .args([
                "--gateway",
                &address.to_string(),
                "--control",
                &control.to_string(),
            ])
            .args(["--foundry", &format!("http://{upstream}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let started_in = listens(address, Duration::from_secs(10))
            .map(|at| at - begun)
            .unwrap_or_default();
        Ok(Apimite {
            child,
            address,
            folder,
            started_in,
        })
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            name: "apimite",
            address: self.address,
            prefix: "/inference/openai",
            key: KEY.into(),
        }
    }

    /// Megabytes of a line of `/proc/PID/status`.
    pub(crate) fn resident(&self, line: &str) -> std::io::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kilobytes = status.lines().find_map(|text| {
            text.strip_prefix(line)?
                .split_whitespace()
                .nth(1)?
                .parse::<f64>()
                .ok()
        });
        Ok(kilobytes.unwrap_or_default() / 1024.0)
    }
}

impl Drop for Apimite {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn add_key(folder: &Path) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(folder.join("apimite.toml"))?;
    writeln!(file, "\n[subscriptions.master]\nprimary-key = \"{KEY}\"")
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => std::fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
}

fn free_port() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn listens(address: SocketAddr, within: Duration) -> Option<Instant> {
    let end = Instant::now() + within;
    while Instant::now() < end {
        if TcpStream::connect(address).is_ok() {
            return Some(Instant::now());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}
