use crate::gateway::Gateway;
use clock::Clock;
use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use wire::TlsSource;

/// Serves `gateway` on `listener` until `shutdown` resolves; then requests in flight end.
pub async fn serve(gateway: Arc<Gateway>, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
    run(gateway, None, listener, pin!(shutdown)).await;
}

/// The same over TLS: HTTP/2 and HTTP/1.1, with the certificate of the service's settings, or one of the local authority for the host
/// that the caller names. Callers are asked for theirs where a policy looks at it.
pub async fn serve_tls(
    gateway: Arc<Gateway>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) {
    let source = gateway.clone();
    let tls: TlsSource = Arc::new(move || source.server_tls());
    run(gateway, Some(tls), listener, pin!(shutdown)).await;
}

// Not generic, so that all of it is compiled here, where speed is wanted, and not in the crate that calls it.
async fn run(
    gateway: Arc<Gateway>,
    tls: Option<TlsSource>,
    listener: TcpListener,
    shutdown: Pin<&mut (dyn Future<Output = ()> + Send)>,
) {
    let is_tls = tls.is_some();
    // A backend may be this gateway itself.
    if let Ok(address) = listener.local_addr() {
        gateway.add_neighbour(address);
    }
    let clock = gateway.clock().clone();
    // Manual time is for tests, of which many run side by side: their requests stay on the thread that they have.
    let workers = if clock.is_virtual() {
        Vec::new()
    } else {
        workers(&clock)
    };
    let handles: Vec<Handle> = workers.iter().map(|worker| worker.handle.clone()).collect();
    let service = move |peer, request| {
        let gateway = gateway.clone();
        async move { Ok::<_, Infallible>(gateway.handle(is_tls, request, peer).await) }
    };
    wire::serve_on(&handles, tls, listener, clock, service, shutdown).await;
}

/// A thread with a runtime of its own. It ends when this is dropped.
struct Worker {
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

// One per processor: a request, its connection and its call to a backend share one thread, so that nothing is handed over. Fewer,
// or none, if the system has no more threads to give.
fn workers(clock: &Clock) -> Vec<Worker> {
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    (0..count)
        .filter_map(|number| Worker::start(number, clock.clone()).ok())
        .collect()
}

impl Worker {
    fn start(number: usize, clock: Clock) -> std::io::Result<Worker> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name(format!("gateway-{number}"))
            .spawn(move || {
                // Resolves when the sender is dropped. Nobody waits for what is still being looked up then.
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => (),
                        () = tick(&clock) => (),
                    }
                });
                runtime.shutdown_background();
            })?;
        Ok(Worker { handle, _stop: stop })
    }
}

// A runtime interrupts its own wait, by a system call, for every timer that is due before all others. Each request sets timers,
// and nearly always takes them back; beside one that is due soon anyway, they cost nothing.
async fn tick(clock: &Clock) {
    loop {
        clock.sleep(Duration::from_secs(1)).await;
    }
}
