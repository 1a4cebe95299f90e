//! Modes `introspect-api` and `introspect-dns`: one of the service's running tasks is asked what a token is worth.

#[cfg(feature = "introspect-api")]
mod cloud_map;
#[cfg(feature = "introspect-dns")]
mod dns;
mod service;

use std::{
    future::Future,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::time;

#[cfg(feature = "introspect-api")]
pub use cloud_map::CloudMap;
#[cfg(feature = "introspect-dns")]
pub use dns::Dns;
use service::{Failure, Service};

use crate::{Authority, Error, Identity};

/// How long it is believed where the tasks are.
const KEEP: Duration = Duration::from_secs(10);

/// How long it may take to find them.
const DISCOVERY: Duration = Duration::from_millis(1100);

/// How long a task may take to answer. Twice, and finding the tasks twice, it stays below the five seconds of the
/// function, and the ten that API Gateway waits.
const ANSWER: Duration = Duration::from_millis(1100);

/// Who knows where the service's tasks are.
pub trait Discover {
    /// The addresses of the healthy tasks.
    ///
    /// # Errors
    /// There is no telling.
    fn discover(&self) -> impl Future<Output = Result<Vec<SocketAddr>, Error>>;
}

/// Asks the service.
pub struct Introspection<D> {
    discovery: D,
    service: Service,
    known: Mutex<Known>,
}

/// Where the tasks are.
struct Known {
    instances: Vec<SocketAddr>,
    /// When that was found; `None` where it is no longer believed.
    since: Option<Instant>,
    /// Whose turn it is.
    turn: usize,
}

impl Known {
    /// Functions begin with different tasks.
    fn nothing() -> Self {
        let turn = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0);
        Self { instances: Vec::new(), since: None, turn: usize::try_from(turn % 1024).unwrap_or_default() }
    }

    /// The next task but for `failed`.
    fn next(&mut self, failed: Option<SocketAddr>) -> Option<SocketAddr> {
        let others: Vec<_> = self.instances.iter().filter(|instance| Some(**instance) != failed).collect();
        self.turn = self.turn.wrapping_add(1);
        others.get(self.turn.checked_rem(others.len())?).copied().copied()
    }

    fn is_fresh(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() < KEEP)
    }
}

impl<D: Discover> Introspection<D> {
    /// Finds the tasks with this.
    pub fn new(discovery: D) -> Self {
        Self { discovery, service: Service::new(), known: Mutex::new(Known::nothing()) }
    }

    /// The next task. Where one has `failed`, it is another, or the same if there is no other even now.
    async fn instance(&self, failed: Option<SocketAddr>) -> Result<SocketAddr, Error> {
        let known = self.with_known(|known| if known.is_fresh() { known.next(failed) } else { None });
        if failed.is_some() {
            self.with_known(|known| known.since = None);
        }
        if let Some(instance) = known {
            return Ok(instance);
        }
        let found = time::timeout(DISCOVERY, self.discovery.discover()).await;
        let instances = found.map_err(|_| Error::discovery("nobody says in time where the service's tasks are"))??;
        self.with_known(|known| {
            // Where there is none, one is perhaps about to start.
            known.since = (!instances.is_empty()).then(Instant::now);
            known.instances = instances;
            known.next(failed).or_else(|| known.next(None))
        })
        .ok_or_else(|| Error::discovery("the service has no healthy task"))
    }

    fn with_known<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(&self, instance: SocketAddr, token: &str) -> Result<Option<Identity>, Failure> {
        match time::timeout(ANSWER, self.service.ask(instance, token)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure(format!("{instance} does not answer in time"))),
        }
    }
}

impl<D: Discover> Authority for Introspection<D> {
    /// Where a task fails, another gets the question, once.
    async fn identify(&self, token: &str) -> Result<Option<Identity>, Error> {
        let first = self.instance(None).await?;
        let reason = match self.ask(first, token).await {
            Ok(identity) => return Ok(identity),
            Err(Failure(reason)) => reason,
        };
        let second = self.instance(Some(first)).await?;
        self.ask(second, token).await.map_err(|Failure(again)| Error::service(format!("{reason}; {again}")))
    }
}
