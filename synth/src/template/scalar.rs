//! What an unquoted scalar means.
//!
//! CloudFormation reads YAML 1.1, where many words and digits are not text. The rules here are `PyYAML`'s, which
//! the AWS tools are built on. What it would make of a date is left as text, as CloudFormation does.

use super::node::Node;

/// The value that an unquoted scalar stands for, unless it is text.
///
/// A whole number that does not fit in 64 bits stays text, so that no digit is lost. So do infinity and "not a
/// number", for which JSON has no value.
pub(crate) fn resolve(text: &str) -> Option<Node> {
    match text.as_bytes().first() {
        None => Some(Node::Null),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text),
        Some(_) if text.len() > 5 => None,
        Some(_) => match text {
            "~" | "null" | "Null" | "NULL" => Some(Node::Null),
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(Node::Bool(true)),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(Node::Bool(false)),
            _ => None,
        },
    }
}

/// Whether the text can be written without quotes and is still text for every reader.
///
/// It is on the safe side: quotes where none are needed do no harm. `flow` is for text inside `[...]`.
pub(crate) fn is_plain(text: &str, flow: bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let start = match first {
        b'a'..=b'z' | b'A'..=b'Z' => !is_word(text),
        b'0'..=b'9' => !bytes.iter().all(|byte| is_in_number(*byte)),
        b'_' | b'$' | b'/' | b'(' | b'\\' | 0x80.. => true,
        _ => false,
    };
    start && !matches!(last, b' ' | b':') && is_plain_inside(text, flow)
}

/// Whether the character can stand in YAML as it is. Line breaks and tabs don't count, nor do characters that
/// change the direction of what is shown.
pub(crate) fn is_printable(character: char) -> bool {
    matches!(character,
        ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202f}'..='\u{2065}' | '\u{206a}'..='\u{d7ff}'
        | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

fn is_plain_inside(text: &str, flow: bool) -> bool {
    let bytes = text.as_bytes();
    let harmless = bytes.iter().enumerate().all(|(position, byte)| match byte {
        b':' => !flow && bytes.get(position + 1) != Some(&b' '),
        b'#' => position > 0 && bytes[position - 1] != b' ',
        b'?' | b',' | b'[' | b']' | b'{' | b'}' => !flow,
        0x00..=0x1f | 0x7f => false,
        _ => true,
    });
    harmless && (text.is_ascii() || text.chars().all(is_printable))
}

/// The words that some reader takes for a boolean or for nothing, in any case.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    text.len() <= 5 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether the byte occurs in a number in any base, in a date or in a time.
fn is_in_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'_' | b'.' | b',' | b':' | b'+' | b'-')
        || matches!(byte, b'x' | b'X' | b'o' | b'O' | b'T' | b't' | b'Z' | b'z' | b' ')
}

fn number(text: &str) -> Option<Node> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.contains('.') {
        return float(text).map(Node::Float);
    }
    let value = if unsigned.contains(':') { sixty(unsigned)? } else { whole(unsigned)? };
    let value = if text.starts_with('-') { -value } else { value };
    i64::try_from(value).ok().map(Node::Integer)
}

fn whole(text: &str) -> Option<i128> {
    let (radix, digits) = match text.as_bytes() {
        [b'0', b'b', ..] => (2, &text[2..]),
        [b'0', b'x', ..] => (16, &text[2..]),
        [b'0', _, ..] => (8, text),
        [b'0'..=b'9', ..] => (10, text),
        _ => return None,
    };
    // The number parser would take another sign.
    let digits = digits.replace('_', "");
    if digits.starts_with(['+', '-']) { None } else { i128::from_str_radix(&digits, radix).ok() }
}

/// `12:30` is 750 in YAML 1.1: digits to the base of sixty.
fn sixty(text: &str) -> Option<i128> {
    let (first, rest) = text.split_once(':')?;
    let first = if first.starts_with('0') { None } else { whole(first) };
    rest.split(':').try_fold(first?, |sum, part| sum.checked_mul(60)?.checked_add(sixtieth(part)?))
}

fn sixtieth(part: &str) -> Option<i128> {
    match part.as_bytes() {
        [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'] => part.parse().ok(),
        _ => None,
    }
}

fn float(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "+0"));
    let (whole, fraction) = digits.split_once('.')?;
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let valid = match whole.strip_prefix(['-', '+']).unwrap_or(whole) {
        // YAML 1.1 has no sign in front of a point.
        "" => whole.is_empty() && fraction.starts_with(|first: char| first.is_ascii_digit()),
        whole => !whole.starts_with('_') && are_digits(whole),
    };
    let exponent = exponent.strip_prefix(['+', '-'])?;
    if !valid || !are_digits(fraction) || !exponent.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.replace('_', "").parse().ok().filter(|value: &f64| value.is_finite())
}
