//! Modes `introspect-api` and `introspect-dns`: one of the service's running tasks is asked what a token is worth.

#[cfg(feature = "introspect-api")]
mod cloud_map;
#[cfg(feature = "introspect-dns")]
mod dns;
mod service;

use std::{
    future::Future,
    hash::{BuildHasher, RandomState},
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::time;

#[cfg(feature = "introspect-api")]
pub use cloud_map::CloudMap;
#[cfg(feature = "introspect-dns")]
pub use dns::Dns;
use service::Service;

use crate::{Authority, Error, Identity};

/// How long it is believed where the tasks are.
const KEEP: Duration = Duration::from_secs(10);

/// How long a connection may be idle: shorter than the service keeps it, which so never closes one that is just being
/// used.
const IDLE: Duration = Duration::from_mins(1);

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
    /// The next task but for `failed`.
    fn next(&mut self, failed: Option<SocketAddr>) -> Option<SocketAddr> {
        let others = || self.instances.iter().filter(|instance| Some(**instance) != failed);
        self.turn = self.turn.wrapping_add(1);
        others().nth(self.turn.checked_rem(others().count())?).copied()
    }

    /// The next task, if it is still believed where they are. After a failure that is looked up again.
    fn next_if_fresh(&mut self, failed: Option<SocketAddr>) -> Option<SocketAddr> {
        let is_fresh = self.since.is_some_and(|since| since.elapsed() < KEEP);
        if failed.is_some() {
            self.since = None;
        }
        if is_fresh { self.next(failed) } else { None }
    }
}

impl<D: Discover> Introspection<D> {
    /// Finds the tasks with this.
    pub fn new(discovery: D) -> Self {
        let known = Known { instances: Vec::new(), since: None, turn: first_turn() };
        Self { discovery, service: Service::new(), known: Mutex::new(known) }
    }

    /// The next task. Where one has `failed`, it is another, or the same if there is no other even now.
    async fn instance(&self, failed: Option<SocketAddr>) -> Result<SocketAddr, Error> {
        if let Some(instance) = self.with_known(|known| known.next_if_fresh(failed)) {
            return Ok(instance);
        }
        let found = time::timeout(DISCOVERY, self.discovery.discover()).await;
        let instances = found.map_err(|_| Error::discovery("nobody says in time where the service's tasks are"))??;
        self.with_known(|known| {
            (known.instances, known.since) = (instances, Some(Instant::now()));
            known.next(failed).or_else(|| known.next(None))
        })
        .ok_or_else(|| Error::discovery("the service has no healthy task"))
    }

    fn with_known<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(&self, instance: SocketAddr, token: &str) -> Result<Option<Identity>, String> {
        match time::timeout(ANSWER, self.service.ask(instance, token)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("{instance} does not answer in time")),
        }
    }
}

impl<D: Discover> Authority for Introspection<D> {
    /// Where a task fails, another gets the question, once.
    async fn identify(&self, token: &str) -> Result<Option<Identity>, Error> {
        let first = self.instance(None).await?;
        let reason = match self.ask(first, token).await {
            Ok(identity) => return Ok(identity),
            Err(reason) => reason,
        };
        let second = self.instance(Some(first)).await;
        let second = second.map_err(|error| Error::discovery(format!("{reason}; {error}")))?;
        self.ask(second, token).await.map_err(|again| Error::service(format!("{reason}; {again}")))
    }
}

/// Functions that run side by side begin with different tasks.
fn first_turn() -> usize {
    usize::try_from(RandomState::new().hash_one(()) & 0xffff).unwrap_or_default()
}
