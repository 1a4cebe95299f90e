//! How often something may be tried.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use service::throttle::Throttle;
//!
//! let throttle = Throttle::new(2); // a minute
//! let now = Instant::now();
//! assert_eq!(throttle.take("ann", now), Ok(()));
//! assert_eq!(throttle.take("ann", now), Ok(()));
//! assert_eq!(throttle.take("ann", now), Err(Duration::from_secs(30)));
//! assert_eq!(throttle.take("ann", now + Duration::from_secs(30)), Ok(()));
//! ```

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Keys that are remembered at once, each in about 100 bytes.
const MOST_KEYS: usize = 50_000;

const MINUTE: Duration = Duration::from_mins(1);

/// A token bucket for each key: it holds the attempts of a minute, and fills up evenly.
pub struct Throttle {
    a_minute: u32,
    /// When each bucket that is not full will be full again.
    full_at: Mutex<HashMap<String, Instant>>,
}

impl Throttle {
    /// This many attempts a minute for each key, at least one.
    pub fn new(a_minute: u32) -> Self {
        Self { a_minute: a_minute.max(1), full_at: Mutex::default() }
    }

    /// Takes one attempt.
    ///
    /// # Errors
    /// There is none left; how long to wait for the next.
    pub fn take(&self, key: &str, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.lock();
        let full_at = buckets.get(key).map_or(now, |full_at| now.max(*full_at)) + self.one();
        let wait = (full_at - now).saturating_sub(MINUTE);
        // Divided times are rounded down.
        if wait > Duration::from_millis(1) {
            return Err(wait);
        }
        make_room(&mut buckets, now);
        buckets.insert(key.to_owned(), full_at);
        Ok(())
    }

    /// Gives an attempt back: it was none of those that should be limited.
    pub fn give_back(&self, key: &str) {
        if let Some(full_at) = self.lock().get_mut(key) {
            *full_at -= self.one();
        }
    }

    /// The time in which one attempt comes back.
    fn one(&self) -> Duration {
        MINUTE / self.a_minute
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets full buckets where there are too many, and those that are more than half full if that is not enough.
fn make_room(buckets: &mut HashMap<String, Instant>, now: Instant) {
    for left in [Duration::ZERO, MINUTE / 2, MINUTE] {
        if buckets.len() < MOST_KEYS {
            return;
        }
        buckets.retain(|_, full_at| *full_at > now + left);
    }
}
