//! How often something may be tried.
//!
//! ```
//! use std::time::Duration;
//! use service::throttle::Throttle;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let throttle = Throttle::new(2); // a minute
//! throttle.attempt("ann").await.unwrap().count();
//! drop(throttle.attempt("ann").await); // It does not count.
//! throttle.attempt("ann").await.unwrap().count();
//! assert_eq!(throttle.attempt("ann").await.err(), Some(Duration::from_secs(30)));
//! tokio::time::advance(Duration::from_secs(30)).await;
//! assert!(throttle.attempt("ann").await.is_ok());
//! # }
//! ```

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::Notify,
    time::{Duration, Instant},
};

/// Keys that are remembered at once, each in about 200 bytes.
const MOST_KEYS: usize = 50_000;

const MINUTE: Duration = Duration::from_mins(1);

/// A token bucket for each key: it holds the attempts of a minute, and fills up evenly.
pub struct Throttle {
    a_minute: u32,
    /// Those that are not full.
    buckets: Mutex<HashMap<String, Bucket>>,
    /// Tells those who wait that an attempt has ended.
    ended: Notify,
}

struct Bucket {
    /// When it will be full again, if all that runs counts.
    full_at: Instant,
    /// Attempts that have not ended.
    running: u32,
}

/// An attempt that runs until it is dropped. Only then is known whether it counts.
#[must_use = "it ends when it is dropped"]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    key: String,
    counts: bool,
}

impl Throttle {
    /// This many attempts a minute for each key, at least one.
    pub fn new(a_minute: u32) -> Self {
        Self { a_minute: a_minute.max(1), buckets: Mutex::default(), ended: Notify::new() }
    }

    /// Begins an attempt. Where others under way may use up what is left, it waits for them.
    ///
    /// # Errors
    /// None is left; how long to wait for the next.
    pub async fn attempt(&self, key: &str) -> Result<Attempt<'_>, Duration> {
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            // From now on: an end between the next two lines is not missed.
            ended.as_mut().enable();
            match self.begin(key, Instant::now()) {
                Ok(()) => return Ok(Attempt { throttle: self, key: key.to_owned(), counts: false }),
                Err(Some(wait)) => return Err(wait),
                Err(None) => ended.await,
            }
        }
    }

    /// Takes an attempt out of the bucket. Where there is none: how long to wait, if that is known yet.
    fn begin(&self, key: &str, now: Instant) -> Result<(), Option<Duration>> {
        let mut buckets = self.lock();
        let (full_at, running) = buckets.get(key).map_or((now, 0), |bucket| (now.max(bucket.full_at), bucket.running));
        let full_at = full_at + self.one();
        let wait = (full_at - now).saturating_sub(MINUTE);
        // Divided times are rounded down.
        if wait > Duration::from_millis(1) {
            return Err((running == 0).then_some(wait));
        }
        make_room(&mut buckets, now);
        buckets.insert(key.to_owned(), Bucket { full_at, running: running + 1 });
        Ok(())
    }

    fn end(&self, key: &str, counts: bool) {
        if let Some(bucket) = self.lock().get_mut(key) {
            bucket.running = bucket.running.saturating_sub(1);
            if !counts {
                bucket.full_at -= self.one();
            }
        }
        self.ended.notify_waiters();
    }

    /// The time in which one attempt comes back.
    fn one(&self) -> Duration {
        MINUTE / self.a_minute
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// Ends it as one of those that are limited.
    pub fn count(mut self) {
        self.counts = true;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.throttle.end(&self.key, self.counts);
    }
}

/// Forgets full buckets where there are too many, and those that are more than half full if that is not enough.
fn make_room(buckets: &mut HashMap<String, Bucket>, now: Instant) {
    for left in [Duration::ZERO, MINUTE / 2, MINUTE] {
        if buckets.len() < MOST_KEYS {
            return;
        }
        buckets.retain(|_, bucket| bucket.running > 0 || bucket.full_at > now + left);
    }
}
