//! Random numbers.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};

use crate::Error;

/// 22 characters that nobody can guess, and nobody gets again.
///
/// # Errors
/// The system has no random numbers.
pub(crate) fn name() -> Result<String, Error> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes::<16>()?))
}

/// Bytes that nobody can guess.
///
/// # Errors
/// The system has no random numbers.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::new("the system has no random numbers"))?;
    Ok(bytes)
}
