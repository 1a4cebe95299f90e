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
const DISCOVERY: Duration = Duration::from_millis(1200);

/// How long a task may take to answer. Twice, and finding the tasks twice, it stays below the five seconds of the
/// function, and the ten that API Gateway waits.
const ANSWER: Duration = Duration::from_millis(1200);

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
#[derive(Default)]
struct Known {
    instances: Vec<SocketAddr>,
    since: Option<Instant>,
    /// Whose turn it is.
    turn: usize,
}

impl<D: Discover> Introspection<D> {
    /// Finds the tasks with this.
    pub fn new(discovery: D) -> Self {
        Self { discovery, service: Service::new(), known: Mutex::default() }
    }

    /// A task that is not `failed`, if there is another. Tasks take turns.
    async fn instance(&self, failed: Option<SocketAddr>) -> Result<SocketAddr, Error> {
        let is_fresh = |known: &Known| known.since.is_some_and(|since| since.elapsed() < KEEP) && failed.is_none();
        if !self.with_known(|known| is_fresh(known)) {
            let found = time::timeout(DISCOVERY, self.discovery.discover()).await;
            let instances =
                found.map_err(|_| Error::discovery("nobody says in time where the service's tasks are"))??;
            self.with_known(|known| {
                (known.instances, known.since) = (instances, Some(Instant::now()));
            });
        }
        let instance = self.with_known(|known| {
            known.turn = known.turn.wrapping_add(1);
            let others: Vec<_> = known.instances.iter().filter(|instance| Some(**instance) != failed).collect();
            let all = if others.is_empty() { known.instances.iter().collect() } else { others };
            (!all.is_empty()).then(|| *all[known.turn % all.len()])
        });
        instance.ok_or_else(|| {
            // Perhaps the first task is about to start.
            self.with_known(|known| known.since = None);
            Error::discovery("the service has no healthy task")
        })
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
    /// A task that fails is asked no more for now: another gets the question, at a place that is looked up again.
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
