//! Accepting connections, and stopping without losing a request.

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
};
use http_body_util::BodyExt;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time,
};
use tower::Service;

use crate::Error;

/// What clients may take up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait until one ends.
    pub connections: usize,
    /// How long a connection may be idle, and how long the head of a request may take.
    /// It is longer than gateways and load balancers keep idle connections, so that they never use one that just ends.
    pub idle: Duration,
    /// How long running requests may take to finish after the signal to stop.
    pub stop: Duration,
}

/// How long answers may take to get through after the last request has ended.
const LAST_BYTES: Duration = Duration::from_secs(1);

/// A request that is running, until it is dropped.
type Running = mpsc::Sender<Infallible>;

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 1024, idle: Duration::from_secs(75), stop: Duration::from_secs(25) }
    }
}

/// Starts to listen on `address`, which `variable` holds.
///
/// # Errors
/// The address is taken, or not one of this machine.
pub async fn bind(address: SocketAddr, variable: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| {
        Error::new(format!("cannot listen on {address}; choose another address with {variable}")).caused_by(source)
    })
}

/// Serves until `stop` is done, then finishes the requests that are under way; `false` where they took too long.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) -> bool {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    // Each running request holds a clone of the sender. A connection whose next request has begun does not.
    let (running, mut none_running) = mpsc::channel(1);
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let router = router.clone();
        let running = running.downgrade();
        let service = service_fn(move |request| call(router.clone(), request, peer, running.upgrade()));
        let connection = connections.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that breaks off, or talks garbage, has had its answer or cannot get one.
            _ = connection.await;
            drop(place);
        });
    }
    drop((listener, running));
    let mut closed = std::pin::pin!(connections.shutdown());
    let finished = async {
        tokio::select! {
            () = &mut closed => return,
            _ = none_running.recv() => {}
        }
        // What is left are answers on their way, and clients that began a request and do not go on.
        _ = time::timeout(LAST_BYTES, closed).await;
    };
    time::timeout(limits.stop, finished).await.is_ok()
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Only a matter of speed.
                _ = stream.set_nodelay(true);
                return (stream, peer, place);
            }
            Err(error) => {
                // Such as too many open files: it may pass.
                tracing::error!(%error, "cannot accept a connection");
                time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn call(
    mut router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
    running: Option<Running>,
) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = axum::Error>>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.call(request).await?;
    Ok(response.map(|body| {
        body.map_frame(move |frame| {
            // Until the last frame is on its way.
            let _ = &running;
            frame
        })
    }))
}

/// Registers for ctrl-c and, on Unix, SIGTERM; the future that it returns is done at the first of them.
///
/// # Errors
/// The system refuses to register.
pub fn stop_requested() -> Result<impl Future<Output = ()> + Send + 'static, Error> {
    let refused = |source: std::io::Error| Error::new("cannot wait for the signal to stop").caused_by(source);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => (),
                _ = terminate.recv() => (),
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c().map_err(refused)?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}
