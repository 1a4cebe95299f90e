//! The fields of bodies: what each may be.

use std::ops::RangeInclusive;

use secrecy::SecretString;
use serde_json::value::RawValue;

use super::{
    body::Read,
    failure::{Flaw, Step},
};
use crate::{
    coordinate::{Coordinate, DIGITS, Problem, SCALE},
    user::{self, Role},
};

/// The most ids that one request may ask for.
pub(crate) const MOST_IDS: usize = 10_000;

/// A name that a new user may have.
pub(crate) fn name(value: &RawValue) -> Read<String> {
    let name = text(value)?;
    if user::is_name(&name) {
        return Ok(name);
    }
    flaw("string_pattern_mismatch", "A name has 1 to 64 characters: ASCII letters, digits, `.`, `_`, `-`, `+` and `@`")
}

/// Any text.
pub(crate) fn text(value: &RawValue) -> Read<String> {
    if !value.get().starts_with('"') {
        return flaw("string_type", "Input should be a valid string");
    }
    // An escape may stand for half a character.
    serde_json::from_str(value.get()).map_err(|_| {
        vec![Flaw::new("string_unicode", "Input should be a valid string, a sequence of Unicode characters")]
    })
}

/// A password that a new user may have.
pub(crate) fn password(value: &RawValue) -> Read<SecretString> {
    let password = text(value)?;
    if user::is_password(&password) {
        return Ok(password.into());
    }
    flaw("string_length", "A password has 8 to 128 characters")
}

/// A role.
pub(crate) fn role(value: &RawValue) -> Read<Role> {
    text(value)?.parse().map_err(|_| vec![Flaw::new("enum", "Input should be 'user' or 'admin'")])
}

/// A latitude, in degrees.
pub(crate) fn latitude(value: &RawValue) -> Read<Coordinate> {
    coordinate(value, -90..=90)
}

/// A longitude, in degrees.
pub(crate) fn longitude(value: &RawValue) -> Read<Coordinate> {
    coordinate(value, -180..=180)
}

/// A decimal number, as a number or as text. Its digits are read as they are written.
fn coordinate(value: &RawValue, degrees: RangeInclusive<i64>) -> Read<Coordinate> {
    let raw = value.get();
    let parsed = match raw.as_bytes().first() {
        Some(b'"') => text(value)?.parse::<Coordinate>(),
        Some(b'-' | b'0'..=b'9') => raw.parse(),
        _ => return flaw("decimal_type", "Decimal input should be an integer, decimal or string"),
    };
    let coordinate = parsed.map_err(|problem| vec![unreadable(problem)])?;
    if coordinate < Coordinate::degrees(*degrees.start()) {
        return flaw("greater_than_equal", format!("Input should be greater than or equal to {}", degrees.start()));
    }
    if coordinate > Coordinate::degrees(*degrees.end()) {
        return flaw("less_than_equal", format!("Input should be less than or equal to {}", degrees.end()));
    }
    Ok(coordinate)
}

fn unreadable(problem: Problem) -> Flaw {
    let no_more =
        |limit: &dyn std::fmt::Display, of: &str| format!("Decimal input should have no more than {limit} {of}");
    match problem {
        Problem::NotADecimal => Flaw::new("decimal_parsing", "Input should be a valid decimal"),
        Problem::NotFinite => Flaw::new("finite_number", "Input should be a finite number"),
        Problem::Digits => Flaw::new("decimal_max_digits", no_more(&DIGITS, "digits in total")),
        Problem::Places => Flaw::new("decimal_max_places", no_more(&SCALE, "decimal places")),
        Problem::WholeDigits => {
            Flaw::new("decimal_whole_digits", no_more(&(DIGITS - SCALE as usize), "digits before the decimal point"))
        }
    }
}

/// Ids of users, each once, in order.
pub(crate) fn ids(value: &RawValue) -> Read<Vec<i64>> {
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
        return flaw("list_type", "Input should be a valid list");
    };
    if items.len() > MOST_IDS {
        return flaw("too_long", format!("List should have at most {MOST_IDS} items"));
    }
    let (mut ids, mut flaws) = (Vec::with_capacity(items.len()), Vec::new());
    for (position, item) in items.into_iter().enumerate() {
        match id(item) {
            Ok(id) => ids.push(id),
            Err(flaw) => flaws.push(flaw.within(Step::Position(position))),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    if flaws.is_empty() { Ok(ids) } else { Err(flaws) }
}

/// An id, as a number or, like the reference takes it too, as text.
fn id(value: &RawValue) -> Result<i64, Flaw> {
    let raw = value.get();
    let digits = match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw).unwrap_or_default(),
        Some(b'-' | b'0'..=b'9') => raw.strip_suffix(".0").unwrap_or(raw).to_owned(),
        _ => return Err(Flaw::new("int_type", "Input should be a valid integer")),
    };
    digits.parse().map_err(|_| Flaw::new("int_parsing", "Input should be a valid integer of at most 64 bits"))
}

fn flaw<T>(kind: &'static str, msg: impl Into<String>) -> Read<T> {
    Err(vec![Flaw::new(kind, msg)])
}
