use crate::gateway::Gateway;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves `gateway` on `listener` until `shutdown` resolves; then requests in flight end.
pub async fn serve(gateway: Arc<Gateway>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    // A backend may be this gateway itself.
    if let Ok(address) = listener.local_addr() {
        gateway.add_neighbour(address);
    }
    let clock = gateway.clock().clone();
    let service = move |peer, request| {
        let gateway = gateway.clone();
        async move { Ok::<_, Infallible>(gateway.handle(request, peer).await) }
    };
    wire::serve(listener, clock, service, shutdown).await;
}
