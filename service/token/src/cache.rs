//! What is known of tokens that were verified: an Ed25519 signature takes ten times as long to verify as everything else
//! of a request.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use ring::digest::{SHA256, digest};

/// Tokens in each generation.
const GENERATION: usize = 10_000;

/// What is known of the tokens of the last two generations, until they expire. A token that is used moves to the younger
/// one.
pub struct Cache<T>(Mutex<Generations<T>>);

struct Generations<T> {
    young: HashMap<Digest, Entry<T>>,
    old: HashMap<Digest, Entry<T>>,
}

/// A token's digest: no token stays in memory.
type Digest = [u8; 32];

#[derive(Clone)]
struct Entry<T> {
    known: T,
    /// Until when the token is valid, in seconds since 1970.
    expires: u64,
}

impl<T: Clone> Cache<T> {
    /// What is known of the token; else what `verify` finds out, which also says until when it holds, in seconds since
    /// 1970. `None` where the token is not valid.
    pub fn get_or_verify(&self, token: &str, verify: impl FnOnce() -> Option<(T, u64)>) -> Option<T> {
        let mut key = Digest::default();
        key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if let Some(entry) = self.lock(|generations| generations.get(&key)) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            return (now < entry.expires).then_some(entry.known);
        }
        let (known, expires) = verify()?;
        self.lock(|generations| generations.insert(key, Entry { known: known.clone(), expires }));
        Some(known)
    }

    fn lock<R>(&self, work: impl FnOnce(&mut Generations<T>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::new(Generations { young: HashMap::new(), old: HashMap::new() }))
    }
}

impl<T: Clone> Generations<T> {
    fn get(&mut self, key: &Digest) -> Option<Entry<T>> {
        if let Some(found) = self.young.get(key) {
            return Some(found.clone());
        }
        let found = self.old.remove(key)?;
        self.insert(*key, found.clone());
        Some(found)
    }

    fn insert(&mut self, key: Digest, entry: Entry<T>) {
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_verified_once_and_not_known_beyond_its_time() {
        let cache = Cache::default();
        for _ in 0..2 {
            assert_eq!(cache.get_or_verify("lasting", || Some((1, u64::MAX))), Some(1));
        }
        assert_eq!(cache.get_or_verify("lasting", || Some((2, u64::MAX))), Some(1));
        assert_eq!(cache.get_or_verify("over", || Some((3, 0))), Some(3));
        assert_eq!(cache.get_or_verify("over", || Some((3, 0))), None);
        assert_eq!(cache.get_or_verify("wrong", || None), None::<i32>);
    }
}
