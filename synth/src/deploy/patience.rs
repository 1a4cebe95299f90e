//! Waiting: between two questions, and for a service that is busy.

use std::time::Duration;

use crate::cloud::{Failure, FailureKind};

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two questions about something that goes on, at first.
    pub first: Duration,
    /// Between two questions, in the end.
    pub most: Duration,
    /// How often a call that fails for a passing reason is tried.
    pub attempts: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(5), attempts: 60 }
    }
}

/// The pauses of one wait, each longer than the one before.
#[derive(Debug)]
pub(crate) struct Pauses {
    next: Duration,
    most: Duration,
}

impl Patience {
    pub(crate) fn pauses(&self) -> Pauses {
        Pauses { next: self.first, most: self.most }
    }

    /// Calls until the answer is more than "not now". The SDK has tried a few times already by itself.
    pub(crate) async fn call<T>(&self, call: impl AsyncFn() -> Result<T, Failure>) -> Result<T, Failure> {
        let mut pauses = self.pauses();
        for _ in 1..self.attempts {
            match call().await {
                Err(failure) if failure.is_passing() => pauses.pause().await,
                answer => return answer,
            }
        }
        call().await
    }

    /// The first call of all: who cannot be reached at all is told at once.
    pub(crate) async fn first_call<T>(&self, call: impl AsyncFn() -> Result<T, Failure>) -> Result<T, Failure> {
        match call().await {
            Err(failure) if failure.kind == FailureKind::Throttled => self.call(call).await,
            answer => answer,
        }
    }
}

impl Pauses {
    /// Pauses for three to five quarters of the time that it is: stacks that began together do not ask together.
    pub(crate) async fn pause(&mut self) {
        let quarters = 3.0 + 2.0 * fastrand::f64();
        tokio::time::sleep(self.next.mul_f64(quarters / 4.0)).await;
        self.next = (self.next * 3 / 2).min(self.most);
    }

    /// Something happened: more may happen soon.
    pub(super) fn shorten(&mut self, patience: &Patience) {
        self.next = patience.first;
    }
}
