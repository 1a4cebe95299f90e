//! Passwords: hashed with argon2id, a salt for each, at the parameters that OWASP recommends (19 MiB, two passes).
//!
//! A hash takes tens of milliseconds of a processor, so no more run at once than there are processors, and no
//! more wait than can be served in about two seconds.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task};

use crate::{Error, random};

/// Passwords that may wait for each processor.
const WAITING: usize = 32;

/// A hash that is no password's. Comparing with it takes as long as with any other.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9iYQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords, and compares them with hashes.
#[derive(Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    /// Of those that run and those that wait.
    places: Arc<Semaphore>,
    memory: Memory,
}

/// The memory of hashes that are done, for the next ones: 19 MiB each. An allocator would keep much more of it.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

/// Why a password was not looked at.
#[derive(Debug)]
pub enum Problem {
    /// Too many are waiting.
    Busy,
    /// It cannot be hashed.
    Failed(Error),
}

/// A pool for the processors of this machine.
impl Default for Passwords {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self::with_limits(processors, processors * WAITING)
    }
}

impl Passwords {
    /// A pool in which this many run, and this many wait.
    pub fn with_limits(running: usize, waiting: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            places: Arc::new(Semaphore::new(running + waiting)),
            memory: Memory::default(),
        }
    }

    /// The hash of a password, in the PHC string format.
    ///
    /// # Errors
    /// Too many passwords are waiting, or the system has no random numbers.
    pub async fn hash(&self, password: SecretString) -> Result<String, Problem> {
        let memory = self.memory.clone();
        self.run(move || {
            let salt = random::bytes::<16>()?;
            hash(password.expose_secret(), &salt, &memory)
                .map(|hash| hash.to_string())
                .map_err(|error| Error::new("a password cannot be hashed").caused_by(error))
        })
        .await
    }

    /// Whether the hash is the password's. Without a hash it takes the same time, and is not.
    ///
    /// # Errors
    /// Too many passwords are waiting, or the hash is not one.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Problem> {
        let memory = self.memory.clone();
        self.run(move || {
            let known = hash.is_some();
            let same = is_hash_of(hash.as_deref().unwrap_or(NOBODY), password.expose_secret(), &memory)
                .map_err(|error| Error::new("a stored hash cannot be used").caused_by(error))?;
            Ok(same && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Problem::Busy)?;
        let done = task::spawn_blocking(move || {
            // Also where the client has gone: the processor is in use until the work is done.
            let _held = (place, turn);
            work()
        });
        match done.await {
            Ok(result) => result.map_err(Problem::Failed),
            Err(error) => Err(Problem::Failed(Error::new("hashing a password stopped").caused_by(error))),
        }
    }
}

fn hash(password: &str, salt: &[u8], memory: &Memory) -> password_hash::Result<PasswordHash> {
    let (algorithm, version, params) = (Algorithm::default(), Version::default(), Params::default());
    let text = ParamsString::try_from(&params)?;
    Ok(PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: text,
        salt: Some(Salt::new(salt)?),
        hash: Some(memory.digest(&Argon2::new(algorithm, version, params), password, salt)?),
    })
}

fn is_hash_of(text: &str, password: &str, memory: &Memory) -> password_hash::Result<bool> {
    let hash = PasswordHash::new(text)?;
    let (Some(version), Some(salt), Some(expected)) = (hash.version, &hash.salt, &hash.hash) else {
        return Err(password_hash::Error::EncodingInvalid);
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let argon2 = Argon2::new(algorithm, Version::try_from(version)?, Params::try_from(&hash)?);
    // Compared in constant time.
    Ok(memory.digest(&argon2, password, salt)? == *expected)
}

impl Memory {
    fn digest(&self, argon2: &Argon2<'_>, password: &str, salt: &[u8]) -> password_hash::Result<Output> {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut blocks = spare.unwrap_or_default();
        blocks.resize(argon2.params().block_count(), Block::new());
        let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
        let digested = argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, &mut blocks);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        digested?;
        Ok(Output::new(&out)?)
    }
}
