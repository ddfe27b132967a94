//! When a business is open: hours of the week and days that are different.
//!
//! Everything is said by the clock on the wall of one place. A window belongs to the day on which it begins; one that
//! ends no later than it begins goes on into the next day, also when that day is different.

use std::fmt;

use chrono::NaiveDate;
use serde::{
    Deserialize, Serialize,
    de::{Deserializer, Error, Visitor},
};

use crate::ids::CalendarId;

/// A named calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Calendar {
    /// Which.
    pub id: CalendarId,
    /// Version of this row.
    pub rev: u64,
    /// Version of its hours; rises whenever they change, and stands in the facts that go by them.
    pub version: u64,
    /// Name as shown.
    pub name: String,
    /// When it is open.
    pub hours: Hours,
}

impl Default for Calendar {
    /// One that is never open and that nobody has.
    fn default() -> Self {
        Self { id: CalendarId::new(), rev: 0, version: 0, name: String::new(), hours: Hours::default() }
    }
}

/// When a calendar is open. Without any window it is never open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The place, by its IANA name: `Europe/Berlin`.
    pub zone: String,
    /// The windows of each week.
    #[serde(default)]
    pub weekly: Vec<Weekly>,
    /// Days that are different, each once, in order.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// A window of each week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Weekly {
    /// The day it begins on: 1 is Monday, 7 is Sunday.
    pub day: u8,
    /// The first minute of the day, 0 to 1,439.
    pub from: u16,
    /// The minute it ends before, 0 to 1,440; on the next day when that is not after `from`.
    pub to: u16,
}

/// A window of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first minute of the day, 0 to 1,439.
    pub from: u16,
    /// The minute it ends before, 0 to 1,440; on the next day when that is not after `from`.
    pub to: u16,
}

/// A day that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// The day, between 2000 and 2199.
    #[serde(deserialize_with = "read_date")]
    pub date: NaiveDate,
    /// What it is called.
    pub name: String,
    /// When it is open instead; closed without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Window>,
}

/// Windows that begin on one day.
pub const MOST_WINDOWS: usize = 12;
/// Days that are different.
pub const MOST_HOLIDAYS: usize = 400;
/// Characters of a holiday's name.
pub const HOLIDAY_CHARS: usize = 80;
/// Minutes of a day.
const DAY: u16 = 1_440;

impl Window {
    /// Whether it is possible.
    pub const fn is_valid(self) -> bool {
        self.from < DAY && self.to <= DAY
    }

    /// Whether it goes on into the next day.
    pub const fn is_overnight(self) -> bool {
        self.to <= self.from
    }
}

impl Weekly {
    /// Without its day.
    pub const fn window(self) -> Window {
        Window { from: self.from, to: self.to }
    }
}

impl Hours {
    /// Whether they can be stored; whether there is such a zone only the server knows.
    pub fn are_valid(&self) -> bool {
        let of_day = |day| self.weekly.iter().filter(|weekly| weekly.day == day).count();
        let weekly =
            self.weekly.iter().all(|weekly| (1..=7).contains(&weekly.day) && weekly.window().is_valid());
        let in_order = self.holidays.is_sorted_by(|one, next| one.date < next.date);
        weekly
            && in_order
            && (1..=7).all(|day| of_day(day) <= MOST_WINDOWS)
            && self.holidays.len() <= MOST_HOLIDAYS
            && self.holidays.iter().all(Holiday::is_valid)
    }
}

impl Holiday {
    fn is_valid(&self) -> bool {
        let name = self.name.trim();
        name == self.name
            && (1..=HOLIDAY_CHARS).contains(&name.chars().count())
            && !name.chars().any(char::is_control)
            && self.open.len() <= MOST_WINDOWS
            && self.open.iter().all(|window| window.is_valid())
    }
}

/// The day that a text says: `2026-12-25`. chrono reads more forms, which weighs in the console.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    if text.len() != "2026-12-25".len() || text.get(4..5) != Some("-") || text.get(7..8) != Some("-") {
        return None;
    }
    let year = i32::try_from(number(0, 4)?).ok().filter(|year| (2000..2200).contains(year))?;
    NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)
}

struct Text;

impl Visitor<'_> for Text {
    type Value = NaiveDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        parse_date(text).ok_or_else(|| E::custom("not a day"))
    }
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    deserializer.deserialize_str(Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours() -> Hours {
        let date = parse_date("2026-12-25").unwrap();
        Hours {
            zone: "Europe/Berlin".into(),
            weekly: vec![Weekly { day: 1, from: 540, to: 1_080 }, Weekly { day: 7, from: 1_320, to: 360 }],
            holidays: vec![Holiday { date, name: "Christmas".into(), open: Vec::new() }],
        }
    }

    #[test]
    fn a_day_has_one_spelling() {
        let text = serde_json::to_string(&hours()).unwrap();
        assert!(text.contains(r#""date":"2026-12-25""#), "{text}");
        assert_eq!(serde_json::from_str::<Hours>(&text).unwrap(), hours());
        for wrong in
            ["2026-12-32", "2026-2-03", "26-12-25", "2026-12-25T", "1999-01-01", "2026-+1-01", "äääää"]
        {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(hours().are_valid() && Hours::default().are_valid());
        let weekly = |day, from, to| Hours { weekly: vec![Weekly { day, from, to }], ..hours() };
        assert!(weekly(1, 0, 0).are_valid() && weekly(1, 0, 1_440).are_valid());
        for wrong in [weekly(0, 0, 1), weekly(8, 0, 1), weekly(1, 1_440, 1), weekly(1, 0, 1_441)] {
            assert!(!wrong.are_valid(), "{wrong:?}");
        }
        let many = Hours { weekly: vec![Weekly { day: 1, from: 0, to: 1 }; MOST_WINDOWS + 1], ..hours() };
        assert!(!many.are_valid());
        let mut twice = hours();
        twice.holidays.push(twice.holidays[0].clone());
        assert!(!twice.are_valid());
        for name in ["", " x", "a\nb", &"x".repeat(HOLIDAY_CHARS + 1)] {
            let mut wrong = hours();
            wrong.holidays[0].name = name.to_owned();
            assert!(!wrong.are_valid(), "{name:?}");
        }
    }
}
