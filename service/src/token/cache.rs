//! Tokens that were verified: an Ed25519 signature takes ten times as long to verify as everything else of a request.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};

use ring::digest::{SHA256, digest};

/// Tokens in each generation, of some 60 bytes each.
const GENERATION: usize = 10_000;

/// The tokens of the last two generations. A token that is used moves to the younger one.
#[derive(Default)]
pub(super) struct Cache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Key, Verified>,
    old: HashMap<Key, Verified>,
}

/// A token's digest: no token stays in memory.
pub(super) type Key = [u8; 32];

/// What has to be known of a token whose signature is right.
#[derive(Clone, Copy)]
pub(super) struct Verified {
    /// The user's id.
    pub(super) user_id: i64,
    /// Until when it is valid, in seconds since 1970.
    pub(super) expires: u64,
}

impl Cache {
    pub(super) fn key(token: &str) -> Key {
        let mut key = Key::default();
        key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        key
    }

    pub(super) fn get(&self, key: &Key) -> Option<Verified> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.get(key) {
            return Some(*found);
        }
        let found = generations.old.remove(key)?;
        generations.insert(*key, found);
        Some(found)
    }

    pub(super) fn insert(&self, key: Key, verified: Verified) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, verified);
    }
}

impl Generations {
    fn insert(&mut self, key: Key, verified: Verified) {
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, verified);
    }
}
