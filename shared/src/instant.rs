//! Reading instants as they are written here: RFC 3339 in UTC, `2026-11-25T08:00:00.123456Z`.
//!
//! chrono reads every form that RFC 3339 allows, and half-known dates besides; in the console that weighs
//! as much as a screen.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::{Deserializer, Error, Visitor};

/// The instant that a text says, to the nanosecond.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = text.strip_suffix('Z')?.split_at_checked("2026-11-25T08:00:00".len())?;
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = whole.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let between: Vec<u8> =
        [4, 7, 10, 13, 16].iter().filter_map(|at| whole.as_bytes().get(*at).copied()).collect();
    if between != *b"--T::" {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    let time =
        day.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanoseconds(fraction)?)?;
    Some(time.and_utc())
}

/// A fraction of a second with its point, or none.
fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() {
        return Some(0);
    }
    let digits = fraction.strip_prefix('.')?;
    let fits = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let padding = u32::try_from(9_usize.checked_sub(digits.len())?).ok()?;
    fits.then(|| digits.parse::<u32>().ok()).flatten().map(|number| number * 10_u32.pow(padding))
}

struct Text;

impl Visitor<'_> for Text {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an instant in UTC")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        parse(text).ok_or_else(|| E::custom("not an instant in UTC"))
    }
}

/// For `deserialize_with`.
///
/// # Errors
/// When the text is no instant in UTC.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    deserializer.deserialize_str(Text)
}

/// For `deserialize_with`, where there may be none.
///
/// # Errors
/// When the text is no instant in UTC.
pub fn read_maybe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    struct Maybe;

    impl<'de> Visitor<'de> for Maybe {
        type Value = Option<DateTime<Utc>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an instant in UTC or null")
        }

        fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            read(deserializer).map(Some)
        }
    }

    deserializer.deserialize_option(Maybe)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_chrono_writes_is_read_the_same(seconds in -62_135_596_800_i64..253_402_300_800, nanos in 0..1_000_000_000_u32, cut in 0..4_u32) {
            let nanos = nanos / 1_000_u32.pow(cut.min(3)) * 1_000_u32.pow(cut.min(3));
            let instant = DateTime::from_timestamp(seconds, nanos).unwrap();
            let written = serde_json::to_string(&instant).unwrap();
            prop_assert_eq!(parse(written.trim_matches('"')), Some(instant));
        }
    }

    #[test]
    fn nothing_else_is_an_instant() {
        for text in [
            "",
            "Z",
            "2026-11-25",
            "2026-11-25T08:00:00",
            "2026-11-25T08:00:00+00:00",
            "2026-11-25 08:00:00Z",
            "2026-13-25T08:00:00Z",
            "2026-11-31T08:00:00Z",
            "2026-11-25T24:00:00Z",
            "2026-11-25T08:00:00.Z",
            "2026-11-25T08:00:00.1234567890Z",
            "+026-11-25T08:00:00Z",
            "2026-11-25T08:00:é0Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
