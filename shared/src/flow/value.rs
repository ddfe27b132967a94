//! What variables hold.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::phone;

/// Parts of a whole number: six decimals are kept.
const MILLION: i64 = 1_000_000;
/// Longest text in a variable, in characters. Ours; equal to a message.
pub const VALUE_CHARS: usize = 4096;

/// What a variable may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Words.
    Text,
    /// A decimal number.
    Number,
    /// Yes or no.
    Bool,
    /// A day.
    Date,
    /// An e-mail address.
    Email,
    /// Digits of an international number.
    Phone,
    /// JSON, kept as its text.
    Json,
}

/// A value. Numbers are millionths, so that no platform rounds them differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Words, an address, digits or JSON.
    Text(String),
    /// Millionths.
    Number(i64),
    /// Yes or no.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
}

impl Value {
    /// The value that a text means for a type, if it means one.
    pub fn parse(kind: Type, text: &str) -> Option<Self> {
        let text = text.trim();
        match kind {
            Type::Text => Some(Self::Text(text.chars().filter(|c| *c != '\0').take(VALUE_CHARS).collect())),
            Type::Number => number(text).map(Self::Number),
            Type::Bool => match text.to_lowercase().as_str() {
                "true" | "yes" | "ja" | "1" => Some(Self::Bool(true)),
                "false" | "no" | "nein" | "0" => Some(Self::Bool(false)),
                _ => None,
            },
            Type::Date => date(text).map(Self::Date),
            Type::Email => is_email(text).then(|| Self::Text(text.to_owned())),
            Type::Phone => phone::international(text).ok().map(Self::Text),
            Type::Json => {
                let fits = text.chars().count() <= VALUE_CHARS;
                (fits && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
                    .then(|| Self::Text(text.to_owned()))
            }
        }
    }

    /// As people of a language read it.
    pub fn shown(&self, language: &str) -> String {
        let german = language.starts_with("de");
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) if german => decimal(*number).replace('.', ","),
            Self::Number(number) => decimal(*number),
            Self::Bool(yes) => match (german, yes) {
                (true, true) => "ja",
                (true, false) => "nein",
                (false, true) => "yes",
                (false, false) => "no",
            }
            .to_owned(),
            Self::Date(day) if german => day.format("%d.%m.%Y").to_string(),
            Self::Date(day) => day.format("%-d %b %Y").to_string(),
        }
    }

    /// As machines read it: with a point, and the year first.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => decimal(*number),
            Self::Bool(yes) => yes.to_string(),
            Self::Date(day) => day.to_string(),
        }
    }
}

fn decimal(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let size = millionths.unsigned_abs();
    let (whole, part) = (size / MILLION.unsigned_abs(), size % MILLION.unsigned_abs());
    match part {
        0 => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{}", format!("{part:06}").trim_end_matches('0')),
    }
}

/// A decimal number with a point or a comma and at most six decimals.
fn number(text: &str) -> Option<i64> {
    let (minus, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || part.len() > 6 {
        return None;
    }
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    let size = whole.parse::<i64>().ok()?.checked_mul(MILLION)?.checked_add(part)?;
    Some(if minus { -size } else { size })
}

/// `2026-01-31`, `31.01.2026` or `31/01/2026`: the day before the month, as most of the world writes.
fn date(text: &str) -> Option<NaiveDate> {
    let parts: Vec<u32> =
        text.split(['-', '.', '/']).map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let [first, month, last] = parts.as_slice() else { return None };
    let (year, day) = if *first > 31 { (*first, *last) } else { (*last, *first) };
    let year = i32::try_from(year).ok().filter(|year| (1900..=2200).contains(year))?;
    NaiveDate::from_ymd_opt(year, *month, day)
}

fn is_email(text: &str) -> bool {
    let (name, host) = text.split_once('@').unwrap_or_default();
    let dotted = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    !name.is_empty()
        && dotted
        && text.chars().count() <= 254
        && !host.contains('@')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
