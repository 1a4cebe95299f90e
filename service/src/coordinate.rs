//! Latitudes and longitudes, exact to the eighth decimal place.
//!
//! ```
//! use service::coordinate::{Coordinate, Problem};
//!
//! let latitude: Coordinate = "52.520008".parse()?;
//! assert_eq!(latitude.to_string(), "52.52000800");
//! assert_eq!("NaN".parse::<Coordinate>(), Err(Problem::NotFinite));
//! # Ok::<(), Problem>(())
//! ```

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// Digits after the point.
pub const SCALE: u32 = 8;

/// Digits in all.
pub const DIGITS: usize = 12;

const UNITS: i64 = 10_i64.pow(SCALE);

/// An angle in units of 10⁻⁸ degrees. It never passes through binary floating point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinate(i64);

/// Why a text is not a coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not a decimal number.
    NotADecimal,
    /// It is an infinity, or not a number.
    NotFinite,
    /// It has more than [`DIGITS`] digits.
    Digits,
    /// It has more than [`SCALE`] digits after the point.
    Places,
    /// It has more digits before the point than are left of [`DIGITS`].
    WholeDigits,
}

impl Coordinate {
    /// A number of whole degrees.
    pub const fn degrees(degrees: i64) -> Self {
        Self(degrees * UNITS)
    }

    /// The units that [`Coordinate::units`] gave.
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// The angle in units of 10⁻⁸ degrees.
    pub const fn units(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:08}", units / UNITS.unsigned_abs(), units % UNITS.unsigned_abs())
    }
}

/// As text, with all eight decimal places.
impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads what Python's `Decimal` reads: a sign, digits with or without a point, an exponent, white space around them.
impl FromStr for Coordinate {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let text = text.trim_matches(|character: char| character.is_ascii_whitespace());
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if ["inf", "infinity", "nan", "snan"].iter().any(|word| unsigned.eq_ignore_ascii_case(word)) {
            return Err(Problem::NotFinite);
        }
        let units = Digits::read(unsigned).ok_or(Problem::NotADecimal)?.units()?;
        Ok(Self(if negative { -units } else { units }))
    }
}

/// The significant digits of a number without a sign: 0.`digits` times 10 to the power of `point`.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// `None` where the text is no decimal number.
    fn read(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, read_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let leading = all().take_while(|byte| *byte == b'0').count();
        let mut digits: Vec<u8> = all().skip(leading).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
        Some(Self { point: if digits.is_empty() { 0 } else { point.saturating_add(exponent) }, digits })
    }

    /// The number in units of 10⁻⁸, where it is not too long.
    fn units(&self) -> Result<i64, Problem> {
        let (scale, most) = (i64::from(SCALE), i64::try_from(DIGITS).unwrap_or(i64::MAX));
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let places = length.saturating_sub(self.point).max(0);
        if length.max(self.point).max(places) > most {
            return Err(Problem::Digits);
        }
        if places > scale {
            return Err(Problem::Places);
        }
        if self.point > most - scale {
            return Err(Problem::WholeDigits);
        }
        // At most twelve digits and eight more: no overflow.
        let number = self.digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
        let zeros = u32::try_from(scale + self.point - length).unwrap_or(0);
        Ok(number * 10_i64.pow(zeros))
    }
}

/// An exponent as a number. One that is too long for a number is as good as the longest.
fn read_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX / 2);
    Some(if negative { -size } else { size })
}
